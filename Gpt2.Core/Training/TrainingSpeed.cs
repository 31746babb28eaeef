// How fast a model of given sizes trains on this machine.

using System.Diagnostics;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Training;

/// <summary>What was measured.</summary>
/// <param name="Parameters">Weights of the model.</param>
/// <param name="TokensPerStep">Tokens of a step.</param>
/// <param name="MedianStepSeconds">Median time of a step after the first two.</param>
/// <param name="TokensPerSecond">Tokens of a step over its median time.</param>
/// <param name="GigaflopsPerSecond">6 operations per weight and token, attention's products not counted.</param>
/// <param name="PeakBytes">The most memory the process has held so far.</param>
public sealed record TrainingSpeedResult(
    long Parameters, int TokensPerStep, double MedianStepSeconds, double TokensPerSecond, double GigaflopsPerSecond, long PeakBytes);

/// <summary>Measures training steps on random tokens: the time does not depend on what the tokens are.</summary>
public static class TrainingSpeed
{
    private const int WarmUpSteps = 2;

    public static TrainingSpeedResult Measure(
        Gpt2Config config, int batchSize, int context, int steps, KernelSet kernels, CancellationToken cancellation = default)
    {
        var weights = new Gpt2Weights(config);
        WeightInitialisation.Fill(weights, seed: 1);
        var random = new RandomGenerator(1);
        int[] ids = [.. Enumerable.Range(0, (64 * context) + 1).Select(_ => (int)(random.NextDouble() * config.Vocabulary))];
        var settings = new TrainingSettings { Steps = WarmUpSteps + steps, BatchSize = batchSize, Context = context, Windows = WindowOrder.Random };
        var trainer = new Trainer(new Gpt2Model(weights, kernels), settings, TrainingData.FromIds(ids, []));

        var seconds = new List<double>();
        for (int step = 0; step < WarmUpSteps + steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            trainer.RunStep();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        double[] measured = [.. seconds.Skip(WarmUpSteps).Order()];
        double median = measured[measured.Length / 2];
        double tokensPerSecond = trainer.TokensPerStep / median;
        using var process = Process.GetCurrentProcess();
        return new TrainingSpeedResult(
            config.Parameters, trainer.TokensPerStep, median, tokensPerSecond, 6e-9 * config.Parameters * tokensPerSecond, process.PeakWorkingSet64);
    }
}
