// gpt2 bench train: training steps, including AdamW.

using Gpt2.Cli.Output;
using Gpt2.Core.Measurement;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Training;
using static System.FormattableString;

namespace Gpt2.Cli.Bench;

internal static class TrainRows
{
    public const string Part = "train";

    /// <summary>Measures steps with the sizes of the settings, which change their weights.</summary>
    public static BenchTrainResult Measure(BenchSession session) =>
        Measure(session, session.Weights, session.Settings.Batch, session.Settings.Size);

    /// <summary>Measures steps of the default model.</summary>
    public static void MeasureWorkshop(BenchSession session) =>
        Measure(session, session.RandomWeights(BenchSettings.Workshop), BenchSettings.WorkshopBatch, BenchSettings.WorkshopName);

    private static BenchTrainResult Measure(BenchSession session, Gpt2Weights weights, BenchBatch batch, string size)
    {
        Gpt2Config sizes = weights.Config;
        string millions = Invariant($"{sizes.Parameters / 1e6:0.0#} M weights");
        var what = new BenchWhat(Part, $"training {batch.Sequences}×{batch.Tokens}, {millions}");
        session.Begin(what.Name);
        var speed = new TrainingSpeed(weights, batch.Sequences, batch.Tokens, session.Settings.Kernels);
        Work work = Work.TrainingStep(sizes, speed.TokensPerStep);
        session.Measure(
            what, work, LimitKind.FmaPeak, BenchUnit.Tokens(speed.TokensPerStep),
            _ =>
            {
                session.Cancellation.ThrowIfCancellationRequested();
                return session.Timer.SecondsOnce(speed.RunStep);
            },
            rounds: session.Settings.Steps);
        BenchRow row = session.Rows[^1];
        double gigaflops = work.Operations / (1e6 * row.Milliseconds!.Value);
        return new BenchTrainResult(
            size, sizes.Parameters, speed.TokensPerStep, row.Milliseconds.Value, row.Figure, gigaflops, TrainingSpeed.PeakBytes,
            row.Threads, gigaflops / row.Ratio!.Value, row.Ratio.Value);
    }
}
