// Element-wise addition of two spans of equal length.

namespace Gpt2.Kernels.Add;

/// <summary>sum[i] = left[i] + right[i]</summary>
public abstract class AddKernel
{
    /// <summary>
    /// Adds element by element. <paramref name="sum"/> may be either source. NaN and infinities follow IEEE 754.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ, or memory overlaps without being the same.</exception>
    public void Apply(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum)
    {
        Require.Length(right.Length, left.Length);
        Require.Length(sum.Length, left.Length);
        Require.SameOrApart(left, sum);
        Require.SameOrApart(right, sum);
        Run(left, right, sum);
    }

    private protected abstract void Run(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum);
}
