// Everything that determines what a training run computes. Two runs with equal settings, text and start compute the
// same bits.

using static System.FormattableString;

namespace Gpt2.Core.Training;

/// <summary>How windows are taken from the training text.</summary>
public enum WindowOrder
{
    /// <summary>Each from a random place.</summary>
    Random,

    /// <summary>Epoch by epoch: every window of the text once, in random order, before any is repeated.</summary>
    Epochs,
}

/// <summary>The settings of a training run.</summary>
public sealed record TrainingSettings
{
    /// <summary>Number of updates of the weights.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>Sequences per forward and backward pass.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Number of passes whose gradients are summed for one update.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Tokens per sequence; at most n_ctx.</summary>
    public int Context { get; init; } = 64;

    /// <summary>The highest learning rate, reached after the warm-up.</summary>
    public float LearningRate { get; init; } = 1e-3f;

    /// <summary>The learning rate at the last step.</summary>
    public float MinLearningRate { get; init; } = 1e-4f;

    /// <summary>Number of steps in which the learning rate rises from 0.</summary>
    public int Warmup { get; init; } = 100;

    public OptimizerSettings Optimizer { get; init; } = new();

    /// <summary>The dropout rate in training; 0 for none.</summary>
    public float Dropout { get; init; }

    public WindowOrder Windows { get; init; } = WindowOrder.Epochs;

    /// <summary>Determines windows and dropout.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Steps between two evaluations on the validation text.</summary>
    public int EvaluateEvery { get; init; } = 250;

    /// <summary>The maximum number of windows of the validation text that an evaluation reads.</summary>
    public int EvaluationWindows { get; init; } = 200;

    /// <summary>Steps between two checkpoints.</summary>
    public int CheckpointEvery { get; init; } = 500;

    /// <summary>
    /// Decimal digits to keep in the weights of the finished model, to make its files small; 0 for all.
    /// </summary>
    public int Digits { get; init; }

    /// <summary>What is wrong with the settings; null if nothing is.</summary>
    public Gpt2Exception? Problem()
    {
        (string Name, double Value, double Least)[] numbers =
        [
            ("steps", Steps, 1), ("batch size", BatchSize, 1), ("accumulated passes", Accumulate, 1), ("context", Context, 1),
            ("learning rate", LearningRate, 0), ("least learning rate", MinLearningRate, 0), ("warm-up", Warmup, 0),
            ("beta 1", Optimizer.Beta1, 0), ("beta 2", Optimizer.Beta2, 0), ("epsilon", Optimizer.Epsilon, float.Epsilon),
            ("weight decay", Optimizer.WeightDecay, 0), ("clipping norm", Optimizer.ClipNorm, 0), ("dropout", Dropout, 0),
            ("steps between evaluations", EvaluateEvery, 1), ("evaluation windows", EvaluationWindows, 1),
            ("steps between checkpoints", CheckpointEvery, 1), ("digits", Digits, 0),
        ];
        foreach ((string name, double value, double least) in numbers)
        {
            if (!(value >= least))
            {
                return new Gpt2Exception(Invariant($"{name} is {value}")) { Expected = Invariant($"at least {least}") };
            }

            if (double.IsInfinity(value))
            {
                return new Gpt2Exception(Invariant($"{name} is {value}")) { Expected = "a finite number" };
            }
        }

        if (MinLearningRate > LearningRate)
        {
            return new Gpt2Exception(Invariant($"least learning rate is {MinLearningRate}"))
            {
                Expected = Invariant($"at most the highest, {LearningRate}"),
            };
        }

        foreach ((string name, float value) in ((string, float)[])[("beta 1", Optimizer.Beta1), ("beta 2", Optimizer.Beta2), ("dropout", Dropout)])
        {
            if (value >= 1)
            {
                return new Gpt2Exception(Invariant($"{name} is {value}")) { Expected = "less than 1" };
            }
        }

        return Enum.IsDefined(Windows) ? null
            : new Gpt2Exception($"there is no order of windows {(int)Windows}") { Expected = string.Join(" or ", Enum.GetNames<WindowOrder>()) };
    }

    /// <summary>
    /// The learning rate of a step, from 0: it rises linearly during the warm-up and falls along a half cosine to the
    /// minimum at the last step (Loshchilov and Hutter, "SGDR", without restarts).
    /// </summary>
    public float LearningRateAt(int step)
    {
        if (step < Warmup)
        {
            return LearningRate * (step + 1) / Warmup;
        }

        double progress = Math.Min(1, (double)(step - Warmup) / Math.Max(1, Steps - 1 - Warmup));
        return (float)(MinLearningRate + (0.5 * (1 + Math.Cos(Math.PI * progress)) * (LearningRate - MinLearningRate)));
    }
}
