// Lesson 8: The language head. 30 minutes. Page: docs/lessons/08-language-head.md
// The last row becomes a number for every token of the vocabulary, and these become probabilities.

namespace Exercises;

public static class Lesson08LanguageHead
{
    // 8.1 Logits
    // hint: A dot product for each row of the table.
    // meaning: The head asks which token's embedding the last row is most like. In GPT-2 it is the same table that the tokens came in
    //   by, so that words that are used alike get similar logits.
    /// <summary>
    /// The logit of each token: the dot product of its row of wte with the predicted embedding.
    /// Example: the embedding (1, 2) and the rows (1, 0), (0, 1), (1, 1) give the logits 1, 2 and 3.
    /// </summary>
    /// <param name="embedding">[channels]</param>
    /// <param name="wte">[vocabulary, channels]</param>
    /// <returns>[vocabulary]</returns>
    public static float[] Logits(float[] embedding, float[,] wte)
    {
        // write: for each row of wte its dot product with the embedding
        float[] logits = new float[wte.GetLength(0)];
        for (int id = 0; id < logits.Length; id++)
        {
            for (int i = 0; i < embedding.Length; i++)
            {
                logits[id] += wte[id, i] * embedding[i];
            }
        }

        return logits;
        // end
    }

    // 8.2 Softmax
    // hint: e^(logit − max) / Σ e^(logit − max). MathF.Exp or Math.Exp.
    // hint: Subtracting the maximum divides numerator and denominator by the same number, so that the result does not change.
    // meaning: Softmax makes probabilities of any numbers. Only differences count: one more is e times as probable, wherever you are.
    //   The subtraction of the maximum is in every serious implementation, because logits of 100 and more do occur.
    /// <summary>
    /// Probabilities of logits: e^logit / Σ e^logit, computed so that large logits do no harm.
    /// Example: (0, ln 3) gives (0.25, 0.75); (1000, 1000) gives (0.5, 0.5).
    /// </summary>
    public static float[] Softmax(float[] logits)
    {
        // write: e^(logit − maximum) of each logit, divided by the sum of these
        float max = logits.Max();
        double[] powers = Array.ConvertAll(logits, logit => Math.Exp(logit - max));
        double sum = powers.Sum();
        return Array.ConvertAll(powers, power => (float)(power / sum));
        // end
    }

    // 8.3 The most probable token
    // hint: Remember the best id so far; replace it only by a larger number, not by an equal one.
    // meaning: Softmax does not change which token is largest, so to choose the most probable one, the logits are enough.
    /// <summary>
    /// The id with the largest logit; of several, the lowest id.
    /// Example: (1, 5, 3, 5) gives 1.
    /// </summary>
    public static int ArgMax(float[] logits)
    {
        // write: the place of the largest number, the first of equal ones
        int best = 0;
        for (int id = 1; id < logits.Length; id++)
        {
            best = logits[id] > logits[best] ? id : best;
        }

        return best;
        // end
    }
}
