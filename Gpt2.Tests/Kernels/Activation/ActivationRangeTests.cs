// The activation functions of related models over all of single precision, on the Vector rung and on the Tuned rung in every width, against
// their formulas in double precision. The error function is computed here in other ways than in the product.

using Gpt2.Kernels;
using Gpt2.Kernels.Activation;
using Gpt2.Tests.Kernels.Tuned;

namespace Gpt2.Tests.Kernels.Activation;

public sealed class ActivationRangeTests
{
    /// <summary>All exponents, both signs, subnormals, infinities and some NaN; and closely what a model computes with.</summary>
    private static readonly float[] Arguments =
    [
        .. Enumerable.Range(0, 1 << 16).Select(i => BitConverter.Int32BitsToSingle(i << 16)),
        .. Enumerable.Range(-32_000, 64_001).Select(i => i / 2000f),
        .. new[] { 0.25f, 5.6f, 10, 1 }.SelectMany(place => Enumerable.Range(-200, 401).SelectMany(
            step => (float[])[place * (1 + (step * 1.2e-7f)), -place * (1 + (step * 1.2e-7f))])),
    ];

    private static readonly ActivationFunction[] Functions = [.. Enum.GetValues<ActivationFunction>().Where(f => f != ActivationFunction.GeluTanh)];

    public static TheoryData<ActivationFunction, Width?> FunctionsAndWidths()
    {
        var all = new TheoryData<ActivationFunction, Width?>();
        foreach (ActivationFunction function in Functions)
        {
            all.Add(function, null);
            foreach (Width width in Widths.All())
            {
                all.Add(function, width);
            }
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(FunctionsAndWidths))]
    public void Activation_AllOfTheRange_IsWithinWhatIsPromised(ActivationFunction function, Width? width)
    {
        KernelSet kernels = width is Width bits ? Widths.Kernels(bits) : KernelSet.Create(KernelRung.Vector);
        ActivationKernel kernel = kernels.Activation(function);
        float[] value = new float[Arguments.Length], slope = KernelData.Repeat(1, Arguments.Length);
        kernel.Apply(Arguments, value);
        kernel.Backward(Arguments, slope, slope);

        double worst = 0, worstSlope = 0;
        for (int i = 0; i < Arguments.Length; i++)
        {
            float x = Arguments[i];
            double expected = ValueOf(function, x), expectedSlope = SlopeOf(function, x);
            double error = ErrorOf(value[i], expected), slopeError = ErrorOf(slope[i], expectedSlope);
            (error <= 1e-6).Should().BeTrue("{0}({1:R}) is {2:R}, expected {3:R}", function, x, value[i], expected);
            (slopeError <= 2e-6).Should().BeTrue("the slope of {0} at {1:R} is {2:R}, expected {3:R}", function, x, slope[i], expectedSlope);
            (worst, worstSlope) = (Math.Max(worst, error), Math.Max(worstSlope, slopeError));
        }

        if (function == ActivationFunction.GeluErf && width is not null)
        {
            worst.Should().BeLessThan(1.5e-7, "its documentation says so").And.BeGreaterThan(1e-8, "otherwise nothing was compared");
            worstSlope.Should().BeLessThan(1.5e-7).And.BeGreaterThan(1e-8);
        }
    }

    [Theory]
    [MemberData(nameof(FunctionsAndWidths))]
    public void Activation_EveryLength_IsTheSameInAnyPlace_AndLeavesWhatIsAround(ActivationFunction function, Width? width)
    {
        KernelSet kernels = width is Width bits ? Widths.Kernels(bits) : KernelSet.Create(KernelRung.Vector);
        ActivationKernel kernel = kernels.Activation(function);
        float[] longest = KernelData.Normal(7, KernelData.LongestLength, deviation: 3), whole = new float[longest.Length];
        float[] slopes = KernelData.Repeat(1, longest.Length);
        kernel.Apply(longest, whole);
        kernel.Backward(longest, slopes, slopes);
        for (int length = 0; length <= KernelData.LongestLength; length++)
        {
            GuardedSpan value = new(length), slope = new(length);
            kernel.Apply(longest.AsSpan(0, length), value.Span);
            kernel.Backward(longest.AsSpan(0, length), KernelData.Repeat(1, length), slope.Span);

            KernelData.Bits(value.Span).Should().Equal(KernelData.Bits(whole.AsSpan(0, length)), "{0} {1} {2}", function, width, length);
            KernelData.Bits(slope.Span).Should().Equal(KernelData.Bits(slopes.AsSpan(0, length)), "{0} {1} {2}", function, width, length);
            value.AssertSurroundingsUntouched($"length {length}");
            slope.AssertSurroundingsUntouched($"length {length}");
        }
    }

    /// <summary>Absolute or relative, whichever is smaller; 0 where both are the same, NaN included.</summary>
    private static double ErrorOf(float actual, double expected)
    {
        double error = actual.Equals((float)expected) ? 0 : Math.Abs(actual - expected) / Math.Max(1, Math.Abs(expected));
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }

    private static double ValueOf(ActivationFunction function, double x) => function switch
    {
        ActivationFunction.GeluErf => x * Share(x),
        ActivationFunction.QuickGelu => x / (1 + Math.Exp(-1.702f * x)),
        ActivationFunction.Relu => double.IsNaN(x) ? x : Math.Max(x, 0),
        ActivationFunction.Silu => x / (1 + Math.Exp(-x)),
        _ => Math.Tanh(x),
    };

    /// <summary>Of max(x, 0) at NaN it is 1, as documented.</summary>
    private static double SlopeOf(ActivationFunction function, double x)
    {
        x = Math.Clamp(x, -100, 100);
        return function switch
        {
            ActivationFunction.GeluErf => Share(x) + (x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI)),
            ActivationFunction.QuickGelu => Sigmoid(1.702f * x) + (1.702f * x * Sigmoid(1.702f * x) * Sigmoid(-1.702f * x)),
            ActivationFunction.Relu => x <= 0 ? 0 : 1,
            ActivationFunction.Silu => Sigmoid(x) + (x * Sigmoid(x) * Sigmoid(-x)),
            _ => 1 / Math.Pow(Math.Cosh(x), 2),
        };
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>Half of 1 + erf(x / √2).</summary>
    private static double Share(double x)
    {
        double z = x / Math.Sqrt(2), size = Math.Abs(z);
        if (double.IsNaN(x) || size > 30)
        {
            return double.IsNaN(x) ? x : x > 0 ? 1 : 0;
        }

        if (size < 2)
        {
            return 0.5 * (1 + ErrorFunctionSums.Series(z));
        }

        double rest = 0.5 * ErrorFunctionSums.Complement(size);
        return z > 0 ? 1 - rest : rest;
    }
}
