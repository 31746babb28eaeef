// What the debugger shows of a matrix. The view is found and created as the debugger does it: by the attribute on
// the type, its properties by name.

using System.Collections;
using System.Diagnostics;
using System.Reflection;
using Gpt2.Core.Numerics;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Numerics;

public sealed class MatrixDebugViewTests
{
    [Fact]
    public void View_SmallMatrix_ShowsNameShapeRangeAndRows()
    {
        object view = ViewOf(Filled("scores", 2, 3, i => i - 2));

        Get<string>(view, "Name").Should().Be("scores");
        Get<string>(view, "Shape").Should().Be("[2, 3]");
        Get<string>(view, "Range").Should().Be("-2 … 3, mean 0.5");
        LinesOf(view).Should().Equal("-2  -1  0", "1  2  3");
    }

    [Fact]
    public void View_DecimalCommaCulture_WritesPointsAndMinus()
    {
        using var culture = new DecimalCommaCulture();
        object view = ViewOf(Filled("m", 1, 2, i => i - 0.5f));

        Get<string>(view, "Range").Should().Be("-0.5 … 0.5, mean 0");
        LinesOf(view).Should().Equal("-0.5  0.5");
    }

    [Theory]
    [InlineData(63, 63)]
    [InlineData(64, 64)]
    [InlineData(65, 64)]
    [InlineData(5000, 64)]
    public void Rows_ManyRows_AreCutAt64(int rows, int shown) =>
        LinesOf(ViewOf(new Matrix("m", rows, 1))).Should().HaveCount(shown);

    [Theory]
    [InlineData(12, "0  1  2  3  4  5  6  7  8  9  10  11")]
    [InlineData(13, "0  1  2  3  4  5  6  7  8  9  10  11  …")]
    [InlineData(768, "0  1  2  3  4  5  6  7  8  9  10  11  …")]
    public void Line_ManyColumns_IsCutAt12WithAnEllipsis(int columns, string line) =>
        LinesOf(ViewOf(Filled("m", 1, columns, i => i))).Should().Equal(line);

    [Fact]
    public void Row_Opened_HoldsAllItsValues()
    {
        object row = RowsOf(ViewOf(Filled("m", 1, 20, i => i)))[0]!;

        Get<float[]>(row, "Values").Should().Equal(Enumerable.Range(0, 20).Select(i => (float)i));
    }

    [Fact]
    public void Range_NotFiniteValues_AreCountedAndLeftOutOfTheFigures()
    {
        Matrix matrix = Filled("m", 2, 3, i => i);
        (matrix[0, 0], matrix[0, 1], matrix[1, 2]) = (float.NaN, float.PositiveInfinity, float.NegativeInfinity);

        Get<string>(ViewOf(matrix), "Range").Should().Be("2 … 4, mean 3, 3 NOT FINITE");
    }

    [Fact]
    public void Range_NothingFinite_SaysSoWithoutFigures() =>
        Get<string>(ViewOf(Filled("m", 2, 2, _ => float.NaN)), "Range").Should().Be("4 NOT FINITE");

    [Fact]
    public void Range_EmptyMatrix_SaysEmpty() =>
        Get<string>(ViewOf(new Matrix("m", 0, 5)), "Range").Should().Be("empty");

    [Fact]
    public void RowsAndValues_InTheWatchWindow_AreListedWithoutAHeading()
    {
        object view = ViewOf(new Matrix("m", 1, 1));

        BrowsableState(view, "Rows").Should().Be(DebuggerBrowsableState.RootHidden);
        BrowsableState(RowsOf(view)[0]!, "Values").Should().Be(DebuggerBrowsableState.RootHidden);
    }

    [Fact]
    public void Row_InTheWatchWindow_IsDisplayedAsItsLine() =>
        RowsOf(ViewOf(new Matrix("m", 1, 1)))[0]!.GetType().GetCustomAttribute<DebuggerDisplayAttribute>()!
            .Value.Should().Be("{Line,nq}");

    private static object ViewOf(Matrix matrix)
    {
        string typeName = typeof(Matrix).GetCustomAttribute<DebuggerTypeProxyAttribute>()!.ProxyTypeName;
        return Activator.CreateInstance(Type.GetType(typeName, throwOnError: true)!, matrix)!;
    }

    private static Matrix Filled(string name, int rows, int columns, Func<int, float> valueAt)
    {
        var matrix = new Matrix(name, rows, columns);
        for (int i = 0; i < matrix.Span.Length; i++)
        {
            matrix.Span[i] = valueAt(i);
        }

        return matrix;
    }

    private static DebuggerBrowsableState BrowsableState(object view, string property) =>
        view.GetType().GetProperty(property)!.GetCustomAttribute<DebuggerBrowsableAttribute>()!.State;

    private static IList RowsOf(object view) => Get<IList>(view, "Rows");

    private static IEnumerable<string> LinesOf(object view) => RowsOf(view).Cast<object>().Select(row => Get<string>(row, "Line"));

    private static T Get<T>(object view, string property) => (T)view.GetType().GetProperty(property)!.GetValue(view)!;
}
