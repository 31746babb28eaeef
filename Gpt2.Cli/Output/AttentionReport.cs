// The result of gpt2 attention: a line per head, or one head as a table of tokens × tokens.

using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Tracing;
using static System.FormattableString;

namespace Gpt2.Cli.Output;

/// <summary>What to show: some heads, the attention of a token, and perhaps a token that it may attend to.</summary>
internal sealed record AttentionChoice(int? Block, int? Head, int Row, int? To);

/// <summary>Writes attention.</summary>
internal sealed class AttentionReport
{
    /// <summary>A head is said to look at one place if it pays at least half of its attention to it.</summary>
    private const double Kind = 0.5;

    private readonly PromptedModel given;
    private readonly AttentionHeads attention;
    private readonly AttentionChoice choice;
    private readonly HeadAttention[] heads;
    private readonly CommandIo io;

    public AttentionReport(PromptedModel given, ForwardTrace trace, AttentionChoice choice, CommandIo io)
    {
        this.given = given;
        this.choice = choice;
        this.io = io;
        Gpt2Config config = given.Model.Config;
        attention = new AttentionHeads(trace, config.Heads);
        IEnumerable<int> blocks = choice.Block is int block ? [block] : Enumerable.Range(0, config.Layers);
        IEnumerable<int> all = choice.Head is int head ? [head] : Enumerable.Range(0, config.Heads);
        HeadAttention[] inOrder = [.. blocks.SelectMany(of => all.Select(one => attention.Of(of, one, choice.Row)))];
        heads = choice.To is null ? inOrder : [.. inOrder.OrderByDescending(one => ShareOfTo(one))];
    }

    private LanguageModel Model => given.Model;

    public void Write()
    {
        string prompt = Invariant($"{given.PromptShown} ({Plural.Of(given.Ids.Length, "token")})");
        if (choice.Head is null)
        {
            io.Say(Invariant($"{prompt}: what {Token(choice.Row)}, token {choice.Row}, attends to in the heads of ")
                + (choice.Block is int block ? Invariant($"block {block} of {Model.Name}") : Model.Name));
            WriteHeads();
            if (heads[0].Itself is not null)
            {
                io.Say("itself, previous, first: how much a token takes from itself, from the one before and from the first; the mean over all but "
                    + "the first token");
            }
        }
        else
        {
            io.Say(Invariant($"{prompt}: block {choice.Block}, head {choice.Head} of {Model.Name}, in per cent"));
            io.Say("a row is a token, and adds up to 100: how much it takes from itself and from each token before it");
            WriteTable();
        }

        io.Say(Verdict());
        io.Explain("These are the numbers of step 7; gpt2 why shows where one comes from. More: docs/laboratory.md");
    }

    public string Draw() => new AttentionDrawing(
        Model.Name, given.PromptShown, [.. given.Ids.Select(Model.Shown)], attention, choice.Row).Draw(
            [.. heads.OrderBy(head => head.Block).ThenBy(head => head.Head)]);

    public void WriteJson(string? svg) => JsonShapes.Write(
        new AttentionResult(
            Model.Name, given.PromptText, given.Ids, choice.Row, choice.To,
            [.. heads.Select(head => new AttentionHeadResult(
                head.Block, head.Head, head.Most, given.Ids[head.Most], Model.TextOf(given.Ids[head.Most]), head.MostShare, ShareOfTo(head),
                head.Itself, head.Previous, head.First))],
            choice.Head is null ? null : [.. Enumerable.Range(0, given.Ids.Length).Select(row =>
                Enumerable.Range(0, given.Ids.Length).Select(column => Share(row, column)).ToArray())],
            svg),
        io.Out);

    private void WriteHeads()
    {
        string to = choice.To is int seen ? Token(seen) : "";
        var table = new TableWriter(
            io,
            [
                Column.Number("block"), Column.Number("head"),
                .. choice.To is null ? Array.Empty<Column>() : [Column.Number($"to {to}", brief: "to")],
                new("most to", Flow: Flow.Cut), Column.Number("share"), Column.Number("itself", drop: 2),
                Column.Number("previous", drop: 3, brief: "before"), Column.Number("first", drop: 2), new("kind", Drop: 1),
            ]);
        foreach (HeadAttention head in heads)
        {
            table.Row(
            [
                Invariant($"{head.Block}"), Invariant($"{head.Head}"),
                .. ShareOfTo(head) is double share ? [Percent(share)] : Array.Empty<Cell>(),
                Token(head.Most), Percent(head.MostShare), Mean(head.Itself), Mean(head.Previous), Mean(head.First), KindOf(head),
            ]);
        }

        table.End();
    }

    private void WriteTable()
    {
        int tokens = given.Ids.Length;
        Column[] columns = [.. Enumerable.Range(0, tokens).Select(column => new Column(Token(column), Right: true, Flow: Flow.Cut, Least: 5))];
        WideTable.Write(
            io, [Column.Number("#", drop: 1), new Column("token", Flow: Flow.Cut)], columns,
            [.. Enumerable.Range(0, tokens).Select(row => (
                (Cell[])[Invariant($"{row}"), Token(row)],
                Enumerable.Range(0, tokens).Select(column => (Cell)(column > row ? "" : Invariant($"{100 * Share(row, column):0.0}"))).ToArray()))]);
    }

    private string Verdict()
    {
        HeadAttention first = heads[0];
        if (choice.To is int to)
        {
            string where = choice.Head is null ? Invariant($"block {first.Block}, head {first.Head} lets ") : "this head lets ";
            return $"{where}{Token(choice.Row)} take {Percent(ShareOfTo(first)!.Value)} of its attention from {Token(to)}"
                + (heads.Length > 1 ? ", more than any other" : "");
        }

        HeadAttention strongest = heads.MaxBy(head => head.MostShare);
        return $"{Token(choice.Row)} attends most to {Token(strongest.Most)}: {Percent(strongest.MostShare)}"
            + (heads.Length > 1 ? Invariant($", in block {strongest.Block}, head {strongest.Head}") : "");
    }

    private double? ShareOfTo(HeadAttention head) => choice.To is int to ? attention.Share(head.Block, head.Head, choice.Row, to) : null;

    private float Share(int row, int column) => attention.Share(choice.Block!.Value, choice.Head!.Value, row, column);

    private string Token(int position) => Model.Shown(given.Ids[position]);

    private static string Percent(double share) => Invariant($"{100 * share:0.0} %");

    private static string Mean(double? share) => share is double some ? Percent(some) : "";

    /// <summary>What the head looks at in most cases; empty if its attention is divided.</summary>
    internal static string KindOf(HeadAttention head)
    {
        (double? Share, string Name)[] places = [(head.Itself, "itself"), (head.Previous, "previous token"), (head.First, "first token")];
        (double? share, string name) = places.MaxBy(place => place.Share);
        return share >= Kind ? name : "";
    }
}
