// The backward pass of softmax for one row of attention.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.Attention;

/// <summary>inputGradient = probabilities × (outputGradient − Σ probabilities · outputGradient).</summary>
internal static class SoftmaxGradient<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Computes one row; the lengths are equal.</summary>
    /// <param name="probabilities">The output of softmax.</param>
    /// <param name="outputGradient">The gradient of that output.</param>
    /// <param name="inputGradient">The gradient of softmax's input; may be <paramref name="outputGradient"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row(ReadOnlySpan<float> probabilities, ReadOnlySpan<float> outputGradient, Span<float> inputGradient)
    {
        ref readonly float p = ref MemoryMarshal.GetReference(probabilities);
        ref readonly float g = ref MemoryMarshal.GetReference(outputGradient);
        ref float result = ref MemoryMarshal.GetReference(inputGradient);
        TVector sum0 = default, sum1 = default;
        int i = 0;
        for (; i <= probabilities.Length - (2 * TLanes.Count); i += 2 * TLanes.Count)
        {
            sum0 = TLanes.MultiplyAdd(TLanes.Load(in p, i), TLanes.Load(in g, i), sum0);
            sum1 = TLanes.MultiplyAdd(TLanes.Load(in p, i + TLanes.Count), TLanes.Load(in g, i + TLanes.Count), sum1);
        }

        float mean = TLanes.Sum(TLanes.Add(sum0, sum1));
        for (; i < probabilities.Length; i++)
        {
            mean += probabilities[i] * outputGradient[i];
        }

        // p · (g − Σ p · g)
        TVector means = TLanes.Create(mean);
        for (i = 0; i <= probabilities.Length - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Multiply(TLanes.Load(in p, i), TLanes.Subtract(TLanes.Load(in g, i), means)), ref result, i);
        }

        for (; i < probabilities.Length; i++)
        {
            inputGradient[i] = probabilities[i] * (outputGradient[i] - mean);
        }
    }
}
