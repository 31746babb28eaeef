// Attention as the paper writes it, in double precision and over full rows: every score is computed, the mask is put
// over the future, and one softmax runs over the whole row.

namespace Gpt2.Tests.Kernels.Attention;

/// <summary>The three steps of attention, for comparison.</summary>
internal sealed record MaskedFormula(float[] Scores, float[] Weights, float[] Output)
{
    public static MaskedFormula Of(float[] queries, float[] keys, float[] values, int tokens, int heads, int headSize)
    {
        int channels = heads * headSize, total = keys.Length / channels;
        var scores = new float[tokens * heads * total];
        var weights = new float[tokens * heads * total];
        var output = new float[tokens * channels];
        for (int token = 0; token < tokens; token++)
        {
            for (int head = 0; head < heads; head++)
            {
                var row = new double[total];
                for (int key = 0; key < total; key++)
                {
                    double dot = Enumerable.Range(head * headSize, headSize)
                        .Sum(c => (double)queries[(token * channels) + c] * keys[(key * channels) + c]);
                    bool future = key > total - tokens + token;
                    row[key] = future ? -1e10 : dot / Math.Sqrt(headSize);
                }

                double largest = row.Max();
                double sum = row.Sum(score => Math.Exp(score - largest));
                int start = ((token * heads) + head) * total;
                for (int key = 0; key < total; key++)
                {
                    scores[start + key] = (float)row[key];
                    weights[start + key] = (float)(Math.Exp(row[key] - largest) / sum);
                }

                for (int c = head * headSize; c < (head + 1) * headSize; c++)
                {
                    output[(token * channels) + c] = (float)Enumerable.Range(0, total)
                        .Sum(key => Math.Exp(row[key] - largest) / sum * values[(key * channels) + c]);
                }
            }
        }

        return new MaskedFormula(scores, weights, output);
    }
}
