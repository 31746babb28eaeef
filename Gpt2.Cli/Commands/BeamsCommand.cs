// gpt2 beams: the tree that beam search walked, as text, JSON and a picture.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Generation;
using Spectre.Console;

namespace Gpt2.Cli.Commands;

internal static class BeamsCommand
{
    private const int StandardTokens = 4, StandardBeams = 3;

    /// <summary>Deeper branches would not fit on a line.</summary>
    private const int DeepestText = 16;

    public static Command Create(CommandIo io)
    {
        var input = new ModelInput();
        var generation = new GenerationInput(StandardTokens, draws: false);
        var beams = new BeamInput(StandardBeams);
        var svg = new Option<string?>("--svg") { Description = "Draw the tree into this file; - is standard output.", HelpName = "FILE" };

        var command = new Command("beams", "Show the tree that beam search walks: every branch with its probability, kept, dropped or finished.");
        input.AddTo(command);
        generation.AddTo(command);
        beams.AddTo(command);
        command.Options.Add(svg);
        command.SetAction(parsed =>
        {
            BeamOptions options = beams.Read(parsed, generation.Read(parsed))!;
            if (parsed.GetValue(generation.MaxNewTokens) == 0)
            {
                throw new UsageException("--max-new-tokens: a tree has at least 1 token");
            }

            PromptedModel given = input.Read(parsed, io);
            TextOutput.RefuseWithJson(parsed.GetValue(svg), given.Json, "--svg");
            using TextOutput? picture = parsed.GetValue(svg) is string path ? new TextOutput(path, io) : null;
            BeamResult result = new BeamSearch(options, given.Model.EndOfText).Run(given.Model.Model, given.Ids, io.Cancellation);
            picture?.Write(writer => writer.Write(BeamDrawing.Draw(PromptOf(given), result, given.Model.Shown)));
            if (TextOutput.IsStandardOutput(parsed.GetValue(svg)))
            {
                return ExitCode.Done;
            }

            if (given.Json)
            {
                JsonShapes.Write(Described(result, options, given, parsed.GetValue(svg)), io.Out);
            }
            else
            {
                Show(result, options, given, io);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static string PromptOf(PromptedModel given) =>
        given.PromptText is string text ? TokenText.Quoted(TokenText.Shortened(text)) : string.Join(' ', given.Ids);

    private static void Show(BeamResult result, BeamOptions options, PromptedModel given, CommandIo io)
    {
        io.Out.WriteLine(Invariant(
            $"{PromptOf(given)} ({given.Ids.Length} tokens), {options.NumBeams} beams of {given.Model.Name}, {result.Candidates} branches compared"));
        io.Out.WriteLine("probability of the token, of the path to it, and what became of it: ● kept, ○ dropped, ■ finished");
        HashSet<BeamNode> best = BeamDrawing.PathOf(result);
        var tree = new Tree(new Text(PromptOf(given)));
        Add(tree, result.Tree, best, given.Model);
        io.Show(tree);

        Table table = Tables.Create(">#", ">score", ">log-probability", ">tokens", "finish", "text");
        foreach ((BeamHypothesis found, int place) in result.Hypotheses.Select((found, place) => (found, place)))
        {
            string shown = CompletionWriter.TextOf(found, given.Model) is string text ? TokenText.Quoted(text) : string.Join(' ', found.Ids);
            table.Row(
                Invariant($"{place + 1}"), Invariant($"{found.Score:F4}"), Invariant($"{found.SumLogProbability:F4}"), Invariant($"{found.Ids.Length}"),
                found.Finish == FinishReason.Stop ? "stop" : "length", shown);
        }

        io.Show(table);
    }

    private static void Add(IHasTreeNodes tree, BeamNode parent, HashSet<BeamNode> best, LoadedModel model)
    {
        if (parent.Depth == DeepestText && parent.Children.Count > 0)
        {
            tree.AddNode(new Text("… deeper branches: --svg and --json have them"));
            return;
        }

        foreach (BeamNode node in parent.Children)
        {
            string mark = node.Fate switch { BeamFate.Kept => "●", BeamFate.Dropped => "○", _ => "■" };
            string score = node.Score is double value ? Invariant($"  score {value:F4}") : "";
            Style style = best.Contains(node) ? new Style(decoration: Decoration.Bold)
                : node.Fate == BeamFate.Dropped ? new Style(decoration: Decoration.Dim)
                : Style.Plain;
            string label = $"{mark} {model.Shown(node.Id)}  {Percent(node.LogProbability)}  {Percent(node.Sum)}{score}{(node == best.MaxBy(one => one.Depth) ? "  ◀ best" : "")}";
            Add(tree.AddNode(new Text(label, style)), node, best, model);
        }
    }

    private static BeamsResult Described(BeamResult result, BeamOptions options, PromptedModel given, string? svg) => new(
        given.Model.Name, given.PromptText, given.Ids, options.NumBeams, options.LengthPenalty, options.EarlyStopping, result.Candidates,
        [.. result.Hypotheses.Select(found => new BeamText(
            found.Ids, CompletionWriter.TextOf(found, given.Model), found.Finish == FinishReason.Stop ? "stop" : "length", found.Score, found.SumLogProbability))],
        Branches(result.Tree, given.Model), svg);

    /// <summary>The tree as a list: nested, a long text would be deeper than readers of JSON go.</summary>
    private static BeamBranch[] Branches(BeamNode root, LoadedModel model)
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

    private static string Percent(double logProbability) => logProbability < Math.Log(0.0001)
        ? "< 0.01 %"
        : Math.Exp(logProbability).ToString("0.00 %", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
