// What a run of GRPO follows from, besides the settings that every training has.

using static System.FormattableString;

namespace Gpt2.Core.PostTraining;

/// <summary>The settings of GRPO.</summary>
internal sealed record GroupSettings
{
    /// <summary>Completions of each prompt.</summary>
    public int Size { get; init; } = 8;

    /// <summary>Updates of the weights with the same completions.</summary>
    public int Updates { get; init; } = 1;

    /// <summary>How far a ratio of probabilities may move from 1.</summary>
    public double Clip { get; init; } = 0.2;

    /// <summary>The weight of the divergence from the reference in the loss; 0 for none.</summary>
    public double Kl { get; init; } = 0.04;

    /// <summary>The divergence, in nats per token, at which the run stops.</summary>
    public double MaxKl { get; init; } = 2;

    /// <summary>The reward: rule:NAME, command:PROGRAM or the folder of a reward model.</summary>
    public required string Reward { get; init; }

    /// <summary>The hash of a reward model; null for other rewards.</summary>
    public string? RewardHash { get; init; }

    /// <summary>Seconds that a command may take to reward the completions of a step.</summary>
    public double RewardTimeout { get; init; } = 60;

    /// <summary>What is wrong with the settings; null if nothing is.</summary>
    public Gpt2Exception? Problem()
    {
        (string Name, double Value, bool Valid, string Expected)[] numbers =
        [
            ("the group size", Size, Size >= 2, "at least 2"),
            ("the number of updates", Updates, Updates >= 1, "at least 1"), ("the clipping of ratios", Clip, Clip is > 0 and < 1, "above 0, below 1"),
            ("the weight of the divergence", Kl, Kl >= 0 && double.IsFinite(Kl), "0 or more"),
            ("the largest divergence", MaxKl, MaxKl > 0, "above 0"),
            ("the time limit of rewards", RewardTimeout, RewardTimeout is > 0 and <= 86400, "above 0, at most 86400 seconds"),
        ];
        foreach ((string name, double value, bool valid, string expected) in numbers)
        {
            if (!valid)
            {
                return new Gpt2Exception(Invariant($"{name} is {value}")) { Expected = expected };
            }
        }

        return null;
    }
}
