// The simplest strategy: always the most probable token.

using System.Numerics.Tensors;

namespace Gpt2.Core.Generation;

/// <summary>Greedy choice.</summary>
public static class Greedy
{
    /// <summary>The id of the largest logit; of equal ones the lowest id.</summary>
    /// <exception cref="Gpt2Exception">A logit is NaN: the weights are broken or too large to compute with.</exception>
    public static int Choose(ReadOnlySpan<float> logits)
    {
        float most = TensorPrimitives.Max(logits);
        int first = logits.IndexOf(most);
        return !float.IsNaN(most) ? first : throw new Gpt2Exception(
            $"the logit of token {first} is not a number: the model's weights are broken or too large to compute with");
    }
}
