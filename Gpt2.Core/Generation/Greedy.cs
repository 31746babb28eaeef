// The simplest strategy: always the most probable token. All code that computes a distribution from logits calls this
// first.

using System.Numerics.Tensors;

namespace Gpt2.Core.Generation;

/// <summary>Greedy choice.</summary>
internal static class Greedy
{
    /// <summary>The id of the largest logit; of equal ones the lowest id.</summary>
    /// <remarks>−∞ is a probability of 0 and valid as long as another logit is finite.</remarks>
    /// <exception cref="Gpt2Exception">
    /// The logits are not a distribution, because one is NaN or +∞ or all are −∞: the weights are broken or too large
    /// to compute with.
    /// </exception>
    public static int Choose(ReadOnlySpan<float> logits)
    {
        float most = TensorPrimitives.Max(logits); // NaN if one is
        int first = logits.IndexOf(most);
        return float.IsFinite(most) ? first : throw NoDistribution(most, first);
    }

    private static Gpt2Exception NoDistribution(float most, int first)
    {
        string found = most switch
        {
            float.PositiveInfinity => $"the logit of token {first} is +∞",
            float.NegativeInfinity => "all logits are −∞",
            _ => $"the logit of token {first} is not a number",
        };
        return new Gpt2Exception(found) { Remedy = "the weights are broken or too large to compute with: 'gpt2 doctor' finds which" };
    }
}
