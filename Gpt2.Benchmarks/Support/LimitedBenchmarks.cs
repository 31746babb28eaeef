// Benchmarks whose speed is compared with what the machine gives: the limits are measured in the case's own process,
// before the case and after it, and go to the tables through the process's output.

using System.Globalization;
using System.Text.RegularExpressions;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Reports;
using Gpt2.Core.Measurement;
using Gpt2.Kernels;

namespace Gpt2.Benchmarks.Support;

/// <summary>What a call does, and which limit it is compared with.</summary>
/// <param name="Operations">Floating-point operations of a call.</param>
/// <param name="Bytes">Bytes that it reads and writes.</param>
/// <param name="ReadsMemory">Whether its limit is the read bandwidth and not the FMA peak.</param>
public readonly record struct CallWork(double Operations, double Bytes, bool ReadsMemory)
{
    internal Work Work => new(Operations, Bytes);

    /// <summary>Compared with the FMA peak.</summary>
    internal static CallWork Arithmetic(Work work) => new(work.Operations, work.Bytes, ReadsMemory: false);

    /// <summary>So many operations, compared with the FMA peak.</summary>
    public static CallWork Arithmetic(double operations) => new(operations, 0, ReadsMemory: false);

    /// <summary>So many floats read and written, compared with the read bandwidth.</summary>
    public static CallWork Floats(double floats) => new(0, sizeof(float) * floats, ReadsMemory: true);
}

/// <summary>Base of such benchmarks. A derived class calls <see cref="MeasureLimits"/> at the end of its setup.</summary>
public abstract class LimitedBenchmarks
{
    private const int QuietMilliseconds = 200, Measurements = 5;

    private readonly MachineLimits limits = new();

    /// <summary>Threads that the case computes with, under the parameters set.</summary>
    protected abstract int ThreadsOfCase { get; }

    /// <summary>What a call of a method does, under the parameters set and before any setup.</summary>
    public abstract CallWork WorkOf(string method);

    /// <summary>
    /// Measures the limits and writes them down: the best of some, after a moment in which threads that still look for work
    /// fall asleep, since at a process's begin and end others disturb the measurement more than a case.
    /// </summary>
    [GlobalCleanup]
    public void MeasureLimits()
    {
        Thread.Sleep(QuietMilliseconds);
        double peak = Enumerable.Range(0, Measurements).Max(_ => limits.MeasurePeak(ThreadsOfCase));
        double bandwidth = Enumerable.Range(0, Measurements).Max(_ => limits.MeasureReadBandwidth(ThreadsOfCase));
        Console.WriteLine(new MeasuredLimits(peak, bandwidth).ToString());
    }
}

/// <summary>Limits that a case's process has written down.</summary>
/// <param name="Peak">GFLOP/s</param>
/// <param name="Bandwidth">GB/s</param>
internal sealed partial record MeasuredLimits(double Peak, double Bandwidth)
{
    /// <summary>The means of all that the case's processes measured; null where they measured none.</summary>
    public static MeasuredLimits? Of(BenchmarkReport? report)
    {
        MeasuredLimits[] all =
        [
            .. (report?.ExecuteResults ?? []).SelectMany(result => result.StandardOutput.Concat(result.PrefixedLines).Distinct())
                .Select(line => Line().Match(line)).Where(match => match.Success)
                .Select(match => new MeasuredLimits(Number(match.Groups[1].Value), Number(match.Groups[2].Value))),
        ];
        return all.Length == 0 ? null : new MeasuredLimits(all.Average(limit => limit.Peak), all.Average(limit => limit.Bandwidth));
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"// limits: {Peak:0.00} GFLOP/s, {Bandwidth:0.00} GB/s");

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("// limits: ([0-9.]+) GFLOP/s, ([0-9.]+) GB/s")]
    private static partial Regex Line();
}
