// Layer normalisation: by hand, every length against Scalar, special rows, in place, refusals.
// Tolerance: 2e-6 relative and absolute for rows of deviation near 1 (single-precision sums of 257 terms).

using Gpt2.Kernels;
using Gpt2.Kernels.LayerNorm;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Kernels.LayerNorm;

public sealed class LayerNormTests
{
    private const float Epsilon = 1e-5f;
    private const double Tolerance = 2e-6;

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Normalise_TwoRowsByHand_HaveMeanZeroAndVarianceOne(KernelRung rung)
    {
        // Mean 2.5 and population variance 1.25; the second row is ten times as wide.
        float[] input = [1, 2, 3, 4, -10, 20, 0, 10];
        var output = new float[8];

        KernelSet.Create(rung).LayerNorm.Normalise(input, 4, Epsilon, output);

        Close.Assert(
            output,
            [-1.3416354f, -0.4472118f, 0.4472118f, 1.3416354f, -1.3416407f, 1.3416407f, -0.4472136f, 0.4472136f],
            Tolerance, Tolerance);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Normalise_LargeEpsilon_IsAddedToTheVariance(KernelRung rung)
    {
        // Variance 1, epsilon 3: divided by 2.
        var output = new float[2];

        KernelSet.Create(rung).LayerNorm.Normalise([4, 6], 2, 3, output);

        Close.Assert(output, [-0.5f, 0.5f], Tolerance, 0);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Normalise_EveryLength_AgreesWithScalar(KernelRung rung)
    {
        LayerNormKernel layerNorm = KernelSet.Create(rung).LayerNorm;
        for (int columns = 1; columns <= KernelData.LongestLength; columns++)
        {
            float[] input = KernelData.Normal(columns, 3 * columns, deviation: 2, mean: 0.5);
            var expected = new float[input.Length];
            KernelData.Scalar.LayerNorm.Normalise(input, columns, Epsilon, expected);
            var actual = new GuardedSpan(input.Length);

            layerNorm.Normalise(input, columns, Epsilon, actual.Span);

            // Rows of two or three values may be so close together that their deviation is far below 1.
            double tolerance = columns < 8 ? 1e-4 : Tolerance;
            Close.Assert(actual.Span, expected, tolerance, tolerance, $"columns {columns}");
            actual.AssertSurroundingsUntouched($"columns {columns}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Normalise_ConstantRow_BecomesZeros(KernelRung rung)
    {
        // Values whose sums are not exact in single precision: the mean must still be the value.
        foreach (float value in new[] { 0, 0.1f, -3.3f, 12345.678f, 1234567.9f })
        {
            for (int columns = 1; columns <= KernelData.LongestLength; columns += 8)
            {
                var output = KernelData.Repeat(float.NaN, columns);

                KernelSet.Create(rung).LayerNorm.Normalise(KernelData.Repeat(value, columns), columns, Epsilon, output);

                Close.Assert(output, new float[columns], 0, 1e-6, $"{columns} times {value}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Normalise_LargeMean_KeepsTheDeviations(KernelRung rung)
    {
        // 4096 ± 1 alternating: everything is exact in single precision except a careless mean.
        float[] input = [.. Enumerable.Range(0, 96).Select(i => i % 2 == 0 ? 4095f : 4097f)];
        float[] expected = [.. Enumerable.Range(0, 96).Select(i => i % 2 == 0 ? -0.999995f : 0.999995f)];
        var output = new float[96];

        KernelSet.Create(rung).LayerNorm.Normalise(input, 96, Epsilon, output);

        Close.Assert(output, expected, Tolerance, 0);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Normalise_HugeValues_AgreesWithScalar(KernelRung rung)
    {
        // Squares overflow beyond 1.8e19, sums of 37 beyond 9e36; the row between is ordinary.
        foreach (float size in new[] { 1e18f, 3e19f, 1e30f, 5e37f })
        {
            float[] input =
                [.. KernelData.Normal(1, 37, deviation: size / 3), .. KernelData.Normal(2, 37), .. KernelData.Normal(3, 37, size / 3, size)];
            var expected = new float[input.Length];
            KernelData.Scalar.LayerNorm.Normalise(input, 37, Epsilon, expected);
            var output = new float[input.Length];

            KernelSet.Create(rung).LayerNorm.Normalise(input, 37, Epsilon, output);
            KernelSet.Create(rung).LayerNorm.Normalise(input, 37, Epsilon, input);

            Close.Assert(output, expected, Tolerance, Tolerance, $"of size {size}");
            Close.Assert(input, expected, Tolerance, Tolerance, $"in place, of size {size}");
        }
    }

    [Theory]
    [InlineData(KernelRung.Scalar)]
    [InlineData(KernelRung.Vector)]
    [InlineData(KernelRung.Tuned)]
    public void Normalise_LargestValues_StaysFinite(KernelRung rung)
    {
        float[] input = [.. Enumerable.Range(0, 40).Select(i => i % 4 == 0 ? -float.MaxValue : float.MaxValue)];
        var expected = new float[40];
        KernelData.Scalar.LayerNorm.Normalise(input, 40, Epsilon, expected);

        KernelSet.Create(rung).LayerNorm.Normalise(input, 40, Epsilon, input);

        Close.Assert(input, expected, Tolerance, Tolerance);
        input[0].Should().BeApproximately(-1.7320508f, 1e-5f, "the mean is half of the largest value");
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Normalise_RowWithNaNOrInfinity_IsNaNThroughoutAndLeavesOthersAlone(KernelRung rung)
    {
        LayerNormKernel layerNorm = KernelSet.Create(rung).LayerNorm;
        for (int columns = 1; columns <= 35; columns++)
        {
            for (int at = 0; at < columns; at++)
            {
                foreach (float special in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
                {
                    float[] input = KernelData.Normal(at, 3 * columns);
                    input[columns + at] = special;
                    var output = new float[input.Length];

                    layerNorm.Normalise(input, columns, Epsilon, output);

                    for (int i = 0; i < output.Length; i++)
                    {
                        float.IsNaN(output[i]).Should().Be(i / columns == 1, "element {0} of {1} columns, {2} at {3}", i, columns, special, at);
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Scale_TwoRowsByHand_MultipliesAndAddsColumnByColumn(KernelRung rung)
    {
        var output = new float[6];

        KernelSet.Create(rung).LayerNorm.Scale([1, 2, 3, -1, 0, 1], [2, 10, -1], [0.5f, 0, 1], output);

        output.Should().Equal(2.5f, 20, -2, -1.5f, 0, 0);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Scale_EveryLength_AgreesWithScalar(KernelRung rung)
    {
        // A fused multiply-add rounds once instead of twice: half a unit in the last place of the product.
        LayerNormKernel layerNorm = KernelSet.Create(rung).LayerNorm;
        for (int columns = 1; columns <= KernelData.LongestLength; columns++)
        {
            float[] input = KernelData.Normal(columns, 3 * columns);
            float[] gain = KernelData.Normal(columns + 1000, columns);
            float[] bias = KernelData.Normal(columns + 2000, columns);
            var expected = new float[input.Length];
            KernelData.Scalar.LayerNorm.Scale(input, gain, bias, expected);
            var actual = new GuardedSpan(input.Length);

            layerNorm.Scale(input, gain, bias, actual.Span);

            Close.Assert(actual.Span, expected, rtol: 1e-6, atol: 1e-6, $"columns {columns}");
            actual.AssertSurroundingsUntouched($"columns {columns}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void LayerNorm_InPlace_GivesTheSameBits(KernelRung rung)
    {
        LayerNormKernel layerNorm = KernelSet.Create(rung).LayerNorm;
        float[] gain = KernelData.Normal(1, 43);
        float[] bias = KernelData.Normal(2, 43);
        float[] values = KernelData.Normal(3, 3 * 43);
        var normalised = new float[values.Length];
        var scaled = new float[values.Length];
        layerNorm.Normalise(values, 43, Epsilon, normalised);
        layerNorm.Scale(normalised, gain, bias, scaled);

        layerNorm.Normalise(values, 43, Epsilon, values);
        KernelData.Bits(values).Should().Equal(KernelData.Bits(normalised));
        layerNorm.Scale(values, gain, bias, values);
        KernelData.Bits(values).Should().Equal(KernelData.Bits(scaled));
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void LayerNorm_NoRows_DoesNothing(KernelRung rung)
    {
        LayerNormKernel layerNorm = KernelSet.Create(rung).LayerNorm;

        FluentActions.Invoking(() => layerNorm.Normalise([], 4, Epsilon, [])).Should().NotThrow();
        FluentActions.Invoking(() => layerNorm.Scale([], new float[4], new float[4], [])).Should().NotThrow();
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void LayerNorm_WrongLengths_AreRefused(KernelRung rung)
    {
        LayerNormKernel layerNorm = KernelSet.Create(rung).LayerNorm;
        float[] eight = new float[8];

        FluentActions.Invoking(() => layerNorm.Normalise(eight, 3, Epsilon, new float[8]))
            .Should().Throw<ArgumentException>().WithMessage("input.Length is 8, expected a multiple of the 3 columns");
        FluentActions.Invoking(() => layerNorm.Normalise(eight, 4, Epsilon, new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("output.Length is 4, expected 8");
        FluentActions.Invoking(() => layerNorm.Scale(eight, new float[3], new float[3], new float[8]))
            .Should().Throw<ArgumentException>().WithMessage("input.Length is 8, expected a multiple of the 3 columns");
        FluentActions.Invoking(() => layerNorm.Scale(eight, new float[4], new float[3], new float[8]))
            .Should().Throw<ArgumentException>().WithMessage("bias.Length is 3, expected 4");
        FluentActions.Invoking(() => layerNorm.Scale(eight, [], [], new float[8]))
            .Should().Throw<ArgumentException>().WithMessage("columns is 0, expected at least 1*");
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void LayerNorm_OverlappingMemory_IsRefused(KernelRung rung)
    {
        LayerNormKernel layerNorm = KernelSet.Create(rung).LayerNorm;
        float[] shared = new float[12];
        float[] four = new float[4];

        FluentActions.Invoking(() => layerNorm.Normalise(shared.AsSpan(1, 8), 4, Epsilon, shared.AsSpan(0, 8)))
            .Should().Throw<ArgumentException>().WithMessage("output is input shifted by *");
        FluentActions.Invoking(() => layerNorm.Scale(shared.AsSpan(0, 8), four, four, shared.AsSpan(1, 8)))
            .Should().Throw<ArgumentException>().WithMessage("output is input shifted by *");
        FluentActions.Invoking(() => layerNorm.Scale(new float[8], shared.AsSpan(0, 4), four, shared.AsSpan(0, 8)))
            .Should().Throw<ArgumentException>().WithMessage("output shares memory with gain*");
        FluentActions.Invoking(() => layerNorm.Scale(new float[8], four, shared.AsSpan(0, 4), shared.AsSpan(0, 8)))
            .Should().Throw<ArgumentException>().WithMessage("output shares memory with bias*");
    }
}
