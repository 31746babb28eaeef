// gpt2 tune reward: a reward model from pairs of a better and a worse answer.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal sealed class TuneReward : TuneMethod<RewardTuning>
{
    private static readonly TuneMethodOptions Method = new(
        TuningState.Reward, "PAIRS", "Preferences, JSON Lines or CSV with prompt, chosen and rejected", "Pairs",
        TuneMethodOptions.StandardWith(TuneMethodOptions.RateOfAdapter), Epochs: 1, ReportEvery: 50, ExampleKind.Preferences);

    private TuneReward(CommandIo io)
        : base(new TuneInput(Method), io)
    {
    }

    protected override IReadOnlyList<Option> Own => [];

    public static Command Create(CommandIo io) => new TuneReward(io).Create(
        "A reward model: learn which of two answers is better. Ctrl-C saves; --resume continues.\n"
        + "Trains a LoRA adapter and a head that gives one number; 'gpt2 reward' and 'gpt2 tune grpo' use them.");

    protected override TuneStart Begin(ParseResult parsed, TuneInput options)
    {
        TuneStart start = options.Begin(parsed, full: false, answered: 0, Io);
        return start with { State = start.State with { RewardHead = RewardHead.FileName } };
    }

    protected override RewardTuning TuningOf(TuneStart start) => new(start.Parts, start.Examples.Split, HeadOf(start));

    protected override void Report(RewardTuning tuning, TuneStart start, TuneEnd end, bool json)
    {
        if (json)
        {
            JsonShapes.Write(new TunePairsResult(
                end.Folder, "reward model", end.Last.Step, end.Last.Loss, end.Validation, tuning.ValidationAccuracy,
                start.Examples.Split.Validation.Count, tuning.Parameters, end.Seconds), Io.Out);
            return;
        }

        Io.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{end.Folder}: trained {end.Last.Step} steps in {Duration.Shown(end.Seconds)}, loss {end.Last.Loss:0.000}, {Tested(tuning, end)}; "
            + $"'gpt2 reward \"…\" \"…\" --model {tuning.State.Model} --adapter {end.Folder}' uses it"));
    }

    /// <summary>How pairs were ordered that are kept for validation.</summary>
    public static string Tested(PairTuning tuning, TuneEnd end) => tuning.ValidationAccuracy is double accuracy
        ? Invariant($"validation {end.Validation:0.000}, {accuracy:0.0%} of the pairs ordered right")
        : "no pairs to validate on";

    private static RewardHead HeadOf(TuneStart start) => start.Checkpoint is null
        ? RewardHead.Create(start.Model.Config.Channels, start.State.Settings.Seed)
        : RewardHead.Read(Path.Combine(start.Checkpoint, RewardHead.FileName), start.Model.Config.Channels);
}
