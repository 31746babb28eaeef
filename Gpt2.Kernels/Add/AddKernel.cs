// Element-wise addition of two equally long spans.

using System.Numerics;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;
using Tensors = System.Numerics.Tensors.TensorPrimitives;

namespace Gpt2.Kernels;

/// <summary>sum[i] = left[i] + right[i]</summary>
public abstract class Add
{
    /// <summary>Adds element by element. <paramref name="sum"/> may be either source; NaN and infinities follow IEEE 754.</summary>
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

internal sealed class AddScalar : Add
{
    private protected override void Run(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum)
    {
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] = left[i] + right[i];
        }
    }
}

internal sealed class AddTensorPrimitives : Add
{
    private protected override void Run(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum) =>
        Tensors.Add(left, right, sum);
}

internal sealed class AddVector : Add
{
    private protected override void Run(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum)
    {
        ref float l = ref MemoryMarshal.GetReference(left);
        ref float r = ref MemoryMarshal.GetReference(right);
        ref float s = ref MemoryMarshal.GetReference(sum);

        int i = 0;
        for (; i <= sum.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (Vector.LoadUnsafe(ref l, (nuint)i) + Vector.LoadUnsafe(ref r, (nuint)i)).StoreUnsafe(ref s, (nuint)i);
        }

        for (; i < sum.Length; i++)
        {
            sum[i] = left[i] + right[i];
        }
    }
}

internal sealed class AddTuned<TLanes, TVector>(ThreadTeam team) : Add
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int Worthwhile = 16384;

    private protected override void Run(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum)
    {
        var formula = new SumOfRows<TLanes, TVector>
        {
            Left = ref MemoryMarshal.GetReference(left),
            Right = ref MemoryMarshal.GetReference(right),
        };
        ElementWise<TLanes, TVector>.Apply(formula, sum, Worthwhile, team);
    }
}
