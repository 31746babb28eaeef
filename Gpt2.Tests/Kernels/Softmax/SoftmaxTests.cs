// Softmax by rows: known values, every length against Scalar, large and special scores, in place, refusals.
// Tolerance: 2e-6 relative (a vector exponential and a sum of 257 terms), 1e-9 absolute.

using Gpt2.Kernels;
using Gpt2.Kernels.Softmax;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Kernels.Softmax;

public sealed class SoftmaxTests
{
    private const double Rtol = 2e-6;
    private const double Atol = 1e-9;

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Softmax_TwoRowsByHand_GivesTheirDistributions(KernelRung rung)
    {
        var output = new float[6];

        KernelSet.Create(rung).Softmax.Rows([1, 2, 3, 5, 5, 5], 3, output);

        Close.Assert(output, [0.09003057f, 0.24472847f, 0.66524096f, 1 / 3f, 1 / 3f, 1 / 3f], Rtol, Atol);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Softmax_EveryLength_AgreesWithScalarAndSumsToOne(KernelRung rung)
    {
        SoftmaxKernel softmax = KernelSet.Create(rung).Softmax;
        for (int columns = 1; columns <= KernelData.LongestLength; columns++)
        {
            float[] input = KernelData.Normal(columns, 2 * columns, deviation: 4);
            var expected = new float[input.Length];
            KernelData.Scalar.Softmax.Rows(input, columns, expected);
            var actual = new GuardedSpan(input.Length);

            softmax.Rows(input, columns, actual.Span);

            Close.Assert(actual.Span, expected, Rtol, Atol, $"columns {columns}");
            SumOf(actual.Span[..columns]).Should().BeApproximately(1, 1e-6);
            SumOf(actual.Span[columns..]).Should().BeApproximately(1, 1e-6);
            actual.AssertSurroundingsUntouched($"columns {columns}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Softmax_LargeLogits_StaysFinite(KernelRung rung)
    {
        // The largest of 37 scores is followed by scores so far below that their exponentials vanish.
        float[] input = KernelData.Repeat(-1e30f, 37);
        (input[3], input[36]) = (1e30f, 1e30f);
        var output = new float[37];

        KernelSet.Create(rung).Softmax.Rows(input, 37, output);

        var expected = new float[37];
        (expected[3], expected[36]) = (0.5f, 0.5f);
        Close.Assert(output, expected, Rtol, atol: 0, "what should vanish is exactly 0,");
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Softmax_ConstantRow_IsUniform(KernelRung rung)
    {
        foreach (float value in new[] { 0, -87.5f, 3e38f, float.Epsilon })
        {
            var output = new float[50];

            KernelSet.Create(rung).Softmax.Rows(KernelData.Repeat(value, 50), 50, output);

            Close.Assert(output, KernelData.Repeat(1 / 50f, 50), Rtol, Atol, $"constant {value}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Softmax_NegativeInfinityAmongFinite_BecomesZero(KernelRung rung)
    {
        float[] input = KernelData.Repeat(float.NegativeInfinity, 35);
        (input[1], input[34]) = (2, 2);
        var output = new float[35];

        KernelSet.Create(rung).Softmax.Rows(input, 35, output);

        var expected = new float[35];
        (expected[1], expected[34]) = (0.5f, 0.5f);
        Close.Assert(output, expected, Rtol, atol: 0, "what should vanish is exactly 0,");
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Softmax_RowWithoutDistribution_IsNaNThroughoutAndLeavesOthersAlone(KernelRung rung)
    {
        SoftmaxKernel softmax = KernelSet.Create(rung).Softmax;
        for (int columns = 1; columns <= 35; columns++)
        {
            for (int at = 0; at < columns; at++)
            {
                foreach (float special in new[] { float.NaN, float.PositiveInfinity })
                {
                    float[] input = new float[3 * columns];
                    input[columns + at] = special;
                    AssertOnlyMiddleRowIsNaN(softmax, input, columns);
                }
            }

            float[] hopeless = new float[3 * columns];
            Array.Fill(hopeless, float.NegativeInfinity, columns, columns);
            AssertOnlyMiddleRowIsNaN(softmax, hopeless, columns);
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Softmax_InPlace_GivesTheSameBits(KernelRung rung)
    {
        SoftmaxKernel softmax = KernelSet.Create(rung).Softmax;
        float[] values = KernelData.Normal(5, 3 * 41);
        var expected = new float[values.Length];
        softmax.Rows(values, 41, expected);

        softmax.Rows(values, 41, values);

        KernelData.Bits(values).Should().Equal(KernelData.Bits(expected));
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Softmax_NoRows_DoesNothing(KernelRung rung) =>
        FluentActions.Invoking(() => KernelSet.Create(rung).Softmax.Rows([], 5, [])).Should().NotThrow();

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Softmax_WrongLengthsOrShiftedMemory_IsRefused(KernelRung rung)
    {
        SoftmaxKernel softmax = KernelSet.Create(rung).Softmax;
        float[] shared = new float[9];

        FluentActions.Invoking(() => softmax.Rows(new float[8], 3, new float[8]))
            .Should().Throw<ArgumentException>().WithMessage("input.Length is 8, expected a multiple of the 3 columns");
        FluentActions.Invoking(() => softmax.Rows(new float[8], 4, new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("output.Length is 4, expected 8");
        FluentActions.Invoking(() => softmax.Rows(new float[8], 0, new float[8]))
            .Should().Throw<ArgumentException>().WithMessage("columns is 0, expected at least 1*");
        FluentActions.Invoking(() => softmax.Rows(shared.AsSpan(1, 8), 4, shared.AsSpan(0, 8)))
            .Should().Throw<ArgumentException>().WithMessage("output is input shifted by *expected the same or separate memory");
    }

    private static void AssertOnlyMiddleRowIsNaN(SoftmaxKernel softmax, float[] input, int columns)
    {
        var output = new float[input.Length];

        softmax.Rows(input, columns, output);

        for (int i = 0; i < output.Length; i++)
        {
            float.IsNaN(output[i]).Should().Be(i / columns == 1, "element {0} of {1} columns is {2}", i, columns, output[i]);
        }
    }

    private static double SumOf(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        return sum;
    }
}
