// gpt2 eval: how well a model predicts a text: loss, perplexity, bits per byte.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Evaluation;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Training;
using Gpt2.Kernels;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class EvalCommand
{
    public static Command Create(CommandIo io)
    {
        Argument<string?> file = new("file")
        {
            Description = "The text to predict. UTF-8; - is standard input. With --allow-special, <|endoftext|> separates documents.",
            HelpName = "FILE",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var ids = IdsInput.InsteadOf("a text");
        var model = new ModelInput(adapters: true);
        Option<int?> stride = CommonOptions.Whole(
            "--stride", [], "How far the window of n_ctx tokens moves: small is exact and slow. 1 to n_ctx; default: half of it.", least: 1);
        var kernels = new KernelInput();
        Option<string?> weights = CommonOptions.Weights();
        Option<bool> allowSpecial = CommonOptions.AllowSpecial();
        Option<bool> json = CommonOptions.Json();

        var command = new Command("eval", "Measure how well a model predicts a text.");
        command.Arguments.Add(file);
        model.AddTo(command);
        foreach (Option option in (Option[])[ids.Option, stride, .. kernels.All, weights, allowSpecial, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            string? path = parsed.GetValue(file);
            Prompt given = Read(path, ids.Read(parsed), parsed.GetValue(allowSpecial), io);
            KernelSet set = kernels.Read(parsed);
            WeightType type = CommonOptions.WeightsOf(parsed.GetValue(weights));
            LanguageModel loaded = model.Load(parsed, set, io, type);
            int step = StrideOf(parsed.GetValue(stride), loaded.Config);
            int[] tokens = Progress.Run("reading the text as tokens", io, _ => given.Encode(loaded.HasText ? loaded.Tokenizer : null));
            EvaluationResult Evaluate(LanguageModel of) => Progress.Run(
                $"evaluating {of.Name}", io,
                progress => SlidingEvaluation.Run(of.Model, tokens, step, of.HasText ? of.Tokenizer.Vocabulary : null, progress, io.Cancellation));
            EvaluationResult result = Evaluate(loaded);

            // Reduced weights are judged by how much worse they are than full ones.
            EvaluationResult? full = type == WeightType.Float32 ? null : Evaluate(model.Load(parsed, set, io));

            Yardsticks yardsticks = Yardsticks.Of(tokens.AsSpan(1), loaded.Config.Vocabulary);
            double? validation = FinishedRun.ValidationLoss(loaded.Path);
            string? foreign = ForeignText(result, yardsticks, loaded.Name);
            if (parsed.GetValue(json))
            {
                JsonShapes.Write(
                    new EvalResult(
                        loaded.Name, path, result.Tokens, result.Loss, Finite(result.Perplexity), result.BitsPerByte, result.Bytes,
                        loaded.Config.Context, step, result.Windows, CommonOptions.NameOf(type), full?.Loss,
                        full is null ? null : Finite(full.Perplexity), yardsticks.Uniform, CrossEntropy.Perplexity(yardsticks.Uniform),
                        yardsticks.Unigram, CrossEntropy.Perplexity(yardsticks.Unigram), validation,
                        validation is double loss ? Finite(CrossEntropy.Perplexity(loss)) : null, foreign is not null),
                    io.Out);
            }
            else
            {
                ShowTable(result, full, type, yardsticks, validation, loaded, io);
                io.Say(Invariant($"{result.Tokens:N0} tokens scored in {result.Windows:N0} windows of {loaded.Config.Context}, moved by {step}"));
            }

            if (foreign is not null)
            {
                io.Note(foreign);
            }

            if (given is { AllowSpecial: false, Text: string text } && text.Contains(Vocabulary.EndOfTextToken, StringComparison.Ordinal))
            {
                io.Note($"note: the text contains {Vocabulary.EndOfTextToken}, read as plain text: --allow-special reads it as that token");
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <exception cref="UsageException">Text and ids were given, or neither.</exception>
    private static Prompt Read(string? path, int[]? ids, bool allowSpecial, CommandIo io)
    {
        if ((path is null) == (ids is null))
        {
            throw IdsInput.Several($"FILE and {IdsInput.Name}", path is null ? "none" : "both", path is null ? [] : [path]);
        }

        return path is null
            ? new Prompt(null, ids, allowSpecial)
            : new Prompt(TextFile.Read(path, io), null, allowSpecial);
    }

    private static int StrideOf(int? given, Gpt2Config config)
    {
        int stride = given ?? SlidingEvaluation.StandardStride(config);
        return stride <= config.Context ? stride
            : throw new UsageException($"found {stride}", where: "--stride", expected: $"1 to n_ctx = {config.Context}");
    }

    /// <summary>The note if the model does no better than one that knows nothing; otherwise null.</summary>
    private static string? ForeignText(EvaluationResult result, Yardsticks yardsticks, string model) =>
        yardsticks.IsWorseThanGuessing(result.Loss)
            ? $"note: this text is foreign to {model}: guessing among all tokens would do better; it has learned from other texts"
        : yardsticks.IsWorseThanCounting(result.Loss)
            ? $"note: this text is foreign to {model}: knowing only how often each token occurs would do better"
        : null;

    private static void ShowTable(
        EvaluationResult result, EvaluationResult? full, WeightType type, Yardsticks yardsticks, double? validation,
        LanguageModel model, CommandIo io)
    {
        var table = new TableWriter(
            io, new Column("", Flow: Flow.Wrap), Column.Number("loss (nats per token)", brief: "loss"), Column.Number("perplexity"),
            Column.Number("bits per byte", drop: 1, brief: "bits/byte"));
        void Row(string name, EvaluationResult of) => table.Row(
            name, Invariant($"{of.Loss:F4}"), Invariant($"{of.Perplexity:F2}"), of.BitsPerByte is double bits ? Invariant($"{bits:F4}") : "");
        Row(full is null ? model.Name : $"{model.Name}, {CommonOptions.NameOf(type)}", result);
        if (full is not null)
        {
            Row($"{model.Name}, f32", full);
        }

        Row(Invariant($"guessing among {model.Config.Vocabulary:N0} tokens"), result with { Loss = yardsticks.Uniform });
        Row("knowing how often each occurs", result with { Loss = yardsticks.Unigram });
        if (validation is double loss)
        {
            Row($"{model.Name} on its validation text", result with { Loss = loss, Bytes = null });
        }

        table.End();
        if (full is not null)
        {
            double change = (result.Perplexity / full.Perplexity) - 1;
            io.Say(Invariant($"{CommonOptions.NameOf(type)} changes the perplexity by {change:+0.000 %;-0.000 %;0.000 %}"));
        }

        if (result.BitsPerByte is null)
        {
            io.Say("no bits per byte: the ids have no text");
        }
    }

    /// <summary>JSON has no infinity, so it becomes null.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
