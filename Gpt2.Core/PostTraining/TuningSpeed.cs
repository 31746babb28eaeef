// Steps of fine-tuning for timing, and the memory that they need: of all weights, or of an adapter on frozen ones.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Training;
using Gpt2.Kernels;

namespace Gpt2.Core.PostTraining;

/// <summary>
/// Does steps of supervised fine-tuning on random tokens; the time does not depend on the tokens. The second half of each sequence
/// counts, as an answer would.
/// </summary>
internal sealed class TuningSpeed
{
    private const int WarmUpSteps = 2;

    private readonly Gpt2Model model;
    private readonly TokenMicroBatches passes;
    private readonly MatrixGradients gradients;
    private readonly MatrixOptimizer optimizer;
    private readonly TokenSequence[] batch;

    /// <summary>Allocates all memory of a run, and does the first two steps.</summary>
    /// <param name="weights">The weights, which belong to this object from now on.</param>
    /// <param name="lora">The adapter to train; null to train all weights.</param>
    /// <param name="type">The type to store frozen weights in.</param>
    /// <param name="sequences">Sequences of a batch.</param>
    /// <param name="tokens">Tokens of each, from 2 to n_ctx.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <exception cref="Gpt2Exception">The adapter's settings do not fit the model.</exception>
    public TuningSpeed(Gpt2Weights weights, LoraSettings? lora, WeightType type, int sequences, int tokens, KernelSet kernels)
    {
        Adapter? adapter = lora is null ? null : Adapter.Create(lora, new ModelFingerprint(weights.Config, Hash: ""), seed: 1);
        model = FrozenModel.Of(weights, kernels, type);
        passes = new TokenMicroBatches(model, adapter, dropout: 0);
        gradients = new MatrixGradients(adapter?.Matrices() ?? weights.Matrices());
        optimizer = new MatrixOptimizer(gradients.Trained, new OptimizerSettings());
        WeightBytes = FrozenModel.Bytes(model) + (sizeof(float) * (adapter?.Parameters ?? 0));
        var random = new RandomGenerator(1);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => (int)(random.NextDouble() * weights.Config.Vocabulary))];
        batch = [.. Enumerable.Range(0, sequences).Select(_ => TokenSequence.Of(Ids(tokens - (tokens / 2) + 1), Ids(tokens / 2)))];
        for (int step = 0; step < WarmUpSteps; step++)
        {
            RunStep();
        }
    }

    /// <summary>Number of weights that are trained.</summary>
    public long Parameters => gradients.Trained.Sum(matrix => (long)matrix.Span.Length);

    /// <summary>Bytes of the model's weights as they are stored, and of the adapter's.</summary>
    public long WeightBytes { get; }

    /// <summary>Bytes of what belongs to each weight that is trained: its gradient and the two means of AdamW.</summary>
    public long TrainingBytes => 3 * sizeof(float) * Parameters;

    public void RunStep()
    {
        int counted = batch.Sum(sequence => sequence.Counted);
        passes.Add(batch, together: 1, (_, logs) => SupervisedLoss.Of(logs, counted), seed: 1, gradients);
        optimizer.Update(gradients.Gradients, learningRate: 1e-4f, model.Kernels, gradients.Trained, clearGradients: true);
    }
}
