// A column "vs Scalar": how many times as fast as the same case on the Scalar rung. BenchmarkDotNet's own baseline is
// a method or a job; here the rungs are values of a parameter, so that a further rung needs no further method.

using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Gpt2.Kernels;

namespace Gpt2.Benchmarks.Support;

/// <summary>Adds the column to a class whose parameter <c>Rung</c> is a <see cref="KernelRung"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class AgainstScalarColumnAttribute() : ColumnConfigBaseAttribute(new AgainstScalarColumn());

internal sealed class AgainstScalarColumn() : NumberColumn(
    "vs Scalar", "Mean time of the Scalar rung in the same case over this mean time", ColumnCategory.Baseline)
{
    private const string Rung = "Rung";

    public override string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        BenchmarkCase? scalar = summary.BenchmarksCases.FirstOrDefault(other => IsScalarOf(other, benchmarkCase));
        double? scalarMean = scalar is null ? null : summary[scalar]?.ResultStatistics?.Mean;
        double? mean = summary[benchmarkCase]?.ResultStatistics?.Mean;
        return (scalarMean / mean)?.ToString("0.0", CultureInfo.InvariantCulture) ?? "NA";
    }

    private static bool IsScalarOf(BenchmarkCase candidate, BenchmarkCase benchmarkCase) =>
        candidate.Descriptor.WorkloadMethod == benchmarkCase.Descriptor.WorkloadMethod
        && candidate.Job.Id == benchmarkCase.Job.Id
        && candidate.Parameters[Rung] is KernelRung.Scalar
        && benchmarkCase.Parameters.Items.All(
            parameter => parameter.Name == Rung || Equals(parameter.Value, candidate.Parameters[parameter.Name]));
}
