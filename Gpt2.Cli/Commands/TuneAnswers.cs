// What `gpt2 tune dpo` and `gpt2 tune grpo` share: rewards by name, and answers to the prompts that are kept for validation.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

/// <summary>The options of answers in evaluations.</summary>
internal sealed class TuneAnswers
{
    private const int StandardTokens = 40, StandardAnswers = 400;

    private readonly Option<string?> trueReward = new("--true-reward")
    {
        Description = "A reward that is only looked at, such as rule:helpful.\nIt shows whether what is learned is what was wanted.",
        HelpName = "REWARD",
    };
    private readonly Option<int?> answers = TrainingOptions.Size(
        "--answers", $"Sampled answers to validation prompts in an evaluation, 0 for none. Default: {StandardAnswers}.", least: 0);
    private readonly Option<int?> maxNewTokens = TrainingOptions.Size(
        "--max-new-tokens", $"The maximum number of tokens in a sampled answer. Default: {StandardTokens}.");

    public Option[] All => [trueReward, answers, maxNewTokens];

    public int Answered(ParseResult parsed) => parsed.GetValue(answers) ?? StandardAnswers;

    public int MaxNewTokens(ParseResult parsed) => parsed.GetValue(maxNewTokens) ?? StandardTokens;

    /// <summary>The name of the reward that is only looked at; a folder as a path that does not depend on where the program runs.</summary>
    public string? TrueReward(ParseResult parsed) => parsed.GetValue(trueReward) is string name ? PathOf(name) : null;

    /// <summary>A reward's name; of a folder, its whole path.</summary>
    public static string PathOf(string name) => name.Length > 0 && RewardSource.IsFolder(name) ? Path.GetFullPath(name) : name;

    /// <summary>The reward of a name; null if no name is given.</summary>
    /// <exception cref="Gpt2Exception">There is none of that name.</exception>
    public static IReward? Open(string? name, TuneStart start)
    {
        double timeout = start.State.Groups?.RewardTimeout ?? 60;
        return name is null ? null : RewardSource.Open(
            name, start.Model, start.Fingerprint, start.Adapter?.AddedTokens ?? [], start.Tokenizer, timeout);
    }

    /// <summary>Asks the prompts that are kept for validation; null if there are none, or none are to be asked.</summary>
    public static AnswerEvaluation? EvaluationOf(TuneStart start, int maxNewTokens, TokenMicroBatches reference, IReward? reward, IReward? trueReward)
    {
        PreparedExample[] prompts = [.. start.Examples.Split.Validation.DistinctBy(example => example.PromptText)];
        IReadOnlyList<PreparedExample> asked = ExactMatch.Some(prompts, start.State.Answered);
        return asked.Count == 0 ? null : new AnswerEvaluation(
            new AnswerSampler(start.Tokenizer, maxNewTokens), reference, asked, start.State.Answered / asked.Count, reward, trueReward,
            start.State.Settings.Seed);
    }

    /// <summary>"reward 1.2, true reward 1.1, KL 0.05, 12 tokens".</summary>
    public static string Shown(AnswerFigures figures) => string.Join(", ", ((string?[])
    [
        figures.Reward is double reward ? Invariant($"reward {reward:0.00}") : null,
        figures.TrueReward is double known ? Invariant($"true reward {known:0.00}") : null,
        Invariant($"KL {figures.Kl:0.000}"),
        Invariant($"{figures.Length:0.0} tokens"),
    ]).OfType<string>());

    /// <summary>A start whose state says how prompts are answered before the first step.</summary>
    public static TuneStart WithAnswersBefore(TuneStart start, AnswerEvaluation? evaluation, CommandIo io) => start with
    {
        State = start.State with
        {
            AnswersBefore = evaluation is null
                ? null
                : Progress.Run("answering", io, _ => evaluation.Of(new TokenMicroBatches(start.Model, start.Adapter, dropout: 0), io.Cancellation)),
        },
    };

    /// <summary>"; answers before: …; now: …".</summary>
    public static string Compared(AnswerFigures? before, AnswerFigures? now) =>
        before is null || now is null ? "" : $"; answers before: {Shown(before)}; now: {Shown(now)}";
}
