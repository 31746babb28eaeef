// The simplest strategy: always the most probable token.

namespace Gpt2.Core.Generation;

/// <summary>Greedy choice.</summary>
public static class Greedy
{
    /// <summary>The id of the largest logit; of equal ones the lowest id.</summary>
    /// <exception cref="Gpt2Exception">A logit is NaN: the weights are broken or too large to compute with.</exception>
    public static int Choose(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int id = 0; id < logits.Length; id++)
        {
            if (float.IsNaN(logits[id]))
            {
                throw new Gpt2Exception(
                    $"the logit of token {id} is not a number: the model's weights are broken or too large to compute with");
            }

            if (logits[id] > logits[best])
            {
                best = id;
            }
        }

        return best;
    }
}
