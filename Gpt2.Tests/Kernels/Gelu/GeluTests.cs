// GELU: known values, every length against Scalar, the whole range of floats, special values, refusals.
// Tolerance: 1e-6 absolute or relative, whichever is larger, as the documentation promises.

using Gpt2.Kernels;
using Gpt2.Kernels.Gelu;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Kernels.Gelu;

public sealed class GeluTests
{
    private const double Tolerance = 1e-6;

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Gelu_KnownArguments_GivesTheFormulasValues(KernelRung rung)
    {
        // Enough copies for full registers and a rest. Values of the formula in double precision.
        float[] arguments = [-3, -1, -0.5f, 0, 0.5f, 1, 2, 3];
        double[] values =
        [
            -0.0036373920817729943, -0.15880800939172324, -0.15428599017485607, 0, 0.34571400982514394, 0.8411919906082768,
            1.954597694087775, 2.996362607918227,
        ];
        float[] input = [.. Enumerable.Range(0, 5 * 8 + 3).Select(i => arguments[i % 8])];
        float[] expected = [.. Enumerable.Range(0, 5 * 8 + 3).Select(i => (float)values[i % 8])];
        var output = new float[input.Length];

        KernelSet.Create(rung).Gelu.Apply(input, output);

        AssertClose(output, expected);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Gelu_EveryLength_AgreesWithScalar(KernelRung rung)
    {
        GeluKernel gelu = KernelSet.Create(rung).Gelu;
        for (int length = 0; length <= KernelData.LongestLength; length++)
        {
            float[] input = KernelData.Normal(length, length, deviation: 3);
            var expected = new float[length];
            KernelData.Scalar.Gelu.Apply(input, expected);
            var actual = new GuardedSpan(length);

            gelu.Apply(input, actual.Span);

            AssertClose(actual.Span, expected);
            actual.AssertSurroundingsUntouched($"length {length}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Gelu_AllMagnitudes_AgreesWithTheFormulaInDouble(KernelRung rung)
    {
        // Every 65536th float, without NaN and infinities: all exponents, both signs, subnormals too.
        float[] input = [.. Enumerable.Range(0, 1 << 16).Select(i => BitConverter.Int32BitsToSingle(i << 16)).Where(float.IsFinite)];
        float[] expected = [.. input.Select(x => (float)(0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))))))];
        var output = new float[input.Length];

        KernelSet.Create(rung).Gelu.Apply(input, output);

        AssertClose(output, expected);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Gelu_NaNAndInfinities_AreAsDocumented(KernelRung rung)
    {
        // Once inside full registers, once in the rest after them.
        for (int at = 0; at < 67; at += 33)
        {
            foreach ((float special, float expected) in new[]
            {
                (float.NaN, float.NaN), (float.PositiveInfinity, float.PositiveInfinity), (float.NegativeInfinity, float.NaN),
            })
            {
                float[] input = new float[67];
                input[at] = special;
                var output = new float[67];

                KernelSet.Create(rung).Gelu.Apply(input, output);

                float[] all = new float[67];
                all[at] = expected;
                output.Should().Equal(all, (a, b) => a.Equals(b), "the argument at {0} is {1}", at, special);
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Gelu_WrongLengthOrSharedMemory_IsRefused(KernelRung rung)
    {
        GeluKernel gelu = KernelSet.Create(rung).Gelu;
        float[] shared = new float[9];

        FluentActions.Invoking(() => gelu.Apply(new float[8], new float[7]))
            .Should().Throw<ArgumentException>().WithMessage("output.Length is 7, expected 8");
        FluentActions.Invoking(() => gelu.Apply(shared, shared))
            .Should().Throw<ArgumentException>().WithMessage("output shares memory with input, expected separate matrices");
        FluentActions.Invoking(() => gelu.Apply(shared.AsSpan(0, 8), shared.AsSpan(1, 8)))
            .Should().Throw<ArgumentException>().WithMessage("output shares memory with input*");
    }

    private static void AssertClose(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        actual.Length.Should().Be(expected.Length);
        for (int i = 0; i < actual.Length; i++)
        {
            double allowed = Math.Max(Tolerance, Tolerance * Math.Abs((double)expected[i]));
            Close.Assert(actual.Slice(i, 1), expected.Slice(i, 1), rtol: 0, atol: allowed, what: $"gelu at {i}");
        }
    }
}
