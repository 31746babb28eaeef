// Training steps for timing: how fast a model of given sizes trains on this machine.

using System.Diagnostics;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Training;

/// <summary>Does training steps on random tokens; the time does not depend on the tokens.</summary>
internal sealed class TrainingSpeed
{
    private const int WarmUpSteps = 2;
    private const int Windows = 64; // length of the text in windows

    private readonly Trainer trainer;

    /// <summary>Allocates all memory of a training run, and does the first two steps.</summary>
    /// <param name="weights">The weights to train.</param>
    /// <param name="batchSize">Sequences per step.</param>
    /// <param name="context">Tokens per sequence, at most n_ctx.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <exception cref="Gpt2Exception">The sizes are not valid.</exception>
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

    public void RunStep() => trainer.RunStep();
}
