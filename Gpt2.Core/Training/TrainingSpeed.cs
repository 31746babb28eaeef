// Training steps to be timed: how fast a model of given sizes trains on this machine.

using System.Diagnostics;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Training;

/// <summary>Does training steps on random tokens: the time does not depend on what the tokens are.</summary>
internal sealed class TrainingSpeed
{
    private const int WarmUpSteps = 2;
    private const int Windows = 64; // as many windows of text

    private readonly Trainer trainer;

    /// <summary>Takes all memory of a training run, and does the first two steps.</summary>
    /// <param name="weights">What is trained.</param>
    /// <param name="batchSize">Sequences of a step.</param>
    /// <param name="context">Tokens of a sequence, at most n_ctx.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <exception cref="Gpt2Exception">The sizes make no sense.</exception>
    public TrainingSpeed(Gpt2Weights weights, int batchSize, int context, KernelSet kernels)
    {
        var random = new RandomGenerator(1);
        int[] ids = [.. Enumerable.Range(0, (Windows * context) + 1).Select(_ => (int)(random.NextDouble() * weights.Config.Vocabulary))];
        var settings = new TrainingSettings { BatchSize = batchSize, Context = context, Windows = WindowOrder.Random };
        trainer = new Trainer(
            new Gpt2Model(weights, kernels), settings, TrainingData.FromIds(ids, []));
        for (int step = 0; step < WarmUpSteps; step++)
        {
            trainer.RunStep();
        }
    }

    public int TokensPerStep => trainer.TokensPerStep;

    /// <summary>The peak memory of this process so far.</summary>
    public static long PeakBytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>Does a step.</summary>
    public void RunStep() => trainer.RunStep();
}
