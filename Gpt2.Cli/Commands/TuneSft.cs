// gpt2 tune sft: supervised fine-tuning on examples of good answers.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Model;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Training;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal sealed class TuneSft : TuneMethod<SupervisedTuning>
{
    private const int StandardAnswers = 200;

    private static readonly TuneMethodOptions Method = new(
        TuningState.Supervised, "FILE", "The examples, JSON Lines or CSV", "Examples",
        TuneMethodOptions.StandardWith(TuneMethodOptions.RateOfAdapter), Epochs: 3, ReportEvery: 50, Kind: null);

    private readonly Option<bool> full = new("--full") { Description = "Train all weights, not an adapter." };
    private readonly Option<int?> answers = TrainingOptions.Size(
        "--answers", $"The most validation examples that the model answers, before and after, 0 for none. Default: {StandardAnswers}.", least: 0);

    private readonly Option<int> sampleEvery = TrainingSample.Every(standard: 100);

    private TuneSft(CommandIo io)
        : base(
            new TuneInput(
                Method, Invariant($"{TuneMethodOptions.RateOfAdapter}, with --full {TuneMethodOptions.RateOfWeights}"),
                "Dropout rate of the adapter's inputs, with --full of the model"),
            io)
    {
    }

    protected override IReadOnlyList<Option> Own => [full, answers, sampleEvery];

    protected override Option[] WithResume => [sampleEvery];

    public static Command Create(CommandIo io) => new TuneSft(io).Create(
        "Supervised fine-tuning: learn from examples of answers. Ctrl-C saves; --resume continues.\n"
        + "Trains a LoRA adapter, or with --full all weights.");

    protected override TuneStart Begin(ParseResult parsed, TuneInput options)
    {
        TuneStart start = options.Begin(parsed, parsed.GetValue(full), parsed.GetValue(answers) ?? StandardAnswers, Io);
        return start with { State = start.State with { Before = Answers(start.Reference().Model, start) } };
    }

    protected override PreparedExample Learned(PreparedExample example) => example with { Sequences = [example.Sequences[0]] };

    protected override SupervisedTuning TuningOf(TuneStart start) => new(start.Parts, start.Examples.Split);

    protected override void Describe(SupervisedTuning tuning, TuneStart start)
    {
        if (start.Examples.Kind == ExampleKind.Preferences)
        {
            Io.Note("note: of preferences only the chosen answers are learned");
        }

        if (tuning.State.Before is ExactMatch before)
        {
            Io.Note($"before: {Shown(before)}");
        }
    }

    /// <summary>Shows how a question that is not learned is answered, if there is one.</summary>
    protected override void AfterStep(SupervisedTuning tuning, TuneStart start, StepResult step, ParseResult parsed)
    {
        ExampleSplit split = start.Examples.Split;
        PreparedExample asked = (split.Validation.Count > 0 ? split.Validation : split.Training)[0];
        TrainingSample.Note(parsed.GetValue(sampleEvery), step, tuning.Model, start.Tokenizer, [.. asked.Prompt], Io);
    }

    protected override void Report(SupervisedTuning tuning, TuneStart start, TuneEnd end, bool json)
    {
        ExactMatch? before = tuning.State.Before, after = Answers(tuning.Model, start);
        if (json)
        {
            JsonShapes.Write(new TuneResult(
                end.Folder, tuning.State.Full ? "model" : "adapter", end.Last.Step, end.Last.Loss, end.Validation, before?.Share,
                after?.Share, after?.Asked ?? 0, tuning.Parameters, end.Seconds), Io.Out);
            return;
        }

        string tested = end.Validation is double loss ? Invariant($"validation {loss:0.000}") : "no examples to validate on";
        string answered = before is null || after is null ? "" : $"; {Shown(before)} before, {Shown(after)} now";
        string use = tuning.State.Full ? $"--model {end.Folder}" : $"--model {tuning.State.Model} --adapter {end.Folder}";
        Io.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{end.Folder}: trained {end.Last.Step} steps in {Duration.Shown(end.Seconds)}, loss {end.Last.Loss:0.000}, {tested}{answered}; "
            + $"'gpt2 generate \"…\" {use}' uses it"));
    }

    /// <summary>How validation examples are answered; null if there are none to answer.</summary>
    private ExactMatch? Answers(Gpt2Model model, TuneStart start)
    {
        IReadOnlyList<PreparedExample> asked = ExactMatch.Some(start.Examples.Split.Validation, start.State.Answered);
        return asked.Count == 0 ? null : Progress.Run("answering", Io, _ => ExactMatch.Of(model, start.Tokenizer, asked, Io.Cancellation));
    }

    private static string Shown(ExactMatch match) => Invariant($"{match.Right} of {match.Asked} answers exact ({match.Share:0.0%})");
}
