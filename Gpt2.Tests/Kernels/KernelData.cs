// What the kernel tests share: the rungs, random numbers from a seed, comparison by bits, and a destination whose
// surroundings are watched.

using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Kernels;

/// <summary>Rungs and data.</summary>
public static class KernelData
{
    /// <summary>Lengths from nothing to a few more than eight registers of 32 floats.</summary>
    public const int LongestLength = 257;

    public static TheoryData<KernelRung> Rungs => TestModels.Rungs();

    public static KernelSet Scalar { get; } = KernelSet.Create(KernelRung.Scalar);

    /// <summary>Normal numbers with the given mean and deviation.</summary>
    public static float[] Normal(int seed, int count, double deviation = 1, double mean = 0)
    {
        var generator = new RandomGenerator((ulong)seed);
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)(mean + (deviation * generator.NextNormal()));
        }

        return values;
    }

    public static int[] Bits(ReadOnlySpan<float> values)
    {
        var bits = new int[values.Length];
        for (int i = 0; i < bits.Length; i++)
        {
            bits[i] = BitConverter.SingleToInt32Bits(values[i]);
        }

        return bits;
    }

    public static float[] Repeat(float value, int count)
    {
        var values = new float[count];
        Array.Fill(values, value);
        return values;
    }
}

/// <summary>A destination inside a larger array; whoever writes beside it is found out.</summary>
internal sealed class GuardedSpan
{
    private const int Margin = 64;
    private const float Canary = 1234.5678f;

    private readonly float[] all;

    public GuardedSpan(int length)
    {
        all = KernelData.Repeat(Canary, length + (2 * Margin));
        Span.Fill(float.NaN); // an element that is never written stays NaN
    }

    public Span<float> Span => all.AsSpan(Margin, all.Length - (2 * Margin));

    public void AssertSurroundingsUntouched(string what)
    {
        all.AsSpan(0, Margin).ContainsAnyExcept(Canary).Should().BeFalse("{0} writes nothing before its destination", what);
        all.AsSpan(all.Length - Margin).ContainsAnyExcept(Canary).Should().BeFalse("{0} writes nothing after its destination", what);
    }
}
