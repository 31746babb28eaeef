// gpt2 tune dpo: direct preference optimisation, from pairs of a better and a worse answer without a reward model.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal sealed class TuneDpo : TuneMethod<PreferenceTuning>
{
    private static readonly TuneMethodOptions Method = new(
        TuningState.Preference, "PAIRS", "Preferences, JSON Lines or CSV with prompt, chosen and rejected", "Pairs",
        TuneMethodOptions.StandardWith(1e-4f), Epochs: 1, ReportEvery: 50, ExampleKind.Preferences);

    private readonly Option<double?> beta = CommonOptions.Number<double>(
        "--beta", [], Invariant($"How strongly the model is held to the reference. Default: {new PreferenceLoss().Beta}."), "a number such as 0.1");
    private readonly TuneAnswers answers = new();

    private TuneDpo(CommandIo io)
        : base(new TuneInput(Method), io)
    {
    }

    protected override IReadOnlyList<Option> Own => [beta, .. answers.All];

    public static Command Create(CommandIo io) => new TuneDpo(io).Create(
        "DPO: make the better of two answers more probable. Ctrl-C saves; --resume continues.\n"
        + "Trains a LoRA adapter; the reference is the model that it begins with.");

    protected override TuneStart Begin(ParseResult parsed, TuneInput options)
    {
        double strength = parsed.GetValue(beta) ?? new PreferenceLoss().Beta;
        if (!(strength > 0 && double.IsFinite(strength)))
        {
            throw new UsageException(Invariant($"found {strength}"), where: "--beta", expected: "a number above 0");
        }

        TuneStart start = options.Begin(parsed, full: false, answers.Answered(parsed), Io);
        start = start with
        {
            State = start.State with
            {
                Beta = strength,
                TrueReward = answers.TrueReward(parsed),
                MaxNewTokens = answers.MaxNewTokens(parsed),
            },
        };
        return TuneAnswers.WithAnswersBefore(start, EvaluationOf(start, start.Reference()), Io);
    }

    protected override PreferenceTuning TuningOf(TuneStart start)
    {
        TokenMicroBatches reference = start.Reference();
        return new PreferenceTuning(start.Parts, start.Examples.Split, reference, EvaluationOf(start, reference));
    }

    protected override void Describe(PreferenceTuning tuning, TuneStart start)
    {
        if (tuning.State.AnswersBefore is AnswerFigures before)
        {
            Io.Note($"answers before: {TuneAnswers.Shown(before)}");
        }
    }

    protected override void Report(PreferenceTuning tuning, TuneStart start, TuneEnd end, bool json)
    {
        AnswerFigures? before = tuning.State.AnswersBefore, now = tuning.Answers;
        if (json)
        {
            JsonShapes.Write(new TuneDpoResult(
                end.Folder, "adapter", end.Last.Step, end.Last.Loss, end.Validation, tuning.ValidationAccuracy,
                start.Examples.Split.Validation.Count, AnswersResult.Of(before), AnswersResult.Of(now), tuning.Parameters, end.Seconds), Io.Out);
            return;
        }

        Io.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{end.Folder}: trained {end.Last.Step} steps in {Duration.Shown(end.Seconds)}, loss {end.Last.Loss:0.000}, "
            + $"{TuneReward.Tested(tuning, end)}{TuneAnswers.Compared(before, now)}; "
            + $"'gpt2 generate \"…\" --model {tuning.State.Model} --adapter {end.Folder}' uses it"));
    }

    private static AnswerEvaluation? EvaluationOf(TuneStart start, TokenMicroBatches reference) => TuneAnswers.EvaluationOf(
        start, start.State.MaxNewTokens, reference, reward: null, TuneAnswers.Open(start.State.TrueReward, start));
}
