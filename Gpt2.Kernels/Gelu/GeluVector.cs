// The Vector rung of GELU: one pass over memory in portable vectors.

using System.Numerics;
using System.Runtime.InteropServices;

namespace Gpt2.Kernels.Gelu;

internal sealed class GeluVector : GeluKernel
{
    private protected override void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        ref readonly float source = ref MemoryMarshal.GetReference(input);
        ref float destination = ref MemoryMarshal.GetReference(output);

        int i = 0;
        for (; i <= input.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> x = Vector.LoadUnsafe(in source, (nuint)i);
            Vector<float> minusTwoU = -2 * SqrtTwoOverPi * (x + (Cubic * x * x * x));
            (x / (Vector<float>.One + Vector.Exp(minusTwoU))).StoreUnsafe(ref destination, (nuint)i);
        }

        for (; i < input.Length; i++)
        {
            float x = input[i];
            output[i] = x / (1 + MathF.Exp(-2 * SqrtTwoOverPi * (x + (Cubic * x * x * x))));
        }
    }

    private protected override void RunBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        ref readonly float source = ref MemoryMarshal.GetReference(input);
        ref readonly float given = ref MemoryMarshal.GetReference(outputGradient);
        ref float destination = ref MemoryMarshal.GetReference(inputGradient);
        var limit = new Vector<float>(Saturation);

        int i = 0;
        for (; i <= input.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            // With s = 1 / (1 + e^(−2u)): 0.5·(1 + t) = s and 0.5·(1 − t²) = 2·s·(1 − s).
            Vector<float> x = Vector.Min(Vector.Max(Vector.LoadUnsafe(in source, (nuint)i), -limit), limit);
            Vector<float> square = x * x;
            Vector<float> s = Vector<float>.One
                / (Vector<float>.One + Vector.Exp(-2 * SqrtTwoOverPi * (x + (Cubic * square * x))));
            Vector<float> slope = SqrtTwoOverPi * (Vector<float>.One + (3 * Cubic * square));
            Vector<float> derivative = s + (2 * x * s * (Vector<float>.One - s) * slope);
            (Vector.LoadUnsafe(in given, (nuint)i) * derivative).StoreUnsafe(ref destination, (nuint)i);
        }

        base.RunBackward(input[i..], outputGradient[i..], inputGradient[i..]);
    }
}
