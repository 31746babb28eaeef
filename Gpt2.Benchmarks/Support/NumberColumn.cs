// What the project's own columns have in common: a number without a unit, always shown, one line in the legend.

using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Gpt2.Benchmarks.Support;

/// <summary>A column of numbers that a case's results give.</summary>
internal abstract class NumberColumn(string name, string legend, ColumnCategory category) : IColumn
{
    public string Id => $"{GetType().Name} {name}";

    public string ColumnName => name;

    public string Legend => legend;

    public ColumnCategory Category => category;

    public int PriorityInCategory => 0;

    public bool AlwaysShow => true;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public abstract string GetValue(Summary summary, BenchmarkCase benchmarkCase);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
        GetValue(summary, benchmarkCase);
}
