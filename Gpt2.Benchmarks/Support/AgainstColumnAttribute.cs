// A column "vs OpenBLAS", "vs Scalar": how many times as fast as another in the same case. BenchmarkDotNet's own
// baseline is a method or a job; here those that are compared are values of a parameter, so that a further one needs no
// further method.

using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Gpt2.Benchmarks.Support;

/// <summary>Adds the column to a class.</summary>
/// <param name="parameter">The parameter that says who computes.</param>
/// <param name="peer">Its value to compare with, without the number of threads if the values have one.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class AgainstColumnAttribute(string parameter, string peer) : ColumnConfigBaseAttribute(new AgainstColumn(parameter, peer));

internal sealed class AgainstColumn(string who, string peer) : NumberColumn(
    $"vs {peer}", $"Mean time of {peer} in the same case, with as many threads, over this mean time", ColumnCategory.Baseline)
{
    public override string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        string baseline = peer + ThreadCount.SuffixOf($"{benchmarkCase.Parameters[who]}");
        BenchmarkCase? other = summary.BenchmarksCases.FirstOrDefault(other =>
            other.Descriptor.WorkloadMethod == benchmarkCase.Descriptor.WorkloadMethod
            && other.Job.Id == benchmarkCase.Job.Id
            && baseline == $"{other.Parameters[who]}"
            && benchmarkCase.Parameters.Items.All(
                parameter => parameter.Name == who || Equals(parameter.Value, other.Parameters[parameter.Name])));
        double? otherMean = other is null ? null : summary[other]?.ResultStatistics?.Mean;
        double? mean = summary[benchmarkCase]?.ResultStatistics?.Mean;
        return (otherMean / mean)?.ToString("0.00", CultureInfo.InvariantCulture) ?? "NA";
    }
}
