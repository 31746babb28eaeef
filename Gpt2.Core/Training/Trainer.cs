// The training step: a batch, its gradients, an update. TrainingRun and the command do files and messages.

using Gpt2.Core.Model;

namespace Gpt2.Core.Training;

/// <summary>The result of a step.</summary>
/// <param name="Step">Number of the step, from 1.</param>
/// <param name="Loss">Mean loss of the batch before the update.</param>
/// <param name="GradientNorm">Norm of the gradients before clipping.</param>
/// <param name="LearningRate">The rate of the update.</param>
public readonly record struct StepResult(int Step, double Loss, double GradientNorm, float LearningRate);

/// <summary>Trains a model. The kernels use threads; the result does not depend on their number.</summary>
public sealed class Trainer
{
    private readonly Gpt2Model model;
    private readonly TrainingSettings settings;
    private readonly TrainingData data;
    private readonly BatchSource batches;
    private readonly MicroBatches batch;
    private readonly Gpt2Gradients gradients;
    private readonly int[] tokens;
    private readonly int[] targets;

    /// <exception cref="Gpt2Exception">The settings are not valid for the model.</exception>
    public Trainer(Gpt2Model model, TrainingSettings settings, TrainingData data)
    {
        if (settings.Problem() is Gpt2Exception problem)
        {
            throw problem;
        }

        if (settings.Context > model.Config.Context)
        {
            throw new Gpt2Exception($"windows of {settings.Context} tokens") { Expected = $"at most n_ctx = {model.Config.Context}" };
        }

        RequireCountable(model.Config, settings);
        this.model = model;
        this.settings = settings;
        this.data = data;
        Optimizer = new AdamWOptimizer(model.Config, settings.Optimizer);
        batches = new BatchSource(data.Training, settings);
        batch = new MicroBatches(model.Config, settings.BatchSize, settings.Context, settings.Dropout);
        gradients = new Gpt2Gradients(model.Config);
        tokens = new int[settings.BatchSize * settings.Context];
        targets = new int[tokens.Length];
    }

    public Gpt2Model Model => model;

    public TrainingSettings Settings => settings;

    public TrainingData Data => data;

    internal AdamWOptimizer Optimizer { get; }

    /// <summary>Tokens that one step trains on.</summary>
    public int TokensPerStep => tokens.Length * settings.Accumulate;

    /// <summary>Number of steps until every window of the text has been seen once.</summary>
    public double StepsPerEpoch => (double)batches.WindowsPerEpoch / (settings.BatchSize * settings.Accumulate);

    /// <summary>
    /// The widest matrices of a step have a row for each token of the batch: 4 · channels, or heads · context.
    /// </summary>
    private static void RequireCountable(Gpt2Config config, TrainingSettings settings)
    {
        Int128 tokens = (Int128)settings.BatchSize * settings.Context;
        Int128 largest = tokens * Math.Max(Math.Max(3L * config.Channels, config.Hidden), (long)config.Heads * settings.Context);
        if (largest > Array.MaxLength)
        {
            throw new Gpt2Exception($"a batch of {settings.BatchSize} times {settings.Context} tokens makes a matrix of {largest} numbers")
            {
                Expected = $"at most {Array.MaxLength}",
                Remedy = "take a smaller batch, and more accumulated passes",
            };
        }

        if (tokens * settings.Accumulate > int.MaxValue)
        {
            throw new Gpt2Exception($"a step of {settings.Accumulate} passes has {tokens * settings.Accumulate} tokens")
            {
                Expected = $"at most {int.MaxValue}",
                Remedy = "accumulate fewer",
            };
        }
    }

    /// <exception cref="Gpt2Exception">Training has diverged.</exception>
    public StepResult RunStep()
    {
        int step = Optimizer.Step;
        int counted = tokens.Length * settings.Accumulate;
        batch.SeedDropout(BatchSource.SeedOf(settings.Seed, 3, (ulong)step));
        double loss = 0;
        for (int pass = 0; pass < settings.Accumulate; pass++)
        {
            batches.Fill(((long)step * settings.Accumulate) + pass, tokens, targets);
            loss += batch.Add(model, tokens, targets, counted, gradients);
        }

        float learningRate = settings.LearningRateAt(step);
        double norm = Optimizer.Update(gradients, learningRate, model.Kernels, model.Weights, clearGradients: true);
        return new StepResult(Optimizer.Step, loss / counted, norm, learningRate);
    }

    /// <summary>
    /// Mean loss on windows of the validation text, spread evenly over it; NaN if there is no such text.
    /// </summary>
    /// <exception cref="Gpt2Exception">Training has diverged.</exception>
    public double ValidationLoss(CancellationToken cancellation = default)
    {
        int context = settings.Context;
        int windows = (data.Validation.Length - 1) / context;
        int taken = Math.Min(windows, settings.EvaluationWindows);
        if (taken < 1)
        {
            return double.NaN;
        }

        var one = new ForwardActivations(model.Config, headRows: HeadRows.All);
        double loss = 0;
        for (int window = 0; window < taken; window++)
        {
            cancellation.ThrowIfCancellationRequested();
            int start = (int)((long)window * windows / taken) * context;
            model.Forward(data.Validation.AsSpan(start, context), cache: null, one);
            loss += BatchGradients.SummedLoss(one, data.Validation.AsSpan(start + 1, context));
        }

        return double.IsFinite(loss)
            ? loss / ((double)taken * context)
            : throw new Gpt2Exception($"the validation loss after step {Optimizer.Step} is not finite: training has diverged")
            {
                Remedy = "take a lower --learning-rate",
            };
    }
}
