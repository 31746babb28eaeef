// gpt2 explain: one distribution through every filter, down to the token that is drawn.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Generation;
using Gpt2.Core.Generation.Filters;
using Gpt2.Core.Model;
using Spectre.Console;

namespace Gpt2.Cli.Commands;

internal static class ExplainCommand
{
    private const int StandardRows = 20;

    public static Command Create(CommandIo io)
    {
        var input = new ModelInput();
        var generation = new GenerationInput(standardTokens: null, draws: true);
        Option<int> top = CommonOptions.Count("--top", [], "How many tokens to show, and the drawn one.", least: 1, standard: StandardRows);

        var command = new Command(
            "explain",
            "Show how the next token is chosen: the distribution as a table through every filter, who is dropped by which, and what is drawn.");
        input.AddTo(command);
        generation.AddTo(command);
        command.Options.Add(top);
        command.SetAction(parsed =>
        {
            GenerationOptions options = generation.Read(parsed);
            PromptedModel given = input.Read(parsed, io);
            generation.Sampling.NoteSeed(parsed, options.Sampling, io);
            io.Cancellation.ThrowIfCancellationRequested();

            var activations = new ForwardActivations(given.Model.Config, breakpoint: given.Breakpoint);
            given.Model.Model.Forward(given.Ids, cache: null, activations);
            var explanation = DistributionExplanation.Of(activations.Logits.Row(0), given.Ids, options);
            TokenExplanation[] shown = [.. explanation.Tokens.Where((token, place) => place < parsed.GetValue(top) || token.Id == explanation.Drawn)];

            if (given.Json)
            {
                WriteJson(explanation, shown, options, given, io);
            }
            else
            {
                ShowTables(explanation, shown, options, given, io);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void ShowTables(
        DistributionExplanation explanation, TokenExplanation[] shown, GenerationOptions options, PromptedModel given, CommandIo io)
    {
        LoadedModel model = given.Model;
        string prompt = given.PromptText is string text ? TokenText.Quoted(TokenText.Shortened(text)) : string.Join(' ', given.Ids);
        io.Out.WriteLine(Invariant($"{prompt} ({given.Ids.Length} tokens), next token of {model.Name}, {explanation.Tokens.Count} candidates"));
        if (explanation.Stages.Count > 0)
        {
            Table stages = Tables.Create("filter", ">tokens left", ">probability dropped");
            foreach (FilterStage stage in explanation.Stages)
            {
                stages.Row(stage.Filter.Label, Invariant($"{stage.Kept}"), Percent(stage.Dropped));
            }

            io.Show(stages);
        }

        bool penalised = options.RepetitionPenalty != 1;
        string[] headings = [">#", ">id", "token", ">logit", ">probability", .. penalised ? [">penalised"] : Array.Empty<string>(), ">tempered", "fate", ">renormalised", ">cumulative", ""];
        Table table = Tables.Create(headings);
        foreach (TokenExplanation token in shown)
        {
            table.Row(
            [
                Invariant($"{Place(explanation, token)}"), Invariant($"{token.Id}"), model.Shown(token.Id), Invariant($"{token.Logit:F4}"),
                Percent(token.Probability), .. penalised ? [Invariant($"{token.Score:F4}")] : Array.Empty<string>(), Percent(token.AfterTemperature),
                Fate(token),
                token.DroppedBy is null ? Percent(token.Renormalised) : "", token.DroppedBy is null ? Percent(token.Cumulative) : "",
                token.Id == explanation.Drawn ? "◀" : "",
            ]);
        }

        io.Show(table);
        io.Out.WriteLine(Verdict(explanation, options, model));
    }

    /// <summary>Which filter dropped it, in few letters: the table has many columns.</summary>
    private static string Fate(TokenExplanation token) => token.DroppedBy switch
    {
        null => "kept",
        NoRepeatNgramFilter => "✗ n-gram",
        LogitsFilter filter => "✗ " + filter.Name,
    };

    private static string Verdict(DistributionExplanation explanation, GenerationOptions options, LoadedModel model)
    {
        string token = model.Shown(explanation.Drawn);
        return explanation.Random is double random && options.Sampling!.Temperature > 0
            ? Invariant($"◀ drawn: seed {options.Sampling.Seed} gives u = {random:F6}; the sum of the renormalised probabilities, in the order of ids, first exceeds it at {token}")
            : $"◀ greedy choice takes {token}, the most probable token that is left";
    }

    private static void WriteJson(
        DistributionExplanation explanation, TokenExplanation[] shown, GenerationOptions options, PromptedModel given, CommandIo io)
    {
        ExplainedToken Described(TokenExplanation token) => new(
            token.Id, given.Model.TextOf(token.Id), Finite(token.Logit), token.Probability, Finite(token.Score), token.AfterTemperature, token.DroppedBy?.Name,
            token.Renormalised, token.Cumulative, token.Id == explanation.Drawn);
        JsonShapes.Write(
            new ExplainResult(
                given.Model.Name, given.PromptText, given.Ids, options.Sampling is { Temperature: > 0 } ? "sampling" : "greedy", options.Sampling?.Seed, explanation.Random,
                Described(explanation.Tokens.First(token => token.Id == explanation.Drawn)),
                [.. explanation.Stages.Select(stage => new ExplainedStage(stage.Filter.Name, stage.Filter.Label, stage.Kept, stage.Dropped))],
                [.. shown.Select(Described)]),
            io.Out);
    }

    private static int Place(DistributionExplanation explanation, TokenExplanation token) => explanation.Tokens.ToList().IndexOf(token) + 1;

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static string Percent(double share) => share.ToString("0.00 %", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
