// The Vector rung of addition: portable vectors, and the remainder one by one.

using System.Numerics;
using System.Runtime.InteropServices;

namespace Gpt2.Kernels.Add;

internal sealed class AddVector : AddKernel
{
    private protected override void Run(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum)
    {
        ref readonly float l = ref MemoryMarshal.GetReference(left);
        ref readonly float r = ref MemoryMarshal.GetReference(right);
        ref float s = ref MemoryMarshal.GetReference(sum);

        int i = 0;
        for (; i <= sum.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (Vector.LoadUnsafe(in l, (nuint)i) + Vector.LoadUnsafe(in r, (nuint)i)).StoreUnsafe(ref s, (nuint)i);
        }

        for (; i < sum.Length; i++)
        {
            sum[i] = left[i] + right[i];
        }
    }
}
