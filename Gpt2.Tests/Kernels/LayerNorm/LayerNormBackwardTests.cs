// Backward of layer normalisation: every length against finite differences and the plain sums, accumulation, in place,
// refusals. Tolerance: 4e-6 of the size of the terms that are subtracted from each other.

using Gpt2.Kernels;
using Gpt2.Kernels.LayerNorm;

namespace Gpt2.Tests.Kernels.LayerNorm;

public sealed class LayerNormBackwardTests
{
    private const float Epsilon = 1e-5f;
    private const double Tolerance = 4e-6;
    private const int Rows = 2;

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void NormaliseBackward_EveryLength_EqualsFiniteDifferences(KernelRung rung)
    {
        LayerNormKernel layerNorm = KernelSet.Create(rung).LayerNorm;
        for (int columns = 1; columns <= KernelData.LongestLength; columns += columns < 70 ? 1 : 11)
        {
            float[] input = KernelData.Normal(columns, Rows * columns, deviation: 2, mean: 0.5);
            float[] outputGradient = KernelData.Normal(columns + 1000, Rows * columns, mean: 0.3);
            double[] expected = FiniteDifferences.Of(x => Normalised(x, columns), input, outputGradient);
            float[] normalised = [.. Normalised([.. input.Select(value => (double)value)], columns).Select(value => (float)value)];
            var actual = new GuardedSpan(input.Length);

            layerNorm.NormaliseBackward(input, normalised, outputGradient, columns, Epsilon, actual.Span);

            for (int row = 0; row < Rows; row++)
            {
                double largest = outputGradient.Skip(row * columns).Take(columns).Max(Math.Abs);
                double size = largest / Deviation(input.AsSpan(row * columns, columns));
                FiniteDifferences.AssertClose(
                    actual.Span.Slice(row * columns, columns), expected[(row * columns)..((row + 1) * columns)],
                    0, Tolerance * size, $"{columns} columns, row {row},");
            }

            actual.AssertSurroundingsUntouched($"columns {columns}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void NormaliseBackward_HugeInput_DividesByItsDeviation(KernelRung rung)
    {
        // Two values, 4e25 apart: the deviation is half of that, and its square is no float.
        float[] input = [.. Enumerable.Range(0, 70).Select(i => i % 2 == 0 ? 1e25f : -3e25f)];
        float[] normalised = [.. Enumerable.Range(0, 70).Select(i => i % 2 == 0 ? 1f : -1f)];
        float[] gradient = [.. Enumerable.Range(0, 70).Select(i => i < 35 ? 2e25f : 0)];
        var output = new float[70];

        KernelSet.Create(rung).LayerNorm.NormaliseBackward(input, normalised, gradient, 70, Epsilon, output);

        // mean(g) is 1e25 and mean(g · y) is 2e25 / 70, since one more of the first half is even.
        double[] expected = [.. Enumerable.Range(0, 70).Select(i => (i < 35 ? 0.5 : -0.5) - (normalised[i] / 70.0))];
        FiniteDifferences.AssertClose(output, expected, 0, Tolerance, "of a huge row");
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void NormaliseBackward_InPlace_GivesTheSameBits(KernelRung rung)
    {
        LayerNormKernel layerNorm = KernelSet.Create(rung).LayerNorm;
        float[] input = KernelData.Normal(1, 3 * 43), normalised = new float[input.Length], gradient = KernelData.Normal(2, input.Length);
        layerNorm.Normalise(input, 43, Epsilon, normalised);
        var apart = new float[input.Length];
        layerNorm.NormaliseBackward(input, normalised, gradient, 43, Epsilon, apart);

        layerNorm.NormaliseBackward(input, normalised, gradient, 43, Epsilon, gradient);

        KernelData.Bits(gradient).Should().Equal(KernelData.Bits(apart));
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void NormaliseBackward_NaNInARow_StaysInThatRow(KernelRung rung)
    {
        float[] input = KernelData.Normal(1, 3 * 35), normalised = KernelData.Normal(2, 3 * 35), gradient = KernelData.Normal(3, 3 * 35);
        gradient[35 + 7] = float.NaN;
        var output = new float[input.Length];

        KernelSet.Create(rung).LayerNorm.NormaliseBackward(input, normalised, gradient, 35, Epsilon, output);

        for (int i = 0; i < output.Length; i++)
        {
            float.IsNaN(output[i]).Should().Be(i / 35 == 1, "element {0}", i);
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void ScaleBackward_EveryLength_AddsTheSumsOverRows(KernelRung rung)
    {
        LayerNormKernel layerNorm = KernelSet.Create(rung).LayerNorm;
        for (int columns = 1; columns <= KernelData.LongestLength; columns++)
        {
            float[] input = KernelData.Normal(columns, 3 * columns), outputGradient = KernelData.Normal(columns + 1000, 3 * columns);
            float[] gain = KernelData.Normal(columns + 2000, columns);
            float[] gainBefore = KernelData.Normal(columns + 3000, columns), biasBefore = KernelData.Normal(columns + 4000, columns);
            GuardedSpan inputGradient = new(input.Length), gainGradient = new(columns), biasGradient = new(columns);
            gainBefore.CopyTo(gainGradient.Span);
            biasBefore.CopyTo(biasGradient.Span);

            layerNorm.ScaleBackward(input, gain, outputGradient, inputGradient.Span, gainGradient.Span, biasGradient.Span);

            string what = $"columns {columns}";
            FiniteDifferences.AssertClose(
                inputGradient.Span, [.. outputGradient.Select((g, i) => (double)g * gain[i % columns])], 1e-6, 0, what);
            FiniteDifferences.AssertClose(
                gainGradient.Span,
                [.. gainBefore.Select((before, c) =>
                    before + Enumerable.Range(0, 3).Sum(r => (double)outputGradient[(r * columns) + c] * input[(r * columns) + c]))],
                Tolerance, Tolerance, what);
            FiniteDifferences.AssertClose(
                biasGradient.Span,
                [.. biasBefore.Select((before, c) => before + Enumerable.Range(0, 3).Sum(r => (double)outputGradient[(r * columns) + c]))],
                Tolerance, Tolerance, what);
            inputGradient.AssertSurroundingsUntouched(what);
            gainGradient.AssertSurroundingsUntouched(what);
            biasGradient.AssertSurroundingsUntouched(what);
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void LayerNormBackward_WrongLengths_AreRefused(KernelRung rung)
    {
        LayerNormKernel layerNorm = KernelSet.Create(rung).LayerNorm;
        float[] eight = new float[8], four = new float[4], three = new float[3];

        FluentActions.Invoking(() => layerNorm.NormaliseBackward(eight, new float[8], new float[8], 3, Epsilon, new float[8]))
            .Should().Throw<ArgumentException>().WithMessage("input.Length is 8, expected a multiple of the 3 columns");
        FluentActions.Invoking(() => layerNorm.NormaliseBackward(eight, four, new float[8], 4, Epsilon, new float[8]))
            .Should().Throw<ArgumentException>().WithMessage("normalised.Length is 4, expected 8");
        FluentActions.Invoking(() => layerNorm.NormaliseBackward(eight, eight, four, 4, Epsilon, new float[8]))
            .Should().Throw<ArgumentException>().WithMessage("outputGradient.Length is 4, expected 8");
        FluentActions.Invoking(() => layerNorm.NormaliseBackward(eight, eight, eight, 4, Epsilon, new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("inputGradient.Length is 4, expected 8");
        FluentActions.Invoking(() => layerNorm.ScaleBackward(eight, three, eight, new float[8], new float[3], new float[3]))
            .Should().Throw<ArgumentException>().WithMessage("input.Length is 8, expected a multiple of the 3 columns");
        FluentActions.Invoking(() => layerNorm.ScaleBackward(eight, four, three, new float[8], new float[4], new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("outputGradient.Length is 3, expected 8");
        FluentActions.Invoking(() => layerNorm.ScaleBackward(eight, four, eight, new float[7], new float[4], new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("inputGradient.Length is 7, expected 8");
        FluentActions.Invoking(() => layerNorm.ScaleBackward(eight, four, eight, new float[8], new float[5], new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("gainGradient.Length is 5, expected 4");
        FluentActions.Invoking(() => layerNorm.ScaleBackward(eight, four, eight, new float[8], new float[4], new float[3]))
            .Should().Throw<ArgumentException>().WithMessage("biasGradient.Length is 3, expected 4");
    }

    private static double[] Normalised(double[] input, int columns)
    {
        var output = new double[input.Length];
        for (int start = 0; start < input.Length; start += columns)
        {
            Span<double> row = input.AsSpan(start, columns);
            double mean = 0, squares = 0;
            foreach (double value in row)
            {
                mean += value / columns;
            }

            foreach (double value in row)
            {
                squares += (value - mean) * (value - mean);
            }

            for (int i = 0; i < columns; i++)
            {
                output[start + i] = (row[i] - mean) / Math.Sqrt((squares / columns) + Epsilon);
            }
        }

        return output;
    }

    private static double Deviation(ReadOnlySpan<float> row)
    {
        double[] values = [.. row.ToArray().Select(value => (double)value)];
        double mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)) + Epsilon);
    }
}
