// The result of gpt2 lens --stream: how long the residual stream is at every depth, and what each part adds to one token's.

using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Tracing;
using static System.FormattableString;

namespace Gpt2.Cli.Output;

/// <summary>Writes the residual stream.</summary>
/// <param name="given">The prompt.</param>
/// <param name="trace">Its trace.</param>
/// <param name="lens">Its lens.</param>
/// <param name="io">Where to write.</param>
internal sealed class StreamReport(PromptedModel given, ForwardTrace trace, LogitLens lens, CommandIo io)
{
    private LanguageModel Model => given.Model;

    /// <summary>Writes the lengths of all tokens' rows unless one is chosen, and what is added to the chosen or the last one's.</summary>
    public void Write(int? chosen)
    {
        io.Say(Invariant($"{given.PromptShown} ({Plural.Of(given.Ids.Length, "token")}): the residual stream of {Model.Name}, ")
            + Plural.Of(Model.Config.Channels, "channel"));
        if (chosen is null)
        {
            WriteLengths();
        }

        int row = chosen ?? given.Ids.Length - 1;
        IReadOnlyList<StreamAddition> additions = AdditionsTo(row);
        io.Say(Invariant($"what is added to the row of {Model.Shown(given.Ids[row])}, token {row}: the length of the addition, the cosine of its ")
            + "angle to the row before, and the length after");
        var table = new TableWriter(
            io, new Column("part"), Column.Number("adds"), Column.Number("cosine"), Column.Number("length after", brief: "after"),
            new Column("", Drop: Column.Decoration));
        double longest = additions.Max(addition => addition.After);
        foreach (StreamAddition addition in additions)
        {
            table.Row(
                NameOf(addition), Length(addition.Added), addition.Cosine is double cosine ? Signed(cosine) : "", Length(addition.After),
                Probability.Bar(addition.After / longest));
        }

        table.End();
        StreamAddition largest = additions.Where(addition => addition.Block is not null).MaxBy(addition => addition.Added / addition.Before);
        if (largest.Before > 0)
        {
            io.Say($"relative to the row it is added to, {NameOf(largest)} adds most: {Length(largest.Added)} to {Length(largest.Before)}");
        }

        io.Explain("cosine 1: the row gets longer; 0: it turns; −1: it gets shorter. More: docs/laboratory.md");
    }

    public void WriteJson(int? chosen, string? svg) => JsonShapes.Write(
        new StreamResult(
            Model.Name, given.PromptText, given.Ids,
            [.. (chosen is int row ? [row] : Enumerable.Range(0, given.Ids.Length)).Select(token => new StreamToken(
                token, given.Ids[token], Model.TextOf(given.Ids[token]),
                [.. AdditionsTo(token).Select(one => new StreamPartResult(
                    one.Part.ToString().ToLowerInvariant(), one.Block, one.Added, one.Cosine, one.Before, one.After))]))],
            svg),
        io.Out);

    public string Draw(int row) =>
        new StreamDrawing(given, trace, lens, row, AdditionsTo(row)).Draw();

    /// <summary>What is added, for a reader.</summary>
    public static string NameOf(StreamAddition addition) => addition.Part switch
    {
        StreamPart.Token => "token embedding",
        StreamPart.Position => "position embedding",
        _ => LensReadings.NameOf(new StreamDepth(addition.Block, addition.Part == StreamPart.Mlp)),
    };

    public static string Length(double length) => Invariant($"{length:0.00}");

    public static string Signed(double cosine) => Invariant($"{cosine:+0.00;−0.00;0.00}");

    private IReadOnlyList<StreamAddition> AdditionsTo(int row) => ResidualStream.Of(trace, Model.Config.Layers, row);

    private void WriteLengths()
    {
        io.Say("the length of every token's row, √Σ x², after each depth");
        Column[] columns = [.. given.Ids.Select(id => new Column(Model.Shown(id), Right: true, Flow: Flow.Cut))];
        WideTable.Write(io, [new Column("depth")], columns, [.. lens.Depths.Select(depth => (
            (Cell[])[LensReadings.NameOf(depth)],
            Enumerable.Range(0, given.Ids.Length).Select(row => (Cell)Length(ResidualStream.Norm(lens.StreamAt(depth).Row(row)))).ToArray()))]);
    }
}
