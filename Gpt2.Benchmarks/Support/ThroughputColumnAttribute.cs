// A column "MB/s": bytes that a call processes over its mean time, 1 MB = 10⁶ bytes.

using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Gpt2.Benchmarks.Support;

/// <summary>A class of benchmarks that knows how many bytes one call processes.</summary>
public interface IProcessesBytes
{
    /// <summary>Bytes per call under the parameters set, known before any setup.</summary>
    public long BytesPerCall { get; }
}

/// <summary>Adds the column to a class that is <see cref="IProcessesBytes"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ThroughputColumnAttribute() : ColumnConfigBaseAttribute(new ThroughputColumn());

internal sealed class ThroughputColumn() : NumberColumn(
    "MB/s", "10^6 bytes processed per second of mean time", ColumnCategory.Custom)
{
    public override string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics)
        {
            return "NA";
        }

        // Bytes per nanosecond are GB per second.
        double megabytesPerSecond = 1000 * CaseInstance.Create<IProcessesBytes>(benchmarkCase).BytesPerCall / statistics.Mean;
        return megabytesPerSecond.ToString("0.0", CultureInfo.InvariantCulture);
    }
}
