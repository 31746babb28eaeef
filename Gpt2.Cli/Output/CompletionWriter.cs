// Completions as shown by `gpt2 generate`: text or ids as they are generated, a table of tokens, or JSON.

using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Generation.Beams;
using Spectre.Console;
using static System.FormattableString;

namespace Gpt2.Cli.Output;

/// <summary>Generates and writes the completions of prompts.</summary>
/// <param name="options">How to generate.</param>
/// <param name="search">How to search with beams; null to choose tokens one by one.</param>
/// <param name="samples">Number of completions per prompt.</param>
/// <param name="showTokens">Whether to show each token with its log-probability.</param>
/// <param name="io">Where to write.</param>
internal sealed class CompletionWriter(GenerationOptions options, BeamOptions? search, int samples, bool showTokens, CommandIo io)
{
    /// <summary>Completes a prompt.</summary>
    /// <param name="prompt">The prompt, with its model.</param>
    /// <param name="several">Whether there are other prompts, so that each needs a heading.</param>
    /// <param name="typed">Whether the prompt is already on the screen because it was typed there.</param>
    /// <exception cref="Core.Gpt2Exception">The prompt is empty or too long.</exception>
    public void Write(PromptedModel prompt, bool several, bool typed = false)
    {
        io.Cancellation.ThrowIfCancellationRequested();
        if (prompt.Json)
        {
            Completion[] completions = search is null ? [.. Samples(prompt).Select((tokens, i) => Collected(tokens, i, prompt))] : Searched(prompt);
            JsonShapes.Write(new GenerateResult(prompt.Model.Name, prompt.PromptText, prompt.Ids, completions), io.Out);
        }
        else if (search is not null)
        {
            WriteSearched(prompt, several, typed);
        }
        else
        {
            IReadOnlyList<IEnumerable<GeneratedToken>> all = Samples(prompt);
            for (int sample = 0; sample < all.Count; sample++)
            {
                Head(prompt, several, typed, sample, SeedOf(sample) is ulong seed && samples > 1 ? Invariant($"seed {seed}") : "");
                Stream(all[sample], prompt);
            }
        }
    }

    private static bool IsText(PromptedModel prompt) => prompt.Text is not null && prompt.Model.HasText;

    private IReadOnlyList<IEnumerable<GeneratedToken>> Samples(PromptedModel prompt) =>
        prompt.Model.CreateGenerator(prompt.Breakpoint).GenerateMany(prompt.Ids, samples, options, io.Cancellation);

    private ulong? SeedOf(int sample) => options.Sampling is null ? null : unchecked(options.Sampling.Seed + (ulong)sample);

    /// <summary>
    /// The heading of one of several completions; on a terminal, a single completion has its prompt before it.
    /// </summary>
    private void Head(PromptedModel prompt, bool several, bool typed, int sample, string detail)
    {
        if (several || samples > 1)
        {
            string count = samples > 1 ? Invariant($", {sample + 1} of {samples}") : "";
            string shown = prompt.PromptText is string text ? TokenText.Quoted(TokenText.Shortened(text)) : string.Join(' ', prompt.Ids);
            io.Say($"── {shown}{count}{(detail.Length > 0 ? ", " + detail : "")}");
        }
        else if (io.OutIsTerminal && IsText(prompt) && !typed)
        {
            io.Write(new Cell(prompt.Text!, new Style(decoration: Decoration.Dim)));
        }
    }

    private void Stream(IEnumerable<GeneratedToken> tokens, PromptedModel prompt)
    {
        var all = new List<GeneratedToken>();
        string separator = "";
        foreach (GeneratedToken token in tokens)
        {
            io.Out.Write(IsText(prompt) ? token.Text : separator + Invariant($"{token.Id}"));
            io.Out.Flush();
            separator = " ";
            if (showTokens)
            {
                all.Add(token);
            }
        }

        io.Out.WriteLine();
        if (showTokens)
        {
            ShowTable(all, prompt.Model);
        }
    }

