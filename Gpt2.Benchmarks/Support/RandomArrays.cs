// Numbers to compute with: normal ones, since zeros or small integers could be faster than what a model holds.

using Gpt2.Core.Numerics;

namespace Gpt2.Benchmarks.Support;

internal static class RandomArrays
{
    /// <summary>Normal numbers with mean 0 and standard deviation 1.</summary>
    public static float[] Normal(int length, RandomGenerator random)
    {
        var numbers = new float[length];
        foreach (ref float number in numbers.AsSpan())
        {
            number = (float)random.NextNormal();
        }

        return numbers;
    }
}
