// Comparison of floats with a tolerance, where NaN never passes and a failure says which element is off.

using System.Globalization;

namespace Gpt2.Tests.Support;

/// <summary>|actual − expected| ≤ atol + rtol · |expected|, element by element.</summary>
public static class Close
{
    /// <summary>The tolerance of float32 against the reference values in float64.</summary>
    public const double ReferenceRtol = 1e-4;
    public const double ReferenceAtol = 1e-5;

    public static void Assert(
        ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, double rtol = ReferenceRtol, double atol = ReferenceAtol, string what = "")
    {
        actual.Length.Should().Be(expected.Length, "{0} has as many elements as the reference", what);
        for (int i = 0; i < actual.Length; i++)
        {
            // Written so that NaN on either side fails.
            if (!(Math.Abs((double)actual[i] - expected[i]) <= atol + (rtol * Math.Abs((double)expected[i]))))
            {
                throw new Xunit.Sdk.XunitException(string.Create(
                    CultureInfo.InvariantCulture, $"{what} element {i}: {actual[i]:R}, expected {expected[i]:R} (rtol {rtol}, atol {atol})"));
            }
        }
    }
}
