// Few rows read several panels at the same time: each row must be what it is among many rows, which read one at a time,
// for every number of columns around whole groups of panels.

using Gpt2.Kernels;
using Gpt2.Kernels.MatMul;
using Gpt2.Kernels.ReducedMatMul;

namespace Gpt2.Tests.Kernels.MatMul;

public class FewRowsTests
{
    private const int Many = 13;

    public static TheoryData<int> Widths => [128, 256, 512];

    [Theory]
    [MemberData(nameof(Widths))]
    public void MultiplyPacked_FewRows_HaveTheBitsOfTheseRowsAmongMany(int width) => EachShape((rows, inner, columns) =>
    {
        MatMulKernel matMul = KernelSet.Create(KernelRung.Tuned, 1, WidthHere(width)).MatMul;
        var panels = new float[WeightPanels.Length(inner, columns)];
        WeightPanels.Pack(KernelData.Normal(2, inner * columns), inner, columns, panels);
        Compare(rows, inner, columns, (input, bias, product) => matMul.MultiplyPacked(input, panels, bias, inner, columns, product));
    });

    [Theory]
    [MemberData(nameof(Widths))]
    public void Multiply_FewRowsByReducedWeights_HaveTheBitsOfTheseRowsAmongMany(int width) => EachShape((rows, inner, columns) =>
    {
        ReducedMatMulKernel matMul = KernelSet.Create(KernelRung.Tuned, 1, WidthHere(width)).ReducedMatMul;
        foreach (WeightType type in (WeightType[])[WeightType.BFloat16, WeightType.Int8, WeightType.Int4])
        {
            var panels = new byte[ReducedPanels.Length(type, inner, columns)];
            ReducedPanels.Pack(type, KernelData.Normal(2, inner * columns), inner, columns, panels);
            Compare(rows, inner, columns, (input, bias, product) => matMul.Multiply(type, input, panels, bias, inner, columns, product));
        }
    });

    [Theory]
    [InlineData(1f)]
    [InlineData(-1f)]
    public void Multiply_LargestWordsByLargestWeights_DoNotOverflow(float sign)
    {
        // Every input is the largest of its group, and so ±32767; every weight has the largest or the smallest whole number.
        const int inner = 160, columns = 40;
        ReducedMatMulKernel matMul = KernelSet.Create(KernelRung.Tuned, 1).ReducedMatMul;
        float[] input = [.. Enumerable.Repeat(sign, inner)], weights = new float[inner * columns];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = i % columns % 2 == 0 ? 1 : -1;
        }

        foreach (WeightType type in (WeightType[])[WeightType.Int8, WeightType.Int4])
        {
            var panels = new byte[ReducedPanels.Length(type, inner, columns)];
            ReducedPanels.Pack(type, weights, inner, columns, panels);
            var product = new float[columns];
            matMul.Multiply(type, input, panels, [], inner, columns, product);

            product.Select((value, column) => value * sign * (column % 2 == 0 ? 1 : -1))
                .Should().OnlyContain(value => Math.Abs(value - inner) < 0.1f * inner, $"each of {inner} products is about 1 with {type}");
        }
    }

    [Fact]
    public void MultiplyPacked_ManyColumns_AnyNumberOfThreads_HasTheSameBits()
    {
        const int inner = 65, columns = 1600;
        var panels = new float[WeightPanels.Length(inner, columns)];
        WeightPanels.Pack(KernelData.Normal(2, inner * columns), inner, columns, panels);
        foreach (int threads in (int[])[1, 2, 3])
        {
            MatMulKernel matMul = KernelSet.Create(KernelRung.Tuned, threads).MatMul;
            for (int rows = 1; rows <= 4; rows++)
            {
                Compare(rows, inner, columns, (input, bias, product) => matMul.MultiplyPacked(input, panels, bias, inner, columns, product));
            }
        }
    }

    [Fact]
    public void Multiply_UnpackedWithTwoBlocksOfTheInnerDimension_HasTheBitsOfTheseRowsAmongMany()
    {
        const int inner = 800, columns = 200;
        MatMulKernel matMul = KernelSet.Create(KernelRung.Tuned, 1).MatMul;
        float[] weights = KernelData.Normal(2, inner * columns);
        for (int rows = 2; rows <= 4; rows++)
        {
            Compare(rows, inner, columns, (input, bias, product) => matMul.Multiply(input, weights, bias, inner, columns, product));
        }
    }

    private delegate void Product(ReadOnlySpan<float> input, ReadOnlySpan<float> bias, Span<float> product);

    private static void EachShape(Action<int, int, int> test)
    {
        foreach (int rows in (int[])[1, 2, 3, 4, 5])
        {
            foreach (int columns in (int[])[31, 96, 97, 128, 191, 192, 193, 400])
            {
                test(rows, 1, columns);
                test(rows, 37, columns);
                test(rows, 129, columns);
            }
        }
    }

    private static void Compare(int rows, int inner, int columns, Product multiply)
    {
        float[] input = KernelData.Normal(1, Many * inner), bias = KernelData.Normal(3, columns);
        var many = new float[Many * columns];
        var few = new GuardedSpan(rows * columns);
        multiply(input, bias, many);
        multiply(input.AsSpan(0, rows * inner), bias, few.Span);
        KernelData.Bits(few.Span).AsSpan().SequenceEqual(KernelData.Bits(many.AsSpan(0, rows * columns)))
            .Should().BeTrue($"{rows}×{inner}×{columns}");
    }

    /// <summary>The width, or the widest that this processor has if that is less.</summary>
    private static int WidthHere(int width) => Math.Min(width, KernelSet.Create(KernelRung.Tuned).VectorBits);
}
