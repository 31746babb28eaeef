// The two sums of the backward pass of a linear map: every length and random shapes against the plain sums in double
// precision, accumulation, refusals. Tolerance: 2e-6 of Σ|left·right| + what was there.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Kernels;
using Gpt2.Kernels.MatMul;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Kernels.MatMul;

public sealed class MatMulBackwardTests
{
    private const double Tolerance = 2e-6;

    private static readonly Gen<(int Rows, int Inner, int Columns)> Shapes =
        from rows in Gen.Choose(0, 40)
        from inner in Gen.Choose(1, 40)
        from columns in Gen.Choose(1, 70)
        select (rows, inner, columns);

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void AddTransposedProduct_ByHand_AddsLeftTransposedTimesRight(KernelRung rung)
    {
        float[] sum = [100, 0, 0, 0];

        KernelSet.Create(rung).MatMul.AddTransposedProduct([1, 2, 3, 4, 5, 6], [1, 0, 0, 1, 2, -1], 2, 2, sum);

        sum.Should().Equal(111, -2, 14, -2);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void AddTransposedProduct_RandomShapes_AddsThePlainSums(KernelRung rung) =>
        SeededProperty.Holds(Shapes, shape => AssertPlainSums(rung, shape.Rows, shape.Inner, shape.Columns));

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void AddTransposedProduct_EveryLength_AddsThePlainSums(KernelRung rung)
    {
        for (int length = 1; length <= KernelData.LongestLength; length++)
        {
            AssertPlainSums(rung, length, 5, 19);
            AssertPlainSums(rung, 3, length, 5);
            AssertPlainSums(rung, 3, 5, length);
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void AddTransposedProduct_NoRows_LeavesTheSumAsItIs(KernelRung rung)
    {
        float[] sum = [1, 2, 3, 4, 5, 6];

        KernelSet.Create(rung).MatMul.AddTransposedProduct([], [], 2, 3, sum);

        sum.Should().Equal(1, 2, 3, 4, 5, 6);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void AddTransposedProduct_ZeroTimesNaN_IsNaN(KernelRung rung)
    {
        float[] right = KernelData.Repeat(1, 7 * 35), sum = new float[5 * 35];
        right[(3 * 35) + 2] = float.NaN;

        KernelSet.Create(rung).MatMul.AddTransposedProduct(new float[7 * 5], right, 5, 35, sum);

        for (int i = 0; i < sum.Length; i++)
        {
            float.IsNaN(sum[i]).Should().Be(i % 35 == 2, "element {0}", i);
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void AddColumnSums_EveryLength_AddsThePlainSums(KernelRung rung)
    {
        for (int columns = 1; columns <= KernelData.LongestLength; columns++)
        {
            float[] matrix = KernelData.Normal(columns, 5 * columns), before = KernelData.Normal(columns + 1000, columns);
            var actual = new GuardedSpan(columns);
            before.CopyTo(actual.Span);

            KernelSet.Create(rung).MatMul.AddColumnSums(matrix, actual.Span);

            double[] expected = [.. before
                .Select((start, column) => start + Enumerable.Range(0, 5).Sum(row => (double)matrix[(row * columns) + column]))];
            FiniteDifferences.AssertClose(actual.Span, expected, Tolerance, Tolerance, $"columns {columns}");
            actual.AssertSurroundingsUntouched($"columns {columns}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Sums_WrongLengthsOrMemory_AreRefused(KernelRung rung)
    {
        MatMulKernel matMul = KernelSet.Create(rung).MatMul;
        float[] shared = new float[12];

        FluentActions.Invoking(() => matMul.AddTransposedProduct(new float[7], new float[6], 3, 2, new float[6]))
            .Should().Throw<ArgumentException>().WithMessage("left.Length is 7, expected a multiple of the 3 columns");
        FluentActions.Invoking(() => matMul.AddTransposedProduct(new float[6], new float[5], 3, 2, new float[6]))
            .Should().Throw<ArgumentException>().WithMessage("right.Length is 5, expected 4");
        FluentActions.Invoking(() => matMul.AddTransposedProduct(new float[6], new float[4], 3, 2, new float[5]))
            .Should().Throw<ArgumentException>().WithMessage("sum.Length is 5, expected 6");
        FluentActions.Invoking(() => matMul.AddTransposedProduct(new float[6], new float[4], 3, 0, new float[6]))
            .Should().Throw<ArgumentException>().WithMessage("columns is 0, expected at least 1*");
        FluentActions.Invoking(() => matMul.AddTransposedProduct(new float[6], new float[4], 0, 2, new float[6]))
            .Should().Throw<ArgumentException>().WithMessage("* is 0, expected at least 1*");
        FluentActions.Invoking(() => matMul.AddTransposedProduct(shared.AsSpan(0, 6), new float[4], 3, 2, shared.AsSpan(5, 6)))
            .Should().Throw<ArgumentException>().WithMessage("sum shares memory with left*");
        FluentActions.Invoking(() => matMul.AddTransposedProduct(new float[6], shared.AsSpan(0, 4), 3, 2, shared.AsSpan(0, 6)))
            .Should().Throw<ArgumentException>().WithMessage("sum shares memory with right*");
        FluentActions.Invoking(() => matMul.AddColumnSums(new float[7], new float[3]))
            .Should().Throw<ArgumentException>().WithMessage("matrix.Length is 7, expected a multiple of the 3 columns");
        FluentActions.Invoking(() => matMul.AddColumnSums(shared, shared.AsSpan(0, 4)))
            .Should().Throw<ArgumentException>().WithMessage("sum shares memory with matrix*");
    }

    private static void AssertPlainSums(KernelRung rung, int rows, int inner, int columns)
    {
        float[] left = KernelData.Normal(rows + 1, rows * inner), right = KernelData.Normal(inner + 1000, rows * columns);
        float[] before = KernelData.Normal(columns + 2000, inner * columns);
        var actual = new GuardedSpan(before.Length);
        before.CopyTo(actual.Span);

        KernelSet.Create(rung).MatMul.AddTransposedProduct(left, right, inner, columns, actual.Span);

        string what = $"[{rows}, {inner}]ᵀ · [{rows}, {columns}]";
        for (int i = 0; i < before.Length; i++)
        {
            double expected = before[i], size = Math.Abs(expected);
            for (int row = 0; row < rows; row++)
            {
                double product = (double)left[(row * inner) + (i / columns)] * right[(row * columns) + (i % columns)];
                expected += product;
                size += Math.Abs(product);
            }

            FiniteDifferences.AssertClose(actual.Span.Slice(i, 1), [expected], 0, Tolerance * size, what);
        }

        actual.AssertSurroundingsUntouched(what);
    }
}
