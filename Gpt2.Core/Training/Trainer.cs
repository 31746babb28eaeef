// The training step: a batch, its gradients on two threads, an update. Files and messages are TrainingRun's and the
// command's business.

using Gpt2.Core.Model;

namespace Gpt2.Core.Training;

/// <summary>What a step did.</summary>
/// <param name="Step">Number of the step, from 1.</param>
/// <param name="Loss">Mean loss of the batch before the update.</param>
/// <param name="GradientNorm">Norm of the gradients before clipping.</param>
/// <param name="LearningRate">The rate of the update.</param>
public readonly record struct StepResult(int Step, double Loss, double GradientNorm, float LearningRate);

/// <summary>
/// Trains a model. A batch is always computed as two halves, whether on one thread or on two, and their gradients are
/// added in the same order: the result does not depend on the number of threads.
/// </summary>
public sealed class Trainer
{
    private readonly Gpt2Model model;
    private readonly TrainingSettings settings;
    private readonly TrainingData data;
    private readonly BatchSource batches;
    private readonly Half[] halves;
    private readonly ParallelOptions threads;
    private readonly int[] tokens;
    private readonly int[] targets;

    /// <exception cref="Gpt2Exception">The settings make no sense for the model.</exception>
    public Trainer(Gpt2Model model, TrainingSettings settings, TrainingData data, int threads = 2)
    {
        if (settings.Problem() is string problem)
        {
            throw new Gpt2Exception(problem);
        }

        if (settings.Context > model.Config.Context)
        {
            throw new Gpt2Exception($"windows of {settings.Context} tokens, expected at most n_ctx = {model.Config.Context}");
        }

        this.model = model;
        this.settings = settings;
        this.data = data;
        this.threads = new ParallelOptions { MaxDegreeOfParallelism = threads };
        model.Weights.Head.Exchange();
        Optimizer = new AdamWOptimizer(model.Config, settings.Optimizer);
        batches = new BatchSource(data.Training, settings);
        tokens = new int[settings.BatchSize * settings.Context];
        targets = new int[tokens.Length];
        int first = (settings.BatchSize + 1) / 2;
        halves = settings.BatchSize == 1
            ? [new Half(0, 1, model.Config, settings)]
            : [new Half(0, first, model.Config, settings), new Half(first, settings.BatchSize - first, model.Config, settings)];
    }

    public Gpt2Model Model => model;

    public TrainingSettings Settings => settings;

    public TrainingData Data => data;

    public AdamWOptimizer Optimizer { get; }

    /// <summary>Tokens that one step trains on.</summary>
    public int TokensPerStep => tokens.Length * settings.Accumulate;

    /// <summary>Steps until every window of the text was seen once.</summary>
    public double StepsPerEpoch => (double)batches.WindowsPerEpoch / (settings.BatchSize * settings.Accumulate);

    /// <summary>Does one step.</summary>
    /// <exception cref="Gpt2Exception">Training has diverged.</exception>
    public StepResult RunStep()
    {
        int step = Optimizer.Step;
        int counted = tokens.Length * settings.Accumulate;
        for (int half = 0; half < halves.Length; half++)
        {
            halves[half].Gradients.Clear();
            halves[half].Batch.SeedDropout(BatchSource.SeedOf(settings.Seed, 3 + (ulong)half, (ulong)step));
        }

        double loss = 0;
        for (int pass = 0; pass < settings.Accumulate; pass++)
        {
            batches.Fill(((long)step * settings.Accumulate) + pass, tokens, targets);
            Parallel.ForEach(halves, threads, half => half.Run(model, tokens, targets, settings.Context, counted));
            foreach (Half half in halves)
            {
                loss += half.Loss;
            }
        }

        for (int half = 1; half < halves.Length; half++)
        {
            halves[0].Gradients.Add(halves[half].Gradients, model.Kernels);
        }

        float learningRate = settings.LearningRateAt(step);
        double norm = Optimizer.Update(halves[0].Gradients, learningRate, model.Kernels, model.Weights);
        model.Weights.Head.Exchange();
        return new StepResult(Optimizer.Step, loss / counted, norm, learningRate);
    }

    /// <summary>Mean loss on windows of the validation text, spread evenly over it; NaN where there is none.</summary>
    public double ValidationLoss(CancellationToken cancellation = default)
    {
        int context = settings.Context;
        int windows = (data.Validation.Length - 1) / context;
        int taken = Math.Min(windows, settings.EvaluationWindows);
        if (taken < 1)
        {
            return double.NaN;
        }

        var losses = new double[taken];
        var perThread = new ThreadLocal<ForwardActivations>(() => new ForwardActivations(model.Config, headRows: HeadRows.All));
        Parallel.For(0, taken, new ParallelOptions { MaxDegreeOfParallelism = threads.MaxDegreeOfParallelism, CancellationToken = cancellation }, window =>
        {
            ForwardActivations a = perThread.Value!;
            int start = (int)((long)window * windows / taken) * context;
            model.Forward(data.Validation.AsSpan(start, context), cache: null, a);
            losses[window] = BatchGradients.SummedLoss(a, data.Validation.AsSpan(start + 1, context));
        });
        return losses.Sum() / ((double)taken * context);
    }

    /// <summary>The part of a batch that one thread computes.</summary>
    private sealed class Half(int first, int sequences, Gpt2Config config, TrainingSettings settings)
    {
        public BatchGradients Batch { get; } = new(config, sequences, settings.Dropout);

        public Gpt2Gradients Gradients { get; } = new(config);

        public double Loss { get; private set; }

        public void Run(Gpt2Model model, int[] tokens, int[] targets, int context, int counted) =>
            Loss = Batch.Add(
                model, tokens.AsSpan(first * context, sequences * context), targets.AsSpan(first * context, sequences * context),
                counted, Gradients);
    }
}
