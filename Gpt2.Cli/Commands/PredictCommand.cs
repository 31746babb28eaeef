// gpt2 predict: the most probable next tokens.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Generation;

namespace Gpt2.Cli.Commands;

internal static class PredictCommand
{
    public static Command Create(CommandIo io)
    {
        var input = new PromptedModelInput();
        Option<int> top = CommonOptions.Count("--top", [], "How many tokens to show.", least: 1, standard: 10);

        var command = new Command("predict", "Show the most probable next tokens of a prompt.");
        input.AddTo(command);
        command.Options.Add(top);
        command.SetAction(parsed =>
        {
            PromptedModel given = input.Read(parsed, io);
            LanguageModel model = given.Model;
            IReadOnlyList<NextToken> candidates = model.Predict(given.Ids, parsed.GetValue(top), given.Breakpoint);

            if (given.Json)
            {
                PredictedToken[] tokens = [.. candidates.Select(token => new PredictedToken(token.Id, token.Text, token.Logit, token.Probability))];
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

    private static void ShowTable(IReadOnlyList<NextToken> candidates, PromptedModel given, CommandIo io)
    {
        LanguageModel model = given.Model;
        int[] ids = given.Ids;
        string prompt = given.PromptText is string text
            ? TokenText.Quoted(TokenText.Shortened(text))
            : string.Join(' ', ids.Take(30)) + (ids.Length > 30 ? " …" : "");
        io.Say(string.Create(
            CultureInfo.InvariantCulture, $"{prompt} ({ids.Length} {(ids.Length == 1 ? "token" : "tokens")}) is followed, says {model.Name}, by"));

        var table = new TableWriter(
            io, Column.Number("#", drop: 3), Column.Number("id", drop: 2), new Column("token", Flow: Flow.Cut), Column.Number("logit", drop: 1),
            Column.Number("probability", brief: "p"), new Column("", Drop: Column.Decoration));
        for (int place = 0; place < candidates.Count; place++)
        {
            NextToken candidate = candidates[place];
            table.Row(
                (place + 1).ToString(CultureInfo.InvariantCulture),
                candidate.Id.ToString(CultureInfo.InvariantCulture),
                model.Shown(candidate.Id),
                candidate.Logit.ToString("F4", CultureInfo.InvariantCulture),
                Probability.Shown(candidate.Probability),
                Probability.Bar(candidate.Probability));
        }

        table.End();
        io.Explain("A logit is the model's score for a token; softmax turns logits into probabilities. More: docs/glossary.md");
    }
}