    private void ShowTable(List<GeneratedToken> tokens, LanguageModel model)
    {
        var table = new TableWriter(
            io, [.. TokenColumns(), Column.Number("rank", drop: 2), new Column("most probable", Drop: 5, Flow: Flow.WrapItems)]);
        foreach ((GeneratedToken token, int index) in tokens.Select((token, index) => (token, index)))
        {
            table.Row(
                Invariant($"{index + 1}"),
                Invariant($"{token.Id}"),
                model.Shown(token.Id),
                Invariant($"{token.LogProbability:F4}"),
                Probability.OfLog(token.LogProbability),
                Invariant($"{token.Rank}"),
                string.Join("  ", token.Alternatives.Select(other => $"{model.Shown(other.Id)} {Probability.OfLog(other.LogProbability)}")));
        }

        table.End();
    }

    private static Column[] TokenColumns() =>
    [
        Column.Number("#", drop: 3), Column.Number("id", drop: 4), new Column("token", Flow: Flow.Cut),
        Column.Number("log-probability", drop: 1, brief: "ln p"), Column.Number("probability", brief: "p"),
    ];

    private Completion Collected(IEnumerable<GeneratedToken> tokens, int sample, PromptedModel prompt)
    {
        GeneratedToken[] all = [.. tokens];
        LanguageModel model = prompt.Model;
        string? text = model.HasText ? string.Concat(all.Select(token => token.Text)) : null;
        bool stopped = all.Length > 0 && all[^1].Finish == FinishReason.Stop;
        CompletionToken[] details = [.. all.Select(token => new CompletionToken(
            token.Id, model.TextOf(token.Id), token.LogProbability, token.Rank,
            showTokens ? [.. token.Alternatives.Select(other => new TopToken(other.Id, model.TextOf(other.Id), other.LogProbability))] : null))];
        return new Completion(
            [.. all.Select(token => token.Id)], text, stopped ? "stop" : "length", SeedOf(sample), Score: null, SumLogprob: null, details);
    }

    private IReadOnlyList<BeamHypothesis> Search(PromptedModel prompt) =>
        Progress.Run(
            "searching", io,
            _ => prompt.Model.SearchBeams(prompt.Ids, search, io.Cancellation)).Hypotheses;

    private Completion[] Searched(PromptedModel prompt) => [.. Search(prompt).Select(found => new Completion(
        found.Ids, TextOf(found, prompt.Model), found.Finish == FinishReason.Stop ? "stop" : "length",
        Seed: null, found.Score, found.SumLogProbability,
        [.. Path(found).Select(node => new CompletionToken(node.Id, prompt.Model.TextOf(node.Id), node.LogProbability, Rank: null, Top: null))]))];

    private void WriteSearched(PromptedModel prompt, bool several, bool typed)
    {
        int place = 0;
        foreach (BeamHypothesis found in Search(prompt))
        {
            Head(prompt, several, typed, place++, Invariant($"score {found.Score:F4}"));
            io.Out.WriteLine(IsText(prompt) ? TextOf(found, prompt.Model) : string.Join(' ', found.Ids));
            if (showTokens)
            {
                var table = new TableWriter(io, TokenColumns());
                foreach (BeamNode node in Path(found))
                {
                    table.Row(
                        Invariant($"{node.Depth}"), Invariant($"{node.Id}"), prompt.Model.Shown(node.Id), Invariant($"{node.LogProbability:F4}"),
                        Probability.OfLog(node.LogProbability));
                }

                table.End();
            }
        }
    }

    /// <summary>The text of a result, without the end of text.</summary>
    internal static string? TextOf(BeamHypothesis found, LanguageModel model) =>
        model.TextOf(found.Finish == FinishReason.Stop ? found.Ids.AsSpan(0, found.Ids.Length - 1) : found.Ids);

    private static List<BeamNode> Path(BeamHypothesis found)
    {
        var path = new List<BeamNode>();
        for (BeamNode node = found.Leaf; node.Parent is not null; node = node.Parent)
        {
            path.Add(node);
        }

        path.Reverse();
        return path;
    }
}
