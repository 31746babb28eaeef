// The rows of tokens that are added to a vocabulary. Nothing has been learned about them yet, so each begins as what the model
// knows of its text: the mean of the rows of the tokens that the text had before.

using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights;

/// <summary>Extends weights to a larger vocabulary.</summary>
internal static class AddedRows
{
    /// <summary>A copy of weights with a row of wte, and of lm_head if there is one, for every token that was added.</summary>
    /// <param name="weights">The weights, for the vocabulary before.</param>
    /// <param name="before">That vocabulary.</param>
    /// <param name="tokens">The tokens that were added to it.</param>
    /// <exception cref="Gpt2Exception">The sizes are not valid with so many tokens, or weights and vocabulary do not go together.</exception>
    public static Gpt2Weights Extend(Gpt2Weights weights, Vocabulary before, IReadOnlyList<string> tokens)
    {
        if (weights.Config.Vocabulary != before.Count)
        {
            throw new Gpt2Exception($"the model has {weights.Config.Vocabulary} tokens and its vocabulary {before.Count}")
            {
                Expected = "the same number",
            };
        }

        var extended = new Gpt2Weights(weights.Config with { Vocabulary = before.Count + tokens.Count });
        int[][] pieces = Pieces(before, tokens);
        foreach ((Matrix from, Matrix to) in weights.Matrices().Zip(extended.Matrices()))
        {
            if (to.Rows == from.Rows)
            {
                to.CopyFrom(from);
                continue;
            }

            from.Span.CopyTo(to.Span);
            for (int i = 0; i < tokens.Count; i++)
            {
                Mean(from, pieces[i], to.Row(from.Rows + i));
            }
        }

        return extended;
    }

    private static int[][] Pieces(Vocabulary before, IReadOnlyList<string> tokens)
    {
        var tokenizer = new Tokenizer(before);
        return [.. tokens.Select(token => tokenizer.Encode(token))];
    }

    private static void Mean(Matrix rows, int[] pieces, Span<float> mean)
    {
        for (int channel = 0; channel < mean.Length; channel++)
        {
            double sum = 0;
            foreach (int piece in pieces)
            {
                sum += rows[piece, channel];
            }

            mean[channel] = (float)(sum / pieces.Length);
        }
    }
}
