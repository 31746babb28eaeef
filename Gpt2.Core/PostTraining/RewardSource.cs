// Rewards by name: rule:helpful, command:PROGRAM, or the folder of a reward model.

using Gpt2.Core.Model;
using Gpt2.Core.PostTraining.Data.Workshop;
using Gpt2.Core.Text;

namespace Gpt2.Core.PostTraining;

/// <summary>Finds rewards.</summary>
internal static class RewardSource
{
    public const string CommandPrefix = "command:";

    /// <summary>Whether a name is that of a folder, and neither of a rule nor of a program.</summary>
    public static bool IsFolder(string name) =>
        !name.StartsWith(RuleScorer.Prefix, StringComparison.Ordinal) && !name.StartsWith(CommandPrefix, StringComparison.Ordinal);

    /// <summary>The reward of a name.</summary>
    /// <param name="name">rule:NAME, command:PROGRAM or a folder.</param>
    /// <param name="model">The model that a reward model is an adapter of, with the tokens that are added to it.</param>
    /// <param name="fingerprint">What it is without them.</param>
    /// <param name="added">The tokens.</param>
    /// <param name="tokenizer">The tokenizer with them.</param>
    /// <param name="timeout">Seconds that a program may take.</param>
    /// <exception cref="Gpt2Exception">There is no such reward.</exception>
    public static IReward Open(
        string name, Gpt2Model model, ModelFingerprint fingerprint, IReadOnlyList<string> added, Tokenizer tokenizer, double timeout) =>
        name.StartsWith(RuleScorer.Prefix, StringComparison.Ordinal) ? new RuleReward(RuleScorer.Of(name))
        : name.StartsWith(CommandPrefix, StringComparison.Ordinal) ? new CommandReward(name[CommandPrefix.Length..], timeout)
        : Directory.Exists(name) ? RewardModel.ReadFor(name, model, fingerprint, added, tokenizer)
        : throw new Gpt2Exception("no such reward")
        {
            Where = name,
            Expected = "the folder of a reward model, rule:NAME or command:PROGRAM",
        };

    /// <summary>The reward of a rule.</summary>
    private sealed class RuleReward(RuleScorer rule) : IReward
    {
        public double[] Of(IReadOnlyList<SampledAnswer> answers, CancellationToken cancellation) =>
            [.. answers.Select(answer => rule.Score(answer.Prompt.PromptText, answer.Text))];
    }
}
