// The tuned element-wise and row-wise kernels on several threads: the same bits as on one, at sizes that are cut into
// parts, with sources and destinations apart and in place.

using Gpt2.Kernels;
using Gpt2.Kernels.AdamW;
using Gpt2.Kernels.Add;
using Gpt2.Kernels.Gelu;
using Gpt2.Kernels.LayerNorm;
using Gpt2.Kernels.Softmax;

namespace Gpt2.Tests.Kernels.Tuned;

public sealed class TunedThreadsTests
{
    private const float Epsilon = 1e-5f;

    private static readonly KernelSet Alone = KernelSet.Create(KernelRung.Tuned, 1);

    // Wide and narrow rows, few and many, with and without rests of vectors; all are cut.
    private static readonly (int Rows, int Columns)[] Shapes = [(7, 9001), (300, 300), (65, 768), (1500, 33), (5000, 7), (97, 521)];

    public static TheoryData<int> Threads => [2, 3, 5];

    [Theory]
    [MemberData(nameof(Threads))]
    public void Gelu_ManyThreads_GivesTheBitsOfOne(int threads)
    {
        GeluKernel gelu = KernelSet.Create(KernelRung.Tuned, threads).Gelu;
        foreach (int length in (int[])[4096, 4097, 8193, 50_001, 1 << 18])
        {
            float[] input = KernelData.Normal(length, length, deviation: 3), gradient = KernelData.Normal(length + 1, length);

            AssertSame(output => Alone.Gelu.Apply(input, output), output => gelu.Apply(input, output), length);
            AssertSame(
                output => Alone.Gelu.Backward(input, gradient, output), output => gelu.Backward(input, gradient, output), length);
        }
    }

    [Theory]
    [MemberData(nameof(Threads))]
    public void Softmax_ManyThreads_GivesTheBitsOfOne(int threads)
    {
        SoftmaxKernel softmax = KernelSet.Create(KernelRung.Tuned, threads).Softmax;
        foreach ((int rows, int columns) in Shapes)
        {
            float[] input = KernelData.Normal(columns, rows * columns, deviation: 4);

            AssertSame(
                output => Alone.Softmax.Rows(input, columns, output), output => softmax.Rows(input, columns, output), input.Length);
            AssertSame(
                output => Alone.Softmax.Rows(input, columns, output),
                output =>
                {
                    input.CopyTo(output);
                    softmax.Rows(output, columns, output);
                },
                input.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Threads))]
    public void LayerNorm_ManyThreads_GivesTheBitsOfOne(int threads)
    {
        LayerNormKernel layerNorm = KernelSet.Create(KernelRung.Tuned, threads).LayerNorm;
        foreach ((int rows, int columns) in Shapes)
        {
            float[] input = KernelData.Normal(columns, rows * columns, deviation: 2, mean: 0.5);
            float[] gain = KernelData.Normal(1, columns), bias = KernelData.Normal(2, columns);

            AssertSame(
                output => Alone.LayerNorm.Normalise(input, columns, Epsilon, output),
                output => layerNorm.Normalise(input, columns, Epsilon, output), input.Length);
            AssertSame(
                output => Alone.LayerNorm.Normalise(input, columns, Epsilon, output),
                output =>
                {
                    input.CopyTo(output);
                    layerNorm.Normalise(output, columns, Epsilon, output);
                },
                input.Length);
            AssertSame(
                output => Alone.LayerNorm.Scale(input, gain, bias, output), output => layerNorm.Scale(input, gain, bias, output),
                input.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Threads))]
    public void LayerNormBackward_ManyThreads_GivesTheBitsOfOne(int threads)
    {
        LayerNormKernel layerNorm = KernelSet.Create(KernelRung.Tuned, threads).LayerNorm;
        foreach ((int rows, int columns) in Shapes)
        {
            int length = rows * columns;
            float[] input = KernelData.Normal(columns, length), gradient = KernelData.Normal(columns + 1, length);
            float[] gain = KernelData.Normal(1, columns);
            var normalised = new float[length];
            Alone.LayerNorm.Normalise(input, columns, Epsilon, normalised);

            AssertSame(
                output => Alone.LayerNorm.NormaliseBackward(input, normalised, gradient, columns, Epsilon, output),
                output => layerNorm.NormaliseBackward(input, normalised, gradient, columns, Epsilon, output), length);

            // The three results one after another: the input's gradient, the gain's, the bias's.
            AssertSame(
                all => ScaleBackward(Alone.LayerNorm, all), all => ScaleBackward(layerNorm, all), length + (2 * columns));

            void ScaleBackward(LayerNormKernel kernel, float[] all)
            {
                all.AsSpan(length).Fill(0.25f);
                kernel.ScaleBackward(input, gain, gradient, all.AsSpan(0, length), all.AsSpan(length, columns), all.AsSpan(length + columns));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Threads))]
    public void Add_ManyThreads_GivesTheBitsOfOne(int threads)
    {
        AddKernel add = KernelSet.Create(KernelRung.Tuned, threads).Add;
        foreach (int length in (int[])[16384, 16385, 40_007, 1 << 18])
        {
            float[] left = KernelData.Normal(length, length), right = KernelData.Normal(length + 1, length);

            AssertSame(output => Alone.Add.Apply(left, right, output), output => add.Apply(left, right, output), length);
            AssertSame(
                output => Alone.Add.Apply(left, right, output),
                output =>
                {
                    left.CopyTo(output, 0);
                    add.Apply(output, right, output);
                },
                length);
        }
    }

    [Theory]
    [MemberData(nameof(Threads))]
    public void AdamW_ManyThreads_GivesTheBitsOfOne(int threads)
    {
        AdamWKernel adamW = KernelSet.Create(KernelRung.Tuned, threads).AdamW;
        var settings = new AdamWSettings(0.01f, 0.9f, 0.95f, 1e-8f, 0.1f, 0.5f, 3);
        foreach (int length in (int[])[4096, 4099, 50_001, 1 << 18])
        {
            float[] start = KernelData.Normal(length, length), gradients = KernelData.Normal(length + 1, length);

            // Weights, means, squares and gradients one after another.
            AssertSame(all => Update(Alone.AdamW, all), all => Update(adamW, all), 4 * length);
            BitConverter.DoubleToInt64Bits(adamW.SumOfSquares(start))
                .Should().Be(BitConverter.DoubleToInt64Bits(Alone.AdamW.SumOfSquares(start)), "length {0}", length);

            void Update(AdamWKernel kernel, float[] all)
            {
                start.CopyTo(all, 0);
                all.AsSpan(length, 2 * length).Fill(0.5f);
                gradients.CopyTo(all, 3 * length);
                kernel.Update(
                    all.AsSpan(3 * length), settings, all.AsSpan(0, length), all.AsSpan(length, length), all.AsSpan(2 * length, length),
                    clearGradients: true);
            }
        }
    }

    private static void AssertSame(Action<float[]> alone, Action<float[]> threaded, int length)
    {
        float[] expected = KernelData.Repeat(float.NaN, length), actual = KernelData.Repeat(float.NaN, length);
        alone(expected);
        threaded(actual);
        KernelData.Bits(actual).AsSpan().SequenceEqual(KernelData.Bits(expected)).Should().BeTrue("of {0} elements", length);
        expected.Should().NotContain(value => float.IsNaN(value));
    }
}
