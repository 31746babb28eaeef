// The tuned element-wise and row-wise kernels in vectors of every width this processor has: lengths with every rest,
// shapes of many rows, against Scalar. Tolerances as for the rungs.

using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Kernels.AdamW;
using Gpt2.Kernels.Gelu;
using Gpt2.Kernels.LayerNorm;
using Gpt2.Kernels.Softmax;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Kernels.Tuned;

public sealed class TunedWidthTests
{
    private const float Epsilon = 1e-5f;

    /// <summary>Rows and columns: every rest of every width, and some shapes at random.</summary>
    private static readonly (int Rows, int Columns)[] Shapes =
        [.. Enumerable.Range(1, 67).Select(columns => (3, columns)), .. Random(25), (70, 16), (33, 128), (40, 17), (300, 300)];

    [Theory]
    [MemberData(nameof(Widths.All), MemberType = typeof(Widths))]
    public void Gelu_EveryWidth_AgreesWithScalarBothWays(Width width)
    {
        GeluKernel gelu = Widths.Kernels(width).Gelu;
        for (int length = 0; length <= KernelData.LongestLength; length++)
        {
            float[] input = KernelData.Normal(length, length, deviation: 3), gradient = KernelData.Normal(length + 1000, length);
            float[] expected = new float[length], expectedGradient = new float[length];
            KernelData.Scalar.Gelu.Apply(input, expected);
            KernelData.Scalar.Gelu.Backward(input, gradient, expectedGradient);
            GuardedSpan actual = new(length), actualGradient = new(length);

            gelu.Apply(input, actual.Span);
            gelu.Backward(input, gradient, actualGradient.Span);

            Close.Assert(actual.Span, expected, 1e-6, 1e-6, $"length {length}");
            Close.Assert(actualGradient.Span, expectedGradient, 2e-6, 2e-6, $"length {length}, backward");
            actual.AssertSurroundingsUntouched($"length {length}");
            actualGradient.AssertSurroundingsUntouched($"length {length}, backward");
        }
    }

    [Theory]
    [MemberData(nameof(Widths.All), MemberType = typeof(Widths))]
    public void Softmax_EveryWidth_AgreesWithScalar(Width width)
    {
        SoftmaxKernel softmax = Widths.Kernels(width).Softmax;
        foreach ((int rows, int columns) in Shapes.Append((2, 50257)))
        {
            float[] input = KernelData.Normal(columns, rows * columns, deviation: 4), expected = new float[input.Length];
            KernelData.Scalar.Softmax.Rows(input, columns, expected);
            var actual = new GuardedSpan(input.Length);

            softmax.Rows(input, columns, actual.Span);

            Close.Assert(actual.Span, expected, 3e-6, 1e-12, $"{rows} × {columns}");
            actual.AssertSurroundingsUntouched($"{rows} × {columns}");
        }
    }

    [Theory]
    [MemberData(nameof(Widths.All), MemberType = typeof(Widths))]
    public void Softmax_OneLargeAmongManySmall_LosesNoneOfThem(Width width)
    {
        // e^−16 is 1.1e-7: added to 1 one by one in single precision, 50,256 of them would be lost or doubled.
        float[] input = KernelData.Repeat(-16, 50257);
        input[1000] = 0;
        var output = new float[input.Length];

        Widths.Kernels(width).Softmax.Rows(input, input.Length, output);

        double sum = 1 + (50256 * Math.Exp(-16));
        output[1000].Should().BeApproximately((float)(1 / sum), 3e-6f);
        output[2000].Should().BeApproximately((float)(Math.Exp(-16) / sum), 3e-6f * 1.1e-7f);
    }

    [Theory]
    [MemberData(nameof(Widths.All), MemberType = typeof(Widths))]
    public void LayerNorm_EveryWidth_AgreesWithScalar(Width width)
    {
        LayerNormKernel layerNorm = Widths.Kernels(width).LayerNorm;
        foreach ((int rows, int columns) in Shapes)
        {
            float[] input = KernelData.Normal(columns, rows * columns, deviation: 2, mean: 0.5);
            float[] gain = KernelData.Normal(columns + 1000, columns), bias = KernelData.Normal(columns + 2000, columns);
            float[] expected = new float[input.Length], expectedScaled = new float[input.Length];
            KernelData.Scalar.LayerNorm.Normalise(input, columns, Epsilon, expected);
            KernelData.Scalar.LayerNorm.Scale(expected, gain, bias, expectedScaled);
            GuardedSpan actual = new(input.Length), scaled = new(input.Length);

            layerNorm.Normalise(input, columns, Epsilon, actual.Span);
            layerNorm.Scale(expected, gain, bias, scaled.Span);

            // Rows of few values may be so close together that their deviation is far below 1.
            double tolerance = columns < 8 ? 1e-4 : 2e-6;
            Close.Assert(actual.Span, expected, tolerance, tolerance, $"{rows} × {columns}");
            Close.Assert(scaled.Span, expectedScaled, 1e-6, 1e-6, $"{rows} × {columns} scaled");
            actual.AssertSurroundingsUntouched($"{rows} × {columns}");
            scaled.AssertSurroundingsUntouched($"{rows} × {columns} scaled");
        }
    }

