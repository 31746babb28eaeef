// gpt2 predict: the most probable next tokens.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Spectre.Console;

namespace Gpt2.Cli.Commands;

internal static class PredictCommand
{
    public static Command Create(CommandIo io)
    {
        var prompt = new PromptOptions("prompt");
        Option<string?> model = CommonOptions.Model();
        Option<int> top = new("--top") { Description = "How many tokens to show.", DefaultValueFactory = _ => 10, HelpName = "N" };
        Option<string?> kernels = CommonOptions.Kernels();
        Option<string?> breakpoint = CommonOptions.Break();
        Option<bool> json = CommonOptions.Json();
        top.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--top: expected at least 1");
            }
        });

        var command = new Command("predict", "Show the most probable next tokens of a prompt.");
        prompt.AddTo(command);
        command.Options.Add(model);
        command.Options.Add(top);
        command.Options.Add(kernels);
        command.Options.Add(breakpoint);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            Prompt given = prompt.Read(parsed, dropFinalLineEnd: true, io);
            LoadedModel loaded = LoadedModel.Load(parsed.GetValue(model), CommonOptions.KernelsOf(parsed.GetValue(kernels)), io);
            int[] ids = given.Encode(loaded.Tokenizer);
            StepBreakpoint? stop = Breakpoints.Parse(parsed.GetValue(breakpoint), loaded.Config, io);

            var activations = new ForwardActivations(loaded.Config, breakpoint: stop);
            loaded.Model.Forward(ids, cache: null, activations);
            Candidate[] candidates = Prediction.Top(
                activations.Logits.Row(0), activations.Probabilities.Row(0), parsed.GetValue(top));

            if (parsed.GetValue(json))
            {
                PredictedToken[] tokens = [.. candidates.Select(candidate => Describe(candidate, loaded))];
                JsonShapes.Write(new PredictResult(loaded.Name, given.Text ?? loaded.TextOf(ids), ids, tokens), io.Out);
            }
            else
            {
                ShowTable(candidates, ids, loaded, io);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A candidate as JSON shows it.</summary>
    public static PredictedToken Describe(Candidate candidate, LoadedModel model) =>
        new(candidate.Id, model.TextOf(candidate.Id), candidate.Logit, candidate.Probability);

    private static void ShowTable(Candidate[] candidates, int[] ids, LoadedModel model, CommandIo io)
    {
        string prompt = model.TextOf(ids) is string text
            ? TokenText.Quoted(TokenText.Shortened(text))
            : string.Join(' ', ids.Take(30)) + (ids.Length > 30 ? " …" : "");
        io.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{prompt} ({ids.Length} tokens) is followed, says {model.Name}, by"));

        Table table = Tables.Create(">#", ">id", "token", ">logit", ">probability", "");
        for (int place = 0; place < candidates.Length; place++)
        {
            Candidate candidate = candidates[place];
            table.Row(
                (place + 1).ToString(CultureInfo.InvariantCulture),
                candidate.Id.ToString(CultureInfo.InvariantCulture),
                model.Shown(candidate.Id),
                candidate.Logit.ToString("F4", CultureInfo.InvariantCulture),
                candidate.Probability.ToString("0.00 %", CultureInfo.InvariantCulture),
                Tables.Bar(candidate.Probability));
        }

        io.Show(table);
    }
}
