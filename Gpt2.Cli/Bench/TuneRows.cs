// gpt2 bench tune: fine-tuning of all weights beside that of an adapter on weights of every type, in time and memory.

using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Measurement;
using Gpt2.Core.Model;
using Gpt2.Core.PostTraining;
using Gpt2.Kernels;
using static System.FormattableString;

namespace Gpt2.Cli.Bench;

internal static class TuneRows
{
    public const string Part = "tune";

    private static readonly WeightType[] Types = [WeightType.Float32, WeightType.BFloat16, WeightType.Int8, WeightType.Int4];

    /// <summary>Measures a model of random weights, all weights first.</summary>
    /// <param name="session">The bench.</param>
    /// <param name="size">The name of the sizes.</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="batch">The batch of a step.</param>
    public static BenchTuneModel Measure(BenchSession session, string size, Gpt2Config sizes, BenchBatch batch)
    {
        var lora = new LoraSettings();
        var rows = new List<BenchTuneRow>();
        double? ofFull = null;
        foreach ((LoraSettings? trained, WeightType type) in Types.Select(type => ((LoraSettings?)lora, type)).Prepend((null, WeightType.Float32)))
        {
            (BenchTuneRow row, double ratio) = Measure(session, sizes, batch, trained, type);
            ofFull ??= ratio;
            rows.Add(row with
            {
                MemoryRatio = (double)row.TotalBytes / (rows.Count > 0 ? rows[0].TotalBytes : row.TotalBytes),
                SpeedRatio = ratio / ofFull.Value,
            });
        }

        return new BenchTuneModel(
            size, sizes.Parameters, lora.Rank, batch.Sequences * batch.Tokens, session.Settings.KernelThreads, [.. rows]);
    }

    /// <summary>
    /// Measures one way. Its memory is what is alive after its steps and was not before, so what was measured earlier does not matter, nor
    /// what the runtime keeps for later.
    /// </summary>
    private static (BenchTuneRow Row, double Ratio) Measure(
        BenchSession session, Gpt2Config sizes, BenchBatch batch, LoraSettings? lora, WeightType type)
    {
        string method = lora is null ? "all weights" : "adapter";
        var what = new BenchWhat(Part, Invariant($"{method} {CommonOptions.NameOf(type)} {sizes.Parameters / 1e6:0.0#} M"), CommonOptions.NameOf(type));
        session.Begin(what.Name);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var speed = new TuningSpeed(
            session.RandomWeights(sizes), lora, type, batch.Sequences, batch.Tokens, session.Settings.Kernels);
        int tokens = batch.Sequences * batch.Tokens;
        session.Measure(
            what, Work.TrainingStep(sizes, tokens), LimitKind.FmaPeak, BenchUnit.Tokens(tokens),
            _ =>
            {
                session.Cancellation.ThrowIfCancellationRequested();
                return session.Timer.SecondsOnce(speed.RunStep);
            },
            rounds: session.Settings.Steps);
        long total = GC.GetTotalMemory(forceFullCollection: true) - before;
        BenchRow row = session.Rows[^1];
        var measured = new BenchTuneRow(
            method, CommonOptions.NameOf(type), speed.Parameters, speed.WeightBytes, speed.TrainingBytes,
            total - speed.WeightBytes - speed.TrainingBytes, total, 1, row.Milliseconds!.Value, row.Figure, 1);
        GC.KeepAlive(speed);
        return (measured, row.Ratio!.Value);
    }
}
