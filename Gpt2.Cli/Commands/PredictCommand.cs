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
        var input = new ModelInput();
        Option<int> top = CommonOptions.Count("--top", [], "How many tokens to show.", least: 1, standard: 10);

        var command = new Command("predict", "Show the most probable next tokens of a prompt.");
        input.AddTo(command);
        command.Options.Add(top);
        command.SetAction(parsed =>
        {
            PromptedModel given = input.Read(parsed, io);
            LoadedModel model = given.Model;

            var activations = new ForwardActivations(model.Config, breakpoint: given.Breakpoint);
            model.Model.Forward(given.Ids, cache: null, activations);
            Candidate[] candidates = Prediction.Top(
                activations.Logits.Row(0), activations.Probabilities.Row(0), parsed.GetValue(top));

            if (given.Json)
            {
                PredictedToken[] tokens = [.. candidates.Select(candidate => Describe(candidate, model))];
                JsonShapes.Write(new PredictResult(model.Name, given.PromptText, given.Ids, tokens), io.Out);
            }
            else
            {
                ShowTable(candidates, given, io);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A candidate as JSON shows it.</summary>
    public static PredictedToken Describe(Candidate candidate, LoadedModel model) =>
        new(candidate.Id, model.TextOf(candidate.Id), candidate.Logit, candidate.Probability);

    private static void ShowTable(Candidate[] candidates, PromptedModel given, CommandIo io)
    {
        LoadedModel model = given.Model;
        int[] ids = given.Ids;
        string prompt = given.PromptText is string text
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
