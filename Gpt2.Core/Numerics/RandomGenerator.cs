// The project has its own random number generator so that a seed gives the same numbers on every machine and .NET
// version. Normal numbers use the platform's maths library for one logarithm only, and only in a comparison.

using System.Numerics;

namespace Gpt2.Core.Numerics;

/// <summary>
/// xoshiro256** 1.0 (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators"), with its state filled from
/// the seed by SplitMix64 as its authors advise. Not for cryptography.
/// </summary>
internal sealed class RandomGenerator
{
    private ulong state0, state1, state2, state3;

    public RandomGenerator(ulong seed)
    {
        state0 = SplitMix64(ref seed);
        state1 = SplitMix64(ref seed);
        state2 = SplitMix64(ref seed);
        state3 = SplitMix64(ref seed);
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        ulong result = BitOperations.RotateLeft(state1 * 5, 7) * 9;
        ulong shifted = state1 << 17;
        state2 ^= state0;
        state3 ^= state1;
        state1 ^= state2;
        state0 ^= state3;
        state2 ^= shifted;
        state3 = BitOperations.RotateLeft(state3, 45);
        return result;
    }

    /// <summary>A uniform number in [0, 1): the upper 53 bits divided by 2⁵³.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>
    /// A normal number with mean 0 and standard deviation 1, by the ratio of uniforms with Leva's bounds
    /// (J. L. Leva, "A Fast Normal Random Number Generator", 1992).
    /// </summary>
    public double NextNormal()
    {
        while (true)
        {
            double u = 1 - NextDouble(); // (0, 1]
            double v = 1.7156 * (NextDouble() - 0.5);
            double x = u - 0.449871;
            double y = Math.Abs(v) + 0.386595;
            double q = (x * x) + (y * ((0.19600 * y) - (0.25472 * x)));
            if (q < 0.27597 || (q <= 0.27846 && v * v <= -4 * u * u * Math.Log(u)))
            {
                return v / u;
            }
        }
    }

    private static ulong SplitMix64(ref ulong seed)
    {
        seed += 0x9E3779B97F4A7C15;
        ulong mixed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
