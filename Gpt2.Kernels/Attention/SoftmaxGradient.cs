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
        float mean = SumOfProducts(in p, in g, probabilities.Length);

        // p · (g − Σ p · g)
        TVector means = TLanes.Create(mean);
        int i = 0;
        for (; i <= probabilities.Length - TLanes.Count; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Multiply(TLanes.Load(in p, i), TLanes.Subtract(TLanes.Load(in g, i), means)), ref result, i);
        }

        for (; i < probabilities.Length; i++)
        {
            inputGradient[i] = probabilities[i] * (outputGradient[i] - mean);
        }
    }

    /// <summary>Σ p · g, the same bits at every width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float SumOfProducts(ref readonly float p, ref readonly float g, int length) => TLanes.Count switch
    {
        16 => SumOfProductsIn<TLanes, TVector>(in p, in g, length),
        8 => SumOfProductsIn<PairLanes<TLanes, TVector>, Pair<TVector>>(in p, in g, length),
        _ => SumOfProductsIn<PairLanes<PairLanes<TLanes, TVector>, Pair<TVector>>, Pair<Pair<TVector>>>(in p, in g, length),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float SumOfProductsIn<TWide, TWideVector>(ref readonly float p, ref readonly float g, int length)
        where TWide : ILanes<TWideVector>
        where TWideVector : struct
    {
        TWideVector sum0 = default, sum1 = default;
        int i = 0;
        for (; i <= length - (2 * TWide.Count); i += 2 * TWide.Count)
        {
            sum0 = TWide.MultiplyAdd(TWide.Load(in p, i), TWide.Load(in g, i), sum0);
            sum1 = TWide.MultiplyAdd(TWide.Load(in p, i + TWide.Count), TWide.Load(in g, i + TWide.Count), sum1);
        }

        float sum = TWide.Sum(TWide.Add(sum0, sum1));
        for (; i < length; i++)
        {
            sum += Elements.At(in p, i) * Elements.At(in g, i);
        }

        return sum;
    }
}
