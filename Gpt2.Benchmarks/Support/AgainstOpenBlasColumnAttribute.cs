// A column "vs OpenBLAS": how many times as fast as OpenBLAS in the same case with as many threads.

using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Gpt2.Benchmarks.Support;

/// <summary>Adds the column to a class whose parameter <c>By</c> is one of <see cref="Products.All"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class AgainstOpenBlasColumnAttribute() : ColumnConfigBaseAttribute(new AgainstOpenBlasColumn());

internal sealed class AgainstOpenBlasColumn() : NumberColumn(
    "vs OpenBLAS", "Mean time of OpenBLAS in the same case with as many threads over this mean time", ColumnCategory.Baseline)
{
    private const string By = "By";

    public override string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        string baseline = Products.OpenBlasFor((string)benchmarkCase.Parameters[By]);
        BenchmarkCase? openBlas = summary.BenchmarksCases.FirstOrDefault(other =>
            other.Descriptor.WorkloadMethod == benchmarkCase.Descriptor.WorkloadMethod
            && other.Job.Id == benchmarkCase.Job.Id
            && baseline.Equals(other.Parameters[By])
            && benchmarkCase.Parameters.Items.All(
                parameter => parameter.Name == By || Equals(parameter.Value, other.Parameters[parameter.Name])));
        double? openBlasMean = openBlas is null ? null : summary[openBlas]?.ResultStatistics?.Mean;
        double? mean = summary[benchmarkCase]?.ResultStatistics?.Mean;
        return (openBlasMean / mean)?.ToString("0.00", CultureInfo.InvariantCulture) ?? "NA";
    }
}
