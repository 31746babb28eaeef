// gpt2 explain: one distribution through every filter, down to the token that is drawn.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Generation.Filters;
using Gpt2.Core.Model;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class ExplainCommand
{
    private const int StandardRows = 20;

    public static Command Create(CommandIo io)
    {
        var input = new PromptedModelInput();
        var generation = new GenerationInput(standardTokens: null, draws: true);
        Option<int> top = CommonOptions.Count("--top", [], "How many tokens to show besides the drawn one.", least: 1, standard: StandardRows);

        Option<string?> svg = SvgOutput.Option(
            "the distribution", "The most probable tokens at several temperatures, and what the filters leave of them.");

        var command = new Command(
            "explain",
            "Show how the next token is chosen.\n"
            + "The distribution as a table: the effect of every filter, which filter drops which token, and what is drawn.");
        input.AddTo(command);
        generation.AddTo(command);
        command.Options.Add(top);
        command.Options.Add(svg);
        command.SetAction(parsed =>
        {
            string? target = SvgOutput.Target(parsed, svg, input.Json(parsed));
            GenerationOptions options = generation.Read(parsed);
            PromptedModel given = input.Read(parsed, io);
            generation.Sampling.NoteSeed(parsed, options.Sampling, io);
            io.Cancellation.ThrowIfCancellationRequested();
            using var picture = new SvgOutput(target, io, input.File(parsed), given.Model.Path);

            var activations = new ForwardActivations(given.Model.Config, breakpoint: given.Breakpoint);
            given.Model.Model.Forward(given.Ids, cache: null, activations);
            var explanation = DistributionExplanation.Of(activations.Logits.Row(0), given.Ids, options);
            TokenExplanation[] shown = [.. explanation.Tokens.Where((token, place) => place < parsed.GetValue(top) || token.Id == explanation.Drawn)];

            picture.Write(
                () => new DistributionDrawing(explanation, options, given.Model.Shown).Draw(given.Model.Name, given.PromptShown),
                given.Json
                    ? () => WriteJson(explanation, shown, options, given, target, io)
                    : () => ShowTables(explanation, shown, options, given, io),
                "the picture of the distribution");
            return ExitCode.Done;
        });
        return command;
    }

    private static void ShowTables(
        DistributionExplanation explanation, TokenExplanation[] shown, GenerationOptions options, PromptedModel given, CommandIo io)
    {
        LanguageModel model = given.Model;
        string prompt = given.PromptShown;
        io.Say(Invariant($"{prompt} ({Plural.Of(given.Ids.Length, "token")}), next token of {model.Name}, {explanation.Tokens.Count:N0} candidates"));
        if (explanation.Stages.Count > 0)
        {
            var stages = new TableWriter(
                io, new Column("filter", Flow: Flow.Wrap), Column.Number("tokens left", brief: "left"),
                Column.Number("probability dropped", brief: "dropped"));
            foreach (FilterStage stage in explanation.Stages)
            {
                stages.Row(stage.Filter.Label, Invariant($"{stage.Kept}"), Probability.Shown(stage.Dropped));
            }

            stages.End();
        }

        bool penalised = options.RepetitionPenalty != 1;
        bool draws = IsDrawn(explanation, options);
        Column[] columns =
        [
            Column.Number("#", drop: 6), Column.Number("id", drop: draws ? 3 : 7), new("token", Flow: Flow.Cut), Column.Number("logit", drop: 7),
            Column.Number("probability", drop: 4, brief: "p"), .. penalised ? [Column.Number("penalised", drop: 8)] : Array.Empty<Column>(),
            Column.Number("tempered", drop: 5), new("fate", Drop: 1), Column.Number("renormalised", brief: "drawn p"),
            .. draws ? [new("drawn if u is in", Drop: 2, Short: "if u is in")] : Array.Empty<Column>(), new(""),
        ];
        var table = new TableWriter(io, columns);
        foreach (TokenExplanation token in shown)
        {
            bool kept = token.DroppedBy is null;
            table.Row(
            [
                Invariant($"{Place(explanation, token)}"), Invariant($"{token.Id}"), model.Shown(token.Id), Invariant($"{token.Logit:F4}"),
                Probability.Shown(token.Probability), .. penalised ? [Invariant($"{token.Score:F4}")] : Array.Empty<Cell>(),
                Probability.Shown(token.AfterTemperature), Fate(token), kept ? Probability.Shown(token.Renormalised) : "",
                .. draws ? [kept ? Invariant($"{token.DrawnFrom:F6}–{token.DrawnBelow:F6}") : ""] : Array.Empty<Cell>(),
                token.Id == explanation.Drawn ? "◀" : "",
            ]);
        }

        table.End();
        io.Say(Verdict(explanation, options, model));
    }

    private static bool IsDrawn(DistributionExplanation explanation, GenerationOptions options) =>
        explanation.Random is not null && options.Sampling!.Temperature > 0;

    /// <summary>Which filter dropped a token, in few characters, since the table has many columns.</summary>
    private static string Fate(TokenExplanation token) => token.DroppedBy switch
    {
        null => "kept",
        NoRepeatNgramFilter => "✗ n-gram",
        LogitsFilter filter => "✗ " + filter.Name,
    };

    private static string Verdict(DistributionExplanation explanation, GenerationOptions options, LanguageModel model)
    {
        string token = model.Shown(explanation.Drawn);
        return IsDrawn(explanation, options)
            ? Invariant($"◀ drawn: seed {options.Sampling!.Seed} gives u = {explanation.Random:F6}. ")
                + Invariant($"The kept tokens share 0 to 1 in the order of their ids, each as much as it is probable; u falls to {token}")
            : $"◀ greedy choice takes {token}, the most probable token that is left";
    }

    private static void WriteJson(
        DistributionExplanation explanation, TokenExplanation[] shown, GenerationOptions options, PromptedModel given, string? svg, CommandIo io)
    {
        ExplainedToken Described(TokenExplanation token) => new(
            token.Id, given.Model.TextOf(token.Id), Finite(token.Logit), token.Probability, Finite(token.Score),
            token.AfterTemperature, token.DroppedBy?.Name,
            token.Renormalised, token.Cumulative, token.Id == explanation.Drawn, token.DrawnFrom, token.DrawnBelow);
        JsonShapes.Write(
            new ExplainResult(
                given.Model.Name, given.PromptText, given.Ids, options.Sampling is { Temperature: > 0 } ? "sampling" : "greedy",
                options.Sampling?.Seed, explanation.Random,
                Described(explanation.Tokens.First(token => token.Id == explanation.Drawn)),
                [.. explanation.Stages.Select(stage => new ExplainedStage(stage.Filter.Name, stage.Filter.Label, stage.Kept, stage.Dropped))],
                [.. shown.Select(Described)], svg),
            io.Out);
    }

    private static int Place(DistributionExplanation explanation, TokenExplanation token) => explanation.Tokens.ToList().IndexOf(token) + 1;

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
