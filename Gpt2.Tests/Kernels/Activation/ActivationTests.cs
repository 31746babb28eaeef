// Activation functions other than GPT-2's: values and slopes of PyTorch, every length against Scalar, special values, refusals; and the
// error function against another way to compute it.

using System.Numerics;
using System.Text.Json;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using Gpt2.Kernels.Activation;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Kernels.Activation;

public sealed class ActivationTests
{
    private static readonly JsonElement Reference =
        JsonDocument.Parse(File.ReadAllText(ReferenceData.PathOf("variants", "activations.json"))).RootElement;

    private static readonly float[] Arguments = [.. Doubles(Reference.GetProperty("x")).Select(x => (float)x)];

    public static TheoryData<ActivationFunction, KernelRung> FunctionsAndRungs() => TestModels.WithRungs(Enum.GetValues<ActivationFunction>());

    [Theory]
    [InlineData("gelu_new", ActivationFunction.GeluTanh)]
    [InlineData("gelu_pytorch_tanh", ActivationFunction.GeluTanh)]
    [InlineData("gelu_fast", ActivationFunction.GeluTanh)]
    [InlineData("gelu_accurate", ActivationFunction.GeluTanh)]
    [InlineData("gelu", ActivationFunction.GeluErf)]
    [InlineData("gelu_python", ActivationFunction.GeluErf)]
    [InlineData("quick_gelu", ActivationFunction.QuickGelu)]
    [InlineData("relu", ActivationFunction.Relu)]
    [InlineData("silu", ActivationFunction.Silu)]
    [InlineData("swish", ActivationFunction.Silu)]
    [InlineData("tanh", ActivationFunction.Tanh)]
    public void Activation_ArgumentsOfEveryKind_GivesPyTorchsValuesAndSlopes(string name, ActivationFunction function)
    {
        JsonElement expected = Reference.GetProperty(name);
        double[] values = Doubles(expected.GetProperty("value")), slopes = Doubles(expected.GetProperty("slope"));
        foreach (KernelRung rung in Enum.GetValues<KernelRung>())
        {
            ActivationKernel kernel = KernelSet.Create(rung).Activation(function);
            float[] output = new float[Arguments.Length], gradient = KernelData.Repeat(1, Arguments.Length);
            kernel.Apply(Arguments, output);
            kernel.Backward(Arguments, gradient, gradient);

            for (int i = 0; i < Arguments.Length; i++)
            {
                string what = $"{name} {rung} of {Arguments[i]}";
                FiniteDifferences.AssertClose(output.AsSpan(i, 1), [values[i]], rtol: 1e-6, atol: 1e-6, what);
                FiniteDifferences.AssertClose(gradient.AsSpan(i, 1), [slopes[i]], rtol: 0, atol: 2e-6, "slope of " + what);
            }
        }

        ArithmeticSettings.NameOf(function).Should().Be(function switch
        {
            ActivationFunction.GeluTanh => "gelu_new",
            ActivationFunction.GeluErf => "gelu",
            ActivationFunction.Silu => "silu",
            _ => name,
        });
    }

    [Theory]
    [MemberData(nameof(FunctionsAndRungs))]
    public void Activation_EveryLength_AgreesWithScalar_AndDoesNotDependOnThePlace(ActivationFunction function, KernelRung rung)
    {
        ActivationKernel kernel = KernelSet.Create(rung).Activation(function), scalar = KernelData.Scalar.Activation(function);
        float[] longest = KernelData.Normal(7, KernelData.LongestLength, deviation: 3), whole = new float[longest.Length];
        kernel.Apply(longest, whole);
        for (int length = 0; length <= KernelData.LongestLength; length++)
        {
            float[] input = longest[..length], given = KernelData.Normal(length, length);
            float[] expected = new float[length], expectedSlope = new float[length];
            scalar.Apply(input, expected);
            scalar.Backward(input, given, expectedSlope);
            GuardedSpan actual = new(length), slope = new(length);

            kernel.Apply(input, actual.Span);
            kernel.Backward(input, given, slope.Span);

            Close.Assert(actual.Span, expected, 1e-6, 1e-6, $"{function} {rung} {length}");
            Close.Assert(slope.Span, expectedSlope, 1e-5, 1e-5, $"slope of {function} {rung} {length}");
            actual.AssertSurroundingsUntouched($"length {length}");
            slope.AssertSurroundingsUntouched($"length {length}");
            if (function != ActivationFunction.GeluTanh)
            {
                KernelData.Bits(actual.Span).Should().Equal(KernelData.Bits(whole.AsSpan(0, length)), "{0} {1} {2}", function, rung, length);
            }
        }
    }

    [Theory]
    [MemberData(nameof(FunctionsAndRungs))]
    public void Backward_AnyArgument_IsTheSlope(ActivationFunction function, KernelRung rung)
    {
        // 0 is left out for max(x, 0), which has no slope there.
        float[] input = [.. KernelData.Normal(3, 67, deviation: 2).Where(x => Math.Abs(x) > 1e-3)], given = KernelData.Normal(4, input.Length);
        double[] expected = FiniteDifferences.Of(
            xs => [.. xs.Select(x => ActivationFormulas.ValueOf(function, x))], input, given);
        float[] actual = new float[input.Length];

        KernelSet.Create(rung).Activation(function).Backward(input, given, actual);

        FiniteDifferences.AssertClose(actual, expected, rtol: 0, atol: 1e-5, $"{function} {rung}");
    }

