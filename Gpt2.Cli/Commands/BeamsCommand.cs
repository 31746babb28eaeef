// gpt2 beams: the tree that beam search explores, as text, JSON and a picture.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Generation.Beams;
using Spectre.Console;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class BeamsCommand
{
    private const int StandardTokens = 4, StandardBeams = 3;

    /// <summary>Deeper branches would not fit on a line.</summary>
    private const int DeepestText = 16;

    /// <summary>Below this width branches are drawn with one character each.</summary>
    private const int Narrow = 60;

    public static Command Create(CommandIo io)
    {
        var input = new PromptedModelInput();
        var generation = new GenerationInput(StandardTokens, draws: false);
        var beams = new BeamInput(StandardBeams);
        Option<string?> svg = SvgOutput.Option("the tree");

        var command = new Command("beams", "Show the tree that beam search explores.\nEvery branch with its probability: kept, dropped or finished.");
        input.AddTo(command);
        generation.AddTo(command);
        beams.AddTo(command);
        command.Options.Add(svg);
        command.SetAction(parsed =>
        {
            BeamOptions options = beams.Read(parsed, generation.Read(parsed))!;
            if (parsed.GetValue(generation.MaxNewTokens) == 0)
            {
                throw new UsageException("a tree has at least 1 token", where: "--max-new-tokens");
            }

            PromptedModel given = input.Read(parsed, io);
            string? target = SvgOutput.Target(parsed, svg, given.Json);
            using var picture = new SvgOutput(target, io, input.File(parsed), given.Model.Path);
            BeamResult result = Output.Progress.Run(
                "searching", io, _ => given.Model.SearchBeams(given.Ids, options, io.Cancellation));
            picture.Write(
                () => BeamDrawing.Draw(given.PromptShown, result, given.Model.Shown),
                given.Json
                    ? () => JsonShapes.Write(Described(result, options, given, target), io.Out)
                    : () => Show(result, options, given, io),
                "the picture of the tree");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(BeamResult result, BeamOptions options, PromptedModel given, CommandIo io)
    {
        io.Say(
            Invariant($"{given.PromptShown} ({Plural.Of(given.Ids.Length, "token")}), {options.NumBeams} beams of {given.Model.Name}, ")
            + Invariant($"{result.Candidates:N0} branches compared"));
        io.Say("probability of the token, of the path to it, and what became of it: ● kept, ○ dropped, ■ finished");
        HashSet<BeamNode> best = BeamDrawing.PathOf(result);
        io.Say(given.PromptShown);
        ShowBranches(result.Tree, "", best, given.Model, io);
        if (io.OutIsTerminal)
        {
            io.Out.WriteLine();
        }

        var table = new TableWriter(
            io, Column.Number("#"), Column.Number("score"), Column.Number("log-probability", drop: 2, brief: "ln p"),
            Column.Number("tokens", drop: 3), new Column("finish", Drop: 1), new Column("text", Flow: Flow.Wrap));
        foreach ((BeamHypothesis found, int place) in result.Hypotheses.Select((found, place) => (found, place)))
        {
            string shown = CompletionWriter.TextOf(found, given.Model) is string text ? TokenText.Quoted(text) : string.Join(' ', found.Ids);
            table.Row(
                Invariant($"{place + 1}"), Invariant($"{found.Score:F4}"), Invariant($"{found.SumLogProbability:F4}"),
                Invariant($"{found.Ids.Length}"),
                found.Finish == FinishReason.Stop ? "stop" : "length", shown);
        }

        table.End();
    }

    private static void ShowBranches(BeamNode parent, string before, HashSet<BeamNode> best, LanguageModel model, CommandIo io)
    {
        bool narrow = io.Width < Narrow;
        if (parent.Depth == DeepestText && parent.Children.Count > 0)
        {
            io.Out.WriteLine(before + (narrow ? "└ …" : "└── … deeper branches: --svg and --json have them"));
            return;
        }

        foreach (BeamNode node in parent.Children)
        {
            bool last = node == parent.Children[^1];
            string guide = before + (last ? "└" : "├") + (narrow ? " " : "── ");
            Style style = best.Contains(node) ? new Style(decoration: Decoration.Bold)
                : node.Fate == BeamFate.Dropped ? new Style(decoration: Decoration.Dim)
                : Style.Plain;
            string label = Label(node, node == best.MaxBy(one => one.Depth), model, io.Width - DisplayText.Width(guide));
            io.WriteLine(guide, new Cell(label, style));
            ShowBranches(node, before + (last ? " " : "│") + (narrow ? " " : "   "), best, model, io);
        }
    }

    /// <summary>A branch on one line. If it does not fit, the score is dropped first; the token always stays.</summary>
    private static string Label(BeamNode node, bool isBest, LanguageModel model, int? room)
    {
        string mark = node.Fate switch { BeamFate.Kept => "●", BeamFate.Dropped => "○", _ => "■" };
        string token = $"{mark} {model.Shown(node.Id)}";
        string probability = "  " + Probability.OfLog(node.LogProbability), path = "  " + Probability.OfLog(node.Sum);
        string score = node.Score is double value ? Invariant($"  score {value:F4}") : "";
        string end = isBest ? "  ◀ best" : "";
        string[] labels = [token + probability + path + score + end, token + probability + path + end, token + path + end, token + end, token];
        return labels.FirstOrDefault(label => room is null || DisplayText.Width(label) <= room) ?? token;
    }

    private static BeamsResult Described(BeamResult result, BeamOptions options, PromptedModel given, string? svg) => new(
        given.Model.Name, given.PromptText, given.Ids, options.NumBeams, options.LengthPenalty, options.EarlyStopping, result.Candidates,
        [.. result.Hypotheses.Select(found => new BeamText(
            found.Ids, CompletionWriter.TextOf(found, given.Model), found.Finish == FinishReason.Stop ? "stop" : "length",
            found.Score, found.SumLogProbability))],
        Branches(result.Tree, given.Model), svg);

    /// <summary>The tree as a flat list: nested, a long text would be deeper than JSON readers allow.</summary>
    private static BeamBranch[] Branches(BeamNode root, LanguageModel model)
    {
        var numbers = new Dictionary<BeamNode, int> { [root] = 0 };
        var branches = new List<BeamBranch>();
        var toDo = new Queue<BeamNode>(root.Children);
        while (toDo.TryDequeue(out BeamNode? node))
        {
            numbers[node] = numbers.Count;
            string fate = node.Fate switch { BeamFate.Kept => "kept", BeamFate.Dropped => "dropped", _ => "finished" };
            branches.Add(new BeamBranch(
                numbers[node], numbers[node.Parent!], node.Depth, node.Id, model.TextOf(node.Id), Math.Exp(node.LogProbability), node.LogProbability,
                node.Sum, fate, node.Score));
            foreach (BeamNode child in node.Children)
            {
                toDo.Enqueue(child);
            }
        }

        return [.. branches];
    }
}
