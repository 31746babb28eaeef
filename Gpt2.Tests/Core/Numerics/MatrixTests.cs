// The matrix: shape and storage, bounds of every way in, copying, and how it is displayed.

using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Gpt2.Core.Numerics;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Numerics;

public sealed class MatrixTests
{
    [Fact]
    public void Constructor_RowsAndColumns_MakesZeros()
    {
        var matrix = new Matrix("m", 2, 3);

        matrix.Rows.Should().Be(2);
        matrix.Columns.Should().Be(3);
        matrix.Span.ToArray().Should().Equal(0, 0, 0, 0, 0, 0);
    }

    [Fact]
    public void Constructor_ImpossibleSizes_AreRefused()
    {
        FluentActions.Invoking(() => new Matrix("m", -1, 3)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Matrix("m", 3, -1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Matrix("m", 1 << 16, 1 << 16)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Elements_OfAMatrix_AreStoredRowByRow()
    {
        Matrix matrix = Counting(2, 3);

        matrix.Span.ToArray().Should().Equal(0, 1, 2, 3, 4, 5);
        matrix[1, 0].Should().Be(3);
        matrix.Row(1).ToArray().Should().Equal(3, 4, 5);
        matrix.RowRange(0, 2).ToArray().Should().Equal(0, 1, 2, 3, 4, 5);
        matrix.RowRange(1, 1).ToArray().Should().Equal(3, 4, 5);
        matrix.RowRange(2, 0).Length.Should().Be(0);
    }

    [Fact]
    public void Elements_WrittenThroughIndexerOrRow_AreTheMatrix()
    {
        var matrix = new Matrix("m", 2, 2);

        matrix[0, 1] = 7;
        matrix.Row(1)[0] = 8;

        matrix.Span.ToArray().Should().Equal(0, 7, 8, 0);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(2, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 3)]
    [InlineData(int.MinValue, int.MaxValue)]
    public void Indexer_OutsideTheMatrix_IsRefused(int row, int column)
    {
        Matrix matrix = Counting(2, 3);

        FluentActions.Invoking(() => matrix[row, column]).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 3)]
    [InlineData(2, 1)]
    [InlineData(1, -1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void RowRange_OutsideTheMatrix_IsRefused(int start, int count)
    {
        Matrix matrix = Counting(2, 3);

        FluentActions.Invoking(() => matrix.RowRange(start, count).Length)
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*counting [2, 3], which has rows 0 to 1*");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void Row_OutsideTheMatrix_IsRefused(int row) =>
        FluentActions.Invoking(() => Counting(2, 3).Row(row).Length).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void Row_AfterShrinking_IsRefusedThoughStorageReachesIt()
    {
        Matrix matrix = Counting(4, 3);

        matrix.Resize(2, 3);

        FluentActions.Invoking(() => matrix.Row(2).Length).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => matrix[1, 3]).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Resize_NotLarger_KeepsTheStorage()
    {
        Matrix matrix = Counting(4, 3);
        ref float first = ref matrix[0, 0];

        matrix.Resize(6, 2);
        Unsafe.AreSame(ref first, ref matrix[0, 0]).Should().BeTrue();
        matrix.Resize(1, 1);
        matrix.Resize(12, 1);
        Unsafe.AreSame(ref first, ref matrix[0, 0]).Should().BeTrue();

        matrix.Rows.Should().Be(12);
        matrix.Columns.Should().Be(1);
        matrix.Span.Length.Should().Be(12);
    }

    [Fact]
    public void Resize_RowByRow_AllocatesOnlyWhenDoubled()
    {
        var matrix = new Matrix("cache", 1, 8);
        int allocations = 0;
        for (int rows = 2; rows <= 1024; rows++)
        {
            ref float before = ref matrix[0, 0];
            matrix.Resize(rows, 8);
            allocations += Unsafe.AreSame(ref before, ref matrix[0, 0]) ? 0 : 1;
        }

        allocations.Should().Be(10, "1 row doubles ten times to 1024");
    }

    [Fact]
    public void Resize_ImpossibleSize_IsRefusedAndChangesNothing()
    {
        Matrix matrix = Counting(2, 3);

        FluentActions.Invoking(() => matrix.Resize(-1, 3)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => matrix.Resize(1 << 20, 1 << 20)).Should().Throw<ArgumentOutOfRangeException>();

        matrix.Span.ToArray().Should().Equal(0, 1, 2, 3, 4, 5);
    }

    [Fact]
    public void CopyFrom_OtherShape_TakesShapeAndElementsAndIsIndependent()
    {
        var copy = new Matrix("copy", 7, 1);
        Matrix source = Counting(2, 3);

        copy.CopyFrom(source);
        source[0, 0] = 99;

        copy.ToString().Should().Be("copy [2, 3]");
        copy.Span.ToArray().Should().Equal(0, 1, 2, 3, 4, 5);
    }

    [Fact]
    public void ToString_DecimalCommaCulture_NamesAndShapes()
    {
        using var culture = new DecimalCommaCulture();

        new Matrix("h0 step 4 qkv", 1234, 2304).ToString().Should().Be("h0 step 4 qkv [1234, 2304]");
    }

    [Fact]
    public void DebuggerDisplay_OfAMatrix_IsItsToString() =>
        typeof(Matrix).GetCustomAttribute<DebuggerDisplayAttribute>()!.Value.Should().Be("{ToString(),nq}");

    [Fact]
    public void ShapeRequire_WrongShape_NamesMatrixShapeAndExpectation()
    {
        Matrix matrix = Counting(2, 3);

        FluentActions.Invoking(() => Shape.Require(matrix, 2, 3)).Should().NotThrow();
        FluentActions.Invoking(() => Shape.Require(matrix, 3, 2))
            .Should().Throw<ArgumentException>().WithMessage("counting [2, 3] has the wrong shape, expected [3, 2]");
        FluentActions.Invoking(() => Shape.Require(matrix, 2, 2)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Shape.Require(matrix, 1, 3)).Should().Throw<ArgumentException>();
    }

    private static Matrix Counting(int rows, int columns)
    {
        var matrix = new Matrix("counting", rows, columns);
        for (int i = 0; i < matrix.Span.Length; i++)
        {
            matrix.Span[i] = i;
        }

        return matrix;
    }
}