    [Theory]
    [MemberData(nameof(FunctionsAndRungs))]
    public void Activation_NaNAndInfinities_AreAsDocumented(ActivationFunction function, KernelRung rung)
    {
        ActivationKernel kernel = KernelSet.Create(rung).Activation(function);
        (float atPlus, float atMinus) = function switch
        {
            ActivationFunction.Tanh => (1, -1),
            ActivationFunction.Relu => (float.PositiveInfinity, 0),
            _ => (float.PositiveInfinity, float.NaN),
        };
        for (int at = 0; at < 67; at += 33)
        {
            foreach ((float special, float expected, float slope) in new[]
            {
                (float.NaN, float.NaN, function == ActivationFunction.Relu ? 1 : float.NaN),
                (float.PositiveInfinity, atPlus, function == ActivationFunction.Tanh ? 0 : 1),
                (float.NegativeInfinity, atMinus, 0),
            })
            {
                float[] input = new float[67], output = new float[67], gradient = KernelData.Repeat(1, 67);
                input[at] = special;

                kernel.Apply(input, output);
                kernel.Backward(input, gradient, gradient);

                output[at].Should().Be(expected, "{0} {1} of {2}", function, rung, special);
                if (float.IsNaN(slope))
                {
                    gradient[at].Should().Be(float.NaN);
                }
                else
                {
                    gradient[at].Should().BeApproximately(slope, 1e-6f, "{0} {1} at {2}", function, rung, special);
                }

                output.Where((_, i) => i != at).Should().AllBeEquivalentTo(0f);
            }
        }
    }

    [Fact]
    public void Activation_AnyNumberOfThreads_GivesTheSameBits()
    {
        float[] input = KernelData.Normal(5, 20_011, deviation: 3), alone = new float[input.Length], four = new float[input.Length];
        KernelSet.Create(KernelRung.Tuned, threads: 1).Activation(ActivationFunction.GeluErf).Apply(input, alone);
        KernelSet.Create(KernelRung.Tuned, threads: 4).Activation(ActivationFunction.GeluErf).Apply(input, four);
        KernelData.Bits(four).Should().Equal(KernelData.Bits(alone));
    }

    [Fact]
    public void Activation_WrongLengthSharedMemoryOrNoSuchFunction_IsRefused()
    {
        ActivationKernel kernel = KernelSet.Create(KernelRung.Vector).Activation(ActivationFunction.Silu);
        float[] shared = new float[9];

        FluentActions.Invoking(() => kernel.Apply(new float[8], new float[7])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => kernel.Apply(shared, shared)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => kernel.Backward(new float[8], new float[7], new float[8])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => KernelData.Scalar.Activation((ActivationFunction)77)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void ErrorFunction_InDouble_IsPyTorchs()
    {
        double[] expected = Doubles(Reference.GetProperty("erf"));
        for (int i = 0; i < expected.Length; i++)
        {
            double z = Arguments[i];
            ErrorFunction.Of(z).Should().BeApproximately(expected[i], 4e-16 + (1e-15 * Math.Abs(expected[i])), "erf({0})", z);
        }

        ErrorFunction.Of(double.NaN).Should().Be(double.NaN);
        ErrorFunction.Of(double.NegativeInfinity).Should().Be(-1);
    }

    [Fact]
    public void ErrorFunction_InSingle_IsWithinTwoUnitsInTheLastPlace()
    {
        // All magnitudes, subnormals too, and closely where the two approximations meet. Compared with the alternating series about 0
        // below 2 and the continued fraction of 1 − erf above it, neither of which the product uses.
        float[] arguments =
        [
            .. Enumerable.Range(0, 1 << 16).Select(i => BitConverter.Int32BitsToSingle(i << 16)).Where(float.IsFinite),
            .. Enumerable.Range(-5000, 10_001).Select(i => i / 1000f), .. Enumerable.Range(-300, 601).Select(i => 1 + (i * 1.2e-7f)),
        ];
        double worst = 0;
        foreach (float z in arguments)
        {
            float actual = ErrorFunction.Of(new Vector<float>(z))[0];
            double expected = ByOtherMeans(z), unit = MathF.BitIncrement(Math.Abs((float)expected)) - Math.Abs((float)expected);
            double error = Math.Abs(actual - expected) / unit;
            (error <= 2).Should().BeTrue("erf({0:R}) is {1:R}, expected {2:R}, {3} units off", z, actual, expected, error);
            worst = Math.Max(worst, error);
        }

        worst.Should().BeGreaterThan(0.4, "otherwise nothing was compared");
    }

    private static double ByOtherMeans(double z) =>
        Math.Abs(z) < 2 ? ErrorFunctionSums.Series(z) : Math.Sign(z) * (1 - ErrorFunctionSums.Complement(Math.Abs(z)));

    private static double[] Doubles(JsonElement numbers) => [.. numbers.EnumerateArray().Select(number => number.GetDouble())];
}
