// gpt2 tune grpo: reinforcement learning from rewards for the model's own answers, which are compared within groups.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Training;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal sealed class TuneGrpo : TuneMethod<GroupTuning>
{
    private const float StandardRate = 3e-4f;
    private const int StandardSteps = 150;

    private static readonly GroupSettings Standard = new() { Reward = "" };

    private static readonly TuneMethodOptions Method = new(
        TuningState.Group, "PROMPTS", "Prompts: JSON Lines or CSV with prompt, or examples of any kind, whose answers are not read", "Prompts",
        TuneMethodOptions.StandardWith(StandardRate, StandardSteps) with
        {
            BatchSize = 8,
            Warmup = 10,
            EvaluateEvery = 20,
            CheckpointEvery = 20,
        },
        Epochs: null, ReportEvery: 10, Kind: null);

    private readonly Option<string?> reward = new("--reward")
    {
        Description = "The folder of a reward model, rule:NAME, or command:PROGRAM.\n"
            + "A program reads lines {\"prompt\", \"completion\"} and writes a number for each.",
        HelpName = "REWARD",
    };
    private readonly Option<int?> group = TrainingOptions.Size("--group", $"Answers to each prompt. Default: {Standard.Size}.", least: 2);
    private readonly Option<int?> updates = TrainingOptions.Size(
        "--updates", $"Updates of the weights with the same answers. Default: {Standard.Updates}.");
    private readonly Option<double?> clip = Number("--clip", "How far the ratio of a token's probabilities may move from 1", Standard.Clip);
    private readonly Option<double?> kl = Number("--kl", "Weight of the KL divergence from the reference in the loss, 0 for none", Standard.Kl);
    private readonly Option<double?> maxKl = Number("--max-kl", "The KL divergence, in nats per token, at which the run stops", Standard.MaxKl);
    private readonly Option<double?> timeout = Number(
        "--reward-timeout", "Seconds that a program may take for the rewards of a step", Standard.RewardTimeout);
    private readonly Option<int> sampleEvery = TrainingSample.Every(standard: 20);
    private readonly TuneAnswers answers = new();

    private TuneGrpo(CommandIo io)
        : base(new TuneInput(Method), io)
    {
    }

    protected override IReadOnlyList<Option> Own => [reward, group, updates, clip, kl, maxKl, .. answers.All, timeout, sampleEvery];

    protected override Option[] WithResume => [sampleEvery];

    public static Command Create(CommandIo io) => new TuneGrpo(io).Create(
        "GRPO: learn from rewards for sampled answers. Ctrl-C saves; --resume continues.\n"
        + "Trains a LoRA adapter; the reference is the model that it begins with.");

    protected override TuneStart Begin(ParseResult parsed, TuneInput options)
    {
        string name = parsed.GetValue(reward)
            ?? throw new UsageException("no reward: name one with --reward FOLDER, rule:NAME or command:PROGRAM");
        var groups = new GroupSettings
        {
            Size = parsed.GetValue(group) ?? Standard.Size,
            Updates = parsed.GetValue(updates) ?? Standard.Updates,
            Clip = parsed.GetValue(clip) ?? Standard.Clip,
            Kl = parsed.GetValue(kl) ?? Standard.Kl,
            MaxKl = parsed.GetValue(maxKl) ?? Standard.MaxKl,
            Reward = TuneAnswers.PathOf(name),
            RewardTimeout = parsed.GetValue(timeout) ?? Standard.RewardTimeout,
        };
        if (groups.Problem() is Gpt2Exception problem)
        {
            throw new UsageException(problem);
        }

        TuneStart start = options.Begin(parsed, full: false, answers.Answered(parsed), Io);
        IReward opened = TuneAnswers.Open(groups.Reward, start with { State = start.State with { Groups = groups } })!;
        start = start with
        {
            State = start.State with
            {
                Groups = groups with { RewardHash = (opened as RewardModel)?.Hash },
                TrueReward = answers.TrueReward(parsed),
                MaxNewTokens = answers.MaxNewTokens(parsed),
            },
        };
        return TuneAnswers.WithAnswersBefore(start, RewardsOf(start, start.Reference(), opened).Evaluation, Io);
    }

    protected override GroupTuning TuningOf(TuneStart start)
    {
        TokenMicroBatches reference = start.Reference();
        IReward given = TuneAnswers.Open(start.State.Groups!.Reward, start)!;
        TuneStart.RequireSame((given as RewardModel)?.Hash == start.State.Groups.RewardHash, "reward model", start.State.Groups.Reward);
        return new GroupTuning(
            start.Parts, start.Examples.Split.Training, new AnswerSampler(start.Tokenizer, start.State.MaxNewTokens), reference,
            RewardsOf(start, reference, given));
    }

    protected override void Describe(GroupTuning tuning, TuneStart start)
    {
        string known = tuning.State.TrueReward is string name ? $", true reward {name}" : "";
        Io.Note($"reward {tuning.State.Groups!.Reward}{known}");
        if (tuning.State.AnswersBefore is AnswerFigures before)
        {
            Io.Note($"answers before: {TuneAnswers.Shown(before)}");
        }
    }

    protected override void AfterStep(GroupTuning tuning, TuneStart start, StepResult step, ParseResult parsed)
    {
        int every = parsed.GetValue(sampleEvery);
        if (every > 0 && step.Step % every == 0)
        {
            RewardedAnswer sample = tuning.Answers[0];
            string known = sample.TrueReward is double value ? Invariant($", true {value:0.00}") : "";
            string text = TokenText.Quoted(sample.Answer.Prompt.PromptText + sample.Answer.Text);
            Io.Note(Invariant($"sample: reward {sample.Reward:0.00}{known}: {text}"));
        }
    }

    protected override void Report(GroupTuning tuning, TuneStart start, TuneEnd end, bool json)
    {
        AnswerFigures? before = tuning.State.AnswersBefore, now = tuning.Validated;
        if (json)
        {
            JsonShapes.Write(new TuneGrpoResult(
                end.Folder, "adapter", end.Last.Step, end.Last.Loss, AnswersResult.Of(before), AnswersResult.Of(now),
                tuning.Parameters, end.Seconds), Io.Out);
            return;
        }

        Io.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{end.Folder}: trained {end.Last.Step} steps in {Duration.Shown(end.Seconds)}{TuneAnswers.Compared(before, now)}; "
            + $"'gpt2 generate \"…\" --model {tuning.State.Model} --adapter {end.Folder}' uses it"));
    }

    private GroupRewards RewardsOf(TuneStart start, TokenMicroBatches reference, IReward given)
    {
        IReward? known = TuneAnswers.Open(start.State.TrueReward, start);
        return new GroupRewards(given, known, TuneAnswers.EvaluationOf(start, start.State.MaxNewTokens, reference, given, known), Io.Cancellation);
    }

    private static Option<double?> Number(string name, string description, double standard) =>
        CommonOptions.Number<double>(name, [], Invariant($"{description}. Default: {standard}."), "a number such as 0.1");
}
