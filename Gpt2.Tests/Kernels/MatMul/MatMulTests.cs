// Matrix products: by hand, every length and random shapes against Scalar, rows alone and together, refusals.
// Tolerance: 2e-6 of Σ|left·right| + |bias|, the size that single-precision rounding is measured against.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Kernels;
using Gpt2.Kernels.MatMul;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Kernels.MatMul;

public sealed class MatMulTests
{
    private const double Tolerance = 2e-6;

    /// <summary>Small, odd and register-sized lengths alike.</summary>
    private static readonly Gen<(int Rows, int Inner, int Columns, bool Bias)> Shapes =
        from rows in Gen.Frequency((3, Gen.Choose(0, 9)), (1, Gen.Choose(10, 40)))
        from inner in Gen.Frequency((3, Gen.Choose(1, 70)), (1, Gen.Choose(70, 300)))
        from columns in Gen.Frequency((3, Gen.Choose(1, 70)), (1, Gen.Choose(70, 300)))
        from bias in Gen.Elements(true, false)
        select (rows, inner, columns, bias);

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Multiply_ByHand_GivesProductPlusBias(KernelRung rung)
    {
        MatMulKernel matMul = KernelSet.Create(rung).MatMul;
        float[] input = [1, 2, 3, 4, 5, 6];             // [2, 3]
        float[] weights = [1, 0, -1, 2, 0.5f, 10];      // [3, 2]
        var plain = new float[4];
        var biased = new float[4];

        matMul.Multiply(input, weights, [], 3, 2, plain);
        matMul.Multiply(input, weights, [100, -1], 3, 2, biased);

        plain.Should().Equal(0.5f, 34, 2, 70);
        biased.Should().Equal(100.5f, 33, 102, 69);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void MultiplyTransposed_ByHand_GivesDotProductsOfRows(KernelRung rung)
    {
        var product = new float[4];

        KernelSet.Create(rung).MatMul.MultiplyTransposed([1, 2, 3, 4, 5, 6], [1, -1, 0.5f, 0, 2, 10], 3, 2, product);

        product.Should().Equal(0.5f, 34, 2, 70);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void MatMul_EveryInnerLength_AgreesWithScalar(KernelRung rung)
    {
        for (int inner = 1; inner <= KernelData.LongestLength; inner++)
        {
            AssertAgreesWithScalar(rung, 2, inner, 5, bias: true);
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void MatMul_EveryColumnCount_AgreesWithScalar(KernelRung rung)
    {
        for (int columns = 1; columns <= KernelData.LongestLength; columns++)
        {
            AssertAgreesWithScalar(rung, 2, 7, columns, bias: false);
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void MatMul_RandomShapes_AgreesWithScalar(KernelRung rung) =>
        SeededProperty.Holds(Shapes, shape => AssertAgreesWithScalar(rung, shape.Rows, shape.Inner, shape.Columns, shape.Bias));

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void MatMul_RowAlone_HasTheBitsOfTheRowAmongOthers(KernelRung rung) =>
        SeededProperty.Holds(Shapes, shape =>
        {
            (int rows, int inner, int columns, bool withBias) = shape;
            MatMulKernel matMul = KernelSet.Create(rung).MatMul;
            float[] input = KernelData.Normal(rows, rows * inner);
            float[] weights = KernelData.Normal(inner, inner * columns);
            float[] bias = withBias ? KernelData.Normal(columns, columns) : [];
            var together = new float[rows * columns];
            var togetherTransposed = new float[rows * columns];
            matMul.Multiply(input, weights, bias, inner, columns, together);
            matMul.MultiplyTransposed(input, weights, inner, columns, togetherTransposed);
            var panels = new float[WeightPanels.Length(inner, columns)];
            WeightPanels.Pack(weights, inner, columns, panels);
            var togetherPacked = new float[rows * columns];
            matMul.MultiplyPacked(input, panels, bias, inner, columns, togetherPacked);

            for (int row = 0; row < rows; row++)
            {
                var alone = new float[columns];
                matMul.Multiply(input.AsSpan(row * inner, inner), weights, bias, inner, columns, alone);
                KernelData.Bits(alone).Should().Equal(KernelData.Bits(together.AsSpan(row * columns, columns)));
                matMul.MultiplyTransposed(input.AsSpan(row * inner, inner), weights, inner, columns, alone);
                KernelData.Bits(alone).Should().Equal(KernelData.Bits(togetherTransposed.AsSpan(row * columns, columns)));
                matMul.MultiplyPacked(input.AsSpan(row * inner, inner), panels, bias, inner, columns, alone);
                KernelData.Bits(alone).Should().Equal(KernelData.Bits(togetherPacked.AsSpan(row * columns, columns)));
            }
        });

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void MatMul_ZeroTimesNaNOrInfinity_IsNaN(KernelRung rung)
    {
        // Weights with one special value in row 5 and column 2; an input of zeros must not hide it.
        MatMulKernel matMul = KernelSet.Create(rung).MatMul;
        foreach (float special in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            float[] weights = KernelData.Repeat(1, 7 * 35);
            weights[(5 * 35) + 2] = special;
            float[] transposed = KernelData.Repeat(1, 35 * 7);
            transposed[(2 * 7) + 5] = special;
            var product = new float[35];
            var productTransposed = new float[35];

            matMul.Multiply(new float[7], weights, [], 7, 35, product);
            matMul.MultiplyTransposed(new float[7], transposed, 7, 35, productTransposed);

            var expected = new float[35];
            expected[2] = float.NaN;
            product.Should().Equal(expected, (a, b) => a.Equals(b));
            productTransposed.Should().Equal(expected, (a, b) => a.Equals(b));
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void MatMul_WrongLengths_AreRefused(KernelRung rung)
    {
        MatMulKernel matMul = KernelSet.Create(rung).MatMul;

        FluentActions.Invoking(() => matMul.Multiply(new float[7], new float[6], [], 3, 2, new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("input.Length is 7, expected a multiple of the 3 columns");
        FluentActions.Invoking(() => matMul.Multiply(new float[6], new float[5], [], 3, 2, new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("weights.Length is 5, expected 6");
        FluentActions.Invoking(() => matMul.Multiply(new float[6], new float[6], new float[3], 3, 2, new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("bias.Length is 3, expected 2");
        FluentActions.Invoking(() => matMul.Multiply(new float[6], new float[6], [], 3, 2, new float[5]))
            .Should().Throw<ArgumentException>().WithMessage("product.Length is 5, expected 4");
        FluentActions.Invoking(() => matMul.Multiply(new float[6], new float[6], [], 0, 2, new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("* is 0, expected at least 1*");
        FluentActions.Invoking(() => matMul.MultiplyTransposed(new float[6], new float[6], 3, 0, new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("columns is 0, expected at least 1*");
        FluentActions.Invoking(() => matMul.MultiplyTransposed(new float[6], new float[9], 3, 2, new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("weights.Length is 9, expected 6");
        FluentActions.Invoking(() => matMul.Multiply([], new float[6], [], 1 << 20, 1 << 20, []))
            .Should().Throw<ArgumentException>().WithMessage("*1048576*1048576*");
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void MatMul_ProductOverlapsASource_IsRefused(KernelRung rung)
    {
        MatMulKernel matMul = KernelSet.Create(rung).MatMul;
        float[] shared = new float[6];

        FluentActions.Invoking(() => matMul.Multiply(shared, new float[9], [], 3, 3, shared))
            .Should().Throw<ArgumentException>().WithMessage("product shares memory with input*");
        FluentActions.Invoking(() => matMul.Multiply(new float[6], shared, [], 3, 2, shared.AsSpan(2, 4)))
            .Should().Throw<ArgumentException>().WithMessage("product shares memory with weights*");
        FluentActions.Invoking(() => matMul.Multiply(new float[6], new float[6], shared.AsSpan(0, 2), 3, 2, shared.AsSpan(0, 4)))
            .Should().Throw<ArgumentException>().WithMessage("product shares memory with bias*");
        FluentActions.Invoking(() => matMul.MultiplyTransposed(new float[6], shared, 3, 2, shared.AsSpan(0, 4)))
            .Should().Throw<ArgumentException>().WithMessage("product shares memory with weights*");
    }

    private static void AssertAgreesWithScalar(KernelRung rung, int rows, int inner, int columns, bool bias)
    {
        MatMulKernel matMul = KernelSet.Create(rung).MatMul;
        MatMulKernel scalar = KernelData.Scalar.MatMul;
        string what = $"[{rows}, {inner}] · [{inner}, {columns}]";
        float[] input = KernelData.Normal(rows + inner, rows * inner);
        float[] weights = KernelData.Normal(inner + columns + 1000, inner * columns);
        float[] biases = bias ? KernelData.Normal(columns + 2000, columns) : [];
        float[] transposed = Transpose(weights, inner, columns);

        var expected = new float[rows * columns];
        var sizes = new float[rows * columns];
        scalar.Multiply(input, weights, biases, inner, columns, expected);
        scalar.Multiply(Magnitudes(input), Magnitudes(weights), Magnitudes(biases), inner, columns, sizes);
        var actual = new GuardedSpan(rows * columns);
        matMul.Multiply(input, weights, biases, inner, columns, actual.Span);
        AssertWithin(actual.Span, expected, sizes, what);
        actual.AssertSurroundingsUntouched(what);

        scalar.Multiply(input, weights, [], inner, columns, expected);
        var actualTransposed = new GuardedSpan(rows * columns);
        matMul.MultiplyTransposed(input, transposed, inner, columns, actualTransposed.Span);
        AssertWithin(actualTransposed.Span, expected, sizes, what + " transposed");
        actualTransposed.AssertSurroundingsUntouched(what);

        scalar.Multiply(input, weights, biases, inner, columns, expected);
        var panels = new float[WeightPanels.Length(inner, columns)];
        WeightPanels.Pack(weights, inner, columns, panels);
        var actualPacked = new GuardedSpan(rows * columns);
        matMul.MultiplyPacked(input, panels, biases, inner, columns, actualPacked.Span);
        AssertWithin(actualPacked.Span, expected, sizes, what + " packed");
        actualPacked.AssertSurroundingsUntouched(what);
    }

    private static void AssertWithin(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, float[] sizes, string what)
    {
        for (int i = 0; i < sizes.Length; i++)
        {
            Close.Assert(actual.Slice(i, 1), expected.Slice(i, 1), rtol: 0, atol: Tolerance * sizes[i], $"{what}, product {i},");
        }
    }

    private static float[] Magnitudes(float[] values) => [.. values.Select(Math.Abs)];

    private static float[] Transpose(float[] values, int rows, int columns)
    {
        var transposed = new float[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            transposed[(i % columns * rows) + (i / columns)] = values[i];
        }

        return transposed;
    }
}
