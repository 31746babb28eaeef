// gpt2 eval: how well a model predicts a text: loss, perplexity, bits per byte.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Evaluation;
using Gpt2.Core.Model;
using Gpt2.Kernels;
using Table = Spectre.Console.Table;

namespace Gpt2.Cli.Commands;

internal static class EvalCommand
{
    public static Command Create(CommandIo io)
    {
        Argument<string?> file = new("file")
        {
            Description = "The text to predict. UTF-8; - is standard input. With --allow-special <|endoftext|> separates documents.",
            HelpName = "FILE",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> ids = new("--ids") { Description = "Take token ids in place of a text, for example 2,1,0.", HelpName = "ID,ID,…" };
        var model = new ModelOptions();
        Option<int> stride = new("--stride")
        {
            Description = "How far the window of n_ctx tokens is moved: small is exact and slow. 1 to n_ctx; default: half of it.",
            HelpName = "N",
        };
        Option<string?> kernels = CommonOptions.Kernels();
        Option<int> threads = CommonOptions.Threads();
        Option<string?> weights = CommonOptions.Weights();
        Option<bool> allowSpecial = CommonOptions.AllowSpecial();
        Option<bool> json = CommonOptions.Json();

        var command = new Command("eval", "Measure how well a model predicts a text.");
        command.Arguments.Add(file);
        model.AddTo(command);
        foreach (Option option in (Option[])[ids, stride, kernels, threads, weights, allowSpecial, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            string? path = parsed.GetValue(file);
            Prompt given = Read(path, parsed.GetValue(ids), parsed.GetValue(allowSpecial), io);
            KernelSet set = CommonOptions.KernelsOf(parsed.GetValue(kernels), parsed.GetValue(threads));
            WeightType type = CommonOptions.WeightsOf(parsed.GetValue(weights));
            LoadedModel loaded = model.Load(parsed, set, io, type);
            int step = StrideOf(parsed.GetResult(stride) is null ? null : parsed.GetValue(stride), loaded.Config);
            int[] tokens = given.Encode(loaded.Tokenizer);
            EvaluationResult Evaluate(LoadedModel of) => Progress.Run(
                $"evaluating {of.Name}", io,
                progress => SlidingEvaluation.Run(of.Model, tokens, step, of.Tokenizer?.Vocabulary, progress, io.Cancellation));
            EvaluationResult result = Evaluate(loaded);

            // Reduced weights are judged by what they cost against the full ones.
            EvaluationResult? full = type == WeightType.Float32 ? null : Evaluate(model.Load(parsed, set, io));

            if (parsed.GetValue(json))
            {
                JsonShapes.Write(
                    new EvalResult(
                        loaded.Name, path, result.Tokens, result.Loss, Finite(result.Perplexity), result.BitsPerByte, result.Bytes,
                        loaded.Config.Context, step, result.Windows, CommonOptions.NameOf(type), full?.Loss,
                        full is null ? null : Finite(full.Perplexity)),
                    io.Out);
            }
            else
            {
                ShowTable(result, full, type, loaded, step, io);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <exception cref="UsageException">Text and ids were given, or neither.</exception>
    private static Prompt Read(string? path, string? ids, bool allowSpecial, CommandIo io)
    {
        if ((path is null) == (ids is null))
        {
            throw new UsageException($"expected one of FILE and --ids, found {(path is null ? "none" : "both")}");
        }

        return path is null
            ? new Prompt(null, PromptOptions.ParseOption(ids!), allowSpecial)
            : new Prompt(TextFile.Read(path, io), null, allowSpecial);
    }

    private static int StrideOf(int? given, Gpt2Config config)
    {
        int stride = given ?? SlidingEvaluation.StandardStride(config);
        return stride >= 1 && stride <= config.Context
            ? stride
            : throw new UsageException($"--stride {stride}: expected 1 to n_ctx = {config.Context}");
    }

    private static void ShowTable(
        EvaluationResult result, EvaluationResult? full, WeightType type, LoadedModel model, int stride, CommandIo io)
    {
        Table table = Tables.Create("", ">");
        table.ShowHeaders = false;
        table.Row("model", model.Name);
        table.Row("tokens scored", result.Tokens.ToString(CultureInfo.InvariantCulture));
        table.Row("loss (nats per token)", result.Loss.ToString("F4", CultureInfo.InvariantCulture));
        table.Row("perplexity", result.Perplexity.ToString("F2", CultureInfo.InvariantCulture));
        if (full is not null)
        {
            double change = (result.Perplexity / full.Perplexity) - 1;
            table.Row("weights", CommonOptions.NameOf(type));
            table.Row("perplexity with f32", full.Perplexity.ToString("F2", CultureInfo.InvariantCulture));
            table.Row("change against f32", change.ToString("+0.000 %;-0.000 %;0.000 %", CultureInfo.InvariantCulture));
        }

        table.Row("bits per byte", result.BitsPerByte?.ToString("F4", CultureInfo.InvariantCulture) ?? "none: the ids have no text");
        table.Row("windows", string.Create(
            CultureInfo.InvariantCulture, $"{result.Windows} of {model.Config.Context} tokens, moved by {stride}"));
        io.Show(table);
    }

    /// <summary>JSON has no infinity: null.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
