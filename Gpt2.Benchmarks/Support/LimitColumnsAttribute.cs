// Columns "GFLOP/s", "GB/s" and "Of limit": what a case does per second, and its share of what the machine gives.

using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Gpt2.Benchmarks.Support;

/// <summary>Adds the columns to a class of <see cref="LimitedBenchmarks"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class LimitColumnsAttribute() : ColumnConfigBaseAttribute(new GigaflopsColumn(), new GigabytesColumn(), new OfLimitColumn());

internal sealed class GigaflopsColumn() : NumberColumn(
    "GFLOP/s", "10^9 operations per second of mean time; '-' where memory is the limit", ColumnCategory.Custom)
{
    public override string GetValue(Summary summary, BenchmarkCase benchmarkCase) => LimitFigures.Of(summary, benchmarkCase) switch
    {
        null => "NA",
        { Work.ReadsMemory: true } => "-",
        { } figures => figures.Rate.ToString("0.0", CultureInfo.InvariantCulture),
    };
}

internal sealed class GigabytesColumn() : NumberColumn(
    "GB/s", "10^9 bytes read and written per second of mean time; '-' where arithmetic is the limit", ColumnCategory.Custom)
{
    public override string GetValue(Summary summary, BenchmarkCase benchmarkCase) => LimitFigures.Of(summary, benchmarkCase) switch
    {
        null => "NA",
        { Work.ReadsMemory: false } => "-",
        { } figures => figures.Rate.ToString("0.0", CultureInfo.InvariantCulture),
    };
}

internal sealed class OfLimitColumn() : NumberColumn(
    "Of limit", "GFLOP/s over the FMA peak, or GB/s over the read bandwidth, as measured in the case's process before and after it. "
    + "What stays in the caches, and what is written where it was read, may exceed the bandwidth", ColumnCategory.Custom)
{
    public override string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        LimitFigures? figures = LimitFigures.Of(summary, benchmarkCase);
        MeasuredLimits? limits = MeasuredLimits.Of(summary[benchmarkCase]);
        return figures is null || limits is null
            ? "NA"
            : (figures.Rate / (figures.Work.ReadsMemory ? limits.Bandwidth : limits.Peak)).ToString("0.00", CultureInfo.InvariantCulture);
    }
}

/// <summary>A case's rate in GFLOP/s or GB/s.</summary>
internal sealed record LimitFigures(CallWork Work, double Rate)
{
    public static LimitFigures? Of(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics)
        {
            return null;
        }

        // Operations or bytes per nanosecond are 10⁹ per second.
        CallWork work = CaseInstance.Create<LimitedBenchmarks>(benchmarkCase).WorkOf(benchmarkCase.Descriptor.WorkloadMethod.Name);
        return new LimitFigures(work, (work.ReadsMemory ? work.Work.Bytes : work.Work.Operations) / statistics.Mean);
    }
}
