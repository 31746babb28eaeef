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
    private static readonly WeightType[] Types = [WeightType.Float32, WeightType.BFloat16, WeightType.Int8, WeightType.Int4];

    /// <summary>
    /// Measures a model of random weights. All ways of tuning it are in memory together and take turns, a step each: what disturbs the
    /// machine for longer than a round disturbs them all.
    /// </summary>
    /// <param name="session">The bench.</param>
    /// <param name="size">The name of the sizes.</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="batch">The batch of a step.</param>
    public static BenchTuneModel Measure(BenchSession session, string size, Gpt2Config sizes, BenchBatch batch)
    {
        var lora = new LoraSettings();
        (TuningSpeed Speed, WeightType Type, long Bytes)[] ways =
        [
            Prepare(session, sizes, batch, lora: null, WeightType.Float32),
            .. Types.Select(type => Prepare(session, sizes, batch, lora, type)),
        ];
        session.Begin("steps of each in turn");
        double[][] seconds = [.. ways.Select(_ => new double[session.Settings.Steps])];
        for (int round = 0; round < session.Settings.Steps; round++)
        {
            for (int way = 0; way < ways.Length; way++)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                seconds[way][round] = session.Timer.SecondsOnce(ways[way].Speed.RunStep);
            }
        }

        int tokens = batch.Sequences * batch.Tokens;
        return new BenchTuneModel(
            size, sizes.Parameters, lora.Rank, tokens, session.Settings.KernelThreads,
            [.. ways.Select((way, place) => new BenchTuneRow(
                place == 0 ? "all weights" : "adapter", CommonOptions.NameOf(way.Type), way.Speed.Parameters, way.Speed.WeightBytes,
                way.Speed.TrainingBytes, way.Bytes - way.Speed.WeightBytes - way.Speed.TrainingBytes, way.Bytes,
                (double)way.Bytes / ways[0].Bytes, 1000 * Median.Of(seconds[place]), tokens / Median.Of(seconds[place]),
                Median.Of([.. seconds[0].Zip(seconds[place], (ofFull, own) => ofFull / own)])))]);
    }

    /// <summary>
    /// Prepares one way, with two steps. Its memory is what is alive afterwards and was not before, so it does not matter what else the
    /// process holds.
    /// </summary>
    private static (TuningSpeed Speed, WeightType Type, long Bytes) Prepare(
        BenchSession session, Gpt2Config sizes, BenchBatch batch, LoraSettings? lora, WeightType type)
    {
        session.Begin(Invariant($"memory of {(lora is null ? "all weights" : "an adapter")}, {CommonOptions.NameOf(type)}"));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var speed = new TuningSpeed(session.RandomWeights(sizes), lora, type, batch.Sequences, batch.Tokens, session.Settings.Kernels);
        return (speed, type, GC.GetTotalMemory(forceFullCollection: true) - before);
    }
}