    [Theory]
    [MemberData(nameof(Widths.All), MemberType = typeof(Widths))]
    public void LayerNormBackward_EveryWidth_AgreesWithScalar(Width width)
    {
        LayerNormKernel layerNorm = Widths.Kernels(width).LayerNorm;
        foreach ((int rows, int columns) in Shapes.Where(shape => shape.Columns > 7))
        {
            int length = rows * columns;
            float[] input = KernelData.Normal(columns, length, deviation: 2), gradient = KernelData.Normal(columns + 1000, length, mean: 0.3);
            float[] gain = KernelData.Normal(columns + 2000, columns), normalised = new float[length];
            KernelData.Scalar.LayerNorm.Normalise(input, columns, Epsilon, normalised);
            float[] expected = new float[length], expectedScaled = new float[length], expectedGain = [.. gain], expectedBias = [.. gain];
            KernelData.Scalar.LayerNorm.NormaliseBackward(input, normalised, gradient, columns, Epsilon, expected);
            KernelData.Scalar.LayerNorm.ScaleBackward(input, gain, gradient, expectedScaled, expectedGain, expectedBias);
            GuardedSpan actual = new(length), scaled = new(length), gainGradient = new(columns), biasGradient = new(columns);
            gain.CopyTo(gainGradient.Span);
            gain.CopyTo(biasGradient.Span);

            layerNorm.NormaliseBackward(input, normalised, gradient, columns, Epsilon, actual.Span);
            layerNorm.ScaleBackward(input, gain, gradient, scaled.Span, gainGradient.Span, biasGradient.Span);

            string what = $"{rows} × {columns}";
            Close.Assert(actual.Span, expected, 1e-5, 1e-5, what);
            KernelData.Bits(scaled.Span).Should().Equal(KernelData.Bits(expectedScaled), "one product has one rounding");
            Close.Assert(gainGradient.Span, expectedGain, 1e-6 * rows, 1e-6 * rows, what);
            Close.Assert(biasGradient.Span, expectedBias, 1e-6 * rows, 1e-6 * rows, what);
            actual.AssertSurroundingsUntouched(what);
            scaled.AssertSurroundingsUntouched(what);
            gainGradient.AssertSurroundingsUntouched(what);
            biasGradient.AssertSurroundingsUntouched(what);
        }
    }

    [Theory]
    [MemberData(nameof(Widths.All), MemberType = typeof(Widths))]
    public void LayerNorm_RowsThatNeedCare_AreAsDocumented(Width width)
    {
        // A constant row whose sum is not exact, a far mean, a huge row, a NaN, an infinity, all in one block of rows.
        LayerNormKernel layerNorm = Widths.Kernels(width).LayerNorm;
        foreach (int columns in (int[])[5, 16, 37, 64, 257])
        {
            float[] input = new float[6 * columns];
            for (int i = 0; i < columns; i++)
            {
                input[i] = 1234567.9f;
                input[columns + i] = i % 2 == 0 ? 4095 : 4097;
                input[(2 * columns) + i] = i % 2 == 0 ? 1e30f : -3e30f;
                input[(3 * columns) + i] = i == columns / 2 ? float.NaN : i;
                input[(4 * columns) + i] = i == columns - 1 ? float.NegativeInfinity : i;
                input[(5 * columns) + i] = i;
            }

            float[] expected = new float[input.Length], output = new float[input.Length];
            KernelData.Scalar.LayerNorm.Normalise(input, columns, Epsilon, expected);

            layerNorm.Normalise(input, columns, Epsilon, output);

            Close.Assert(output.AsSpan(0, columns), new float[columns], 0, 1e-6, "a constant row");
            Close.Assert(output.AsSpan(columns, 2 * columns), expected.AsSpan(columns, 2 * columns), 2e-6, 2e-6, $"{columns} columns");
            output[(3 * columns)..(5 * columns)].Should().OnlyContain(value => float.IsNaN(value));
            Close.Assert(output.AsSpan(5 * columns), expected.AsSpan(5 * columns), 2e-6, 2e-6, $"{columns} columns, the last row");
        }
    }

    [Theory]
    [MemberData(nameof(Widths.All), MemberType = typeof(Widths))]
    public void AddAndAdamW_EveryWidth_AgreeWithScalar(Width width)
    {
        KernelSet kernels = Widths.Kernels(width);
        var settings = new AdamWSettings(0.01f, 0.9f, 0.95f, 1e-8f, 0.1f, 0.5f, 3);
        for (int length = 0; length <= KernelData.LongestLength; length++)
        {
            float[] left = KernelData.Normal(length, length), right = KernelData.Normal(length + 1000, length);
            float[] expected = new float[length], weights = [.. left], means = [.. right], squares = KernelData.Repeat(2, length);
            KernelData.Scalar.Add.Apply(left, right, expected);
            GuardedSpan sum = new(length), tunedWeights = new(length);
            left.CopyTo(tunedWeights.Span);
            float[] tunedMeans = [.. means], tunedSquares = [.. squares];

            kernels.Add.Apply(left, right, sum.Span);
            KernelData.Scalar.AdamW.Update([.. right], settings, weights, means, squares);
            kernels.AdamW.Update(right, settings, tunedWeights.Span, tunedMeans, tunedSquares);

            KernelData.Bits(sum.Span).Should().Equal(KernelData.Bits(expected));
            Close.Assert(tunedWeights.Span, weights, 1e-6, 1e-6, $"length {length} weight");
            Close.Assert(tunedMeans, means, 1e-6, 1e-6, $"length {length} mean");
            Close.Assert(tunedSquares, squares, 1e-6, 1e-6, $"length {length} square");
            kernels.AdamW.SumOfSquares(left).Should().BeApproximately(KernelData.Scalar.AdamW.SumOfSquares(left), 1e-12 * length);
            sum.AssertSurroundingsUntouched($"length {length}");
            tunedWeights.AssertSurroundingsUntouched($"length {length}");
        }
    }

    private static (int Rows, int Columns)[] Random(int count)
    {
        var random = new RandomGenerator(20240607);
        return [.. Enumerable.Range(0, count).Select(_ => (1 + (int)(random.NextBits() % 300), 1 + (int)(random.NextBits() % 300)))];
    }
}
