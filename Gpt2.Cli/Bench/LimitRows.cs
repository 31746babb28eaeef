// gpt2 bench limits: the limits of the machine, on one thread and on all.

using Gpt2.Cli.Output;
using Gpt2.Core.Measurement;
using Gpt2.Kernels;

namespace Gpt2.Cli.Bench;

internal static class LimitRows
{
    public const string Part = "limit";

    /// <summary>Multiply-adds and reading: the median of as many measurements as there are runs.</summary>
    public static void Measure(BenchSession session)
    {
        int runs = session.Settings.Effort.Runs;
        foreach (int threads in (int[])[.. new[] { 1, session.Settings.Threads }.Distinct()])
        {
            session.Begin($"the limits on {threads} thread{(threads == 1 ? "" : "s")}");
            double[] peaks = new double[runs], bandwidths = new double[runs];
            for (int run = 0; run < runs; run++)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                peaks[run] = session.Limits.MeasurePeak(threads);
                bandwidths[run] = session.Limits.MeasureReadBandwidth(threads);
            }

            session.Add(Row($"FMA peak, {MachineLimits.VectorBits}-bit vectors", threads, Median.Of(peaks), "GFLOP/s"));
            session.Add(Row("read bandwidth", threads, Median.Of(bandwidths), "GB/s"));
        }
    }

    private static BenchRow Row(string name, int threads, double figure, string unit) =>
        new(Part, name, null, threads, null, figure, unit, null, null, null, null, null, 0, 0);
}
