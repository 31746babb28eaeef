// The result of gpt2 lens: depths × tokens of the prompt, or one token in detail.

using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Laboratory;
using static System.FormattableString;

namespace Gpt2.Cli.Output;

/// <summary>Writes the logit lens.</summary>
/// <param name="given">The prompt.</param>
/// <param name="depths">The depths.</param>
/// <param name="readings">A reading per depth and row of the prompt, of all rows or of one.</param>
/// <param name="io">Where to write.</param>
internal sealed class LensReport(PromptedModel given, IReadOnlyList<StreamDepth> depths, LensReading[][] readings, CommandIo io)
{
    private LanguageModel Model => given.Model;

    public void Write(bool isDetail)
    {
        io.Say(Invariant($"{given.PromptShown} ({Plural.Of(given.Ids.Length, "token")}): what {Model.Name} would predict if it ended at each depth"));
        if (isDetail)
        {
            LensReading end = readings[^1][0];
            io.Say(Invariant($"after {Model.Shown(given.Ids[end.Row])}, token {end.Row}: the prediction is {Model.Shown(end.Answer)}, ")
                + "with its probability and its rank at each depth, and the most probable tokens there");
            WriteDetail();
        }
        else
        {
            io.Say("a column is a token of the prompt; a cell is the most probable next token, after its probability in per cent");
            WriteGrid();
        }

        io.Say(Verdict());
        io.Explain("The logit lens applies the language head to the residual stream at every depth. More: docs/laboratory.md");
    }

    public string Draw() => new LensDrawing(
        Model.Name, given.PromptShown, [.. depths.Select(LensReadings.NameOf)], [.. given.Ids.Select(Model.Shown)], Model.Shown).Draw(readings);

    public void WriteJson(string? svg) => JsonShapes.Write(
        new LensResult(
            Model.Name, given.PromptText, given.Ids, readings[0][0].Row,
            [.. depths.Zip(readings, (depth, row) => new LensDepth(
                LensReadings.NameOf(depth), depth.Block, depth.Block is null ? null : depth.AfterMlp ? 16 : 10, [.. row.Select(Cell)]))],
            svg),
        io.Out);

    private void WriteGrid()
    {
        Column[] columns = [.. readings[0].Select(reading => new Column("    " + Model.Shown(given.Ids[reading.Row]), Flow: Flow.Cut))];
        WideTable.Write(io, [new Column("depth")], columns, [.. depths.Zip(readings, (depth, row) => (
            (Cell[])[LensReadings.NameOf(depth)],
            row.Select(reading => (Cell)Invariant($"{100 * reading.Top[0].Probability,3:0} {Model.Shown(reading.Top[0].Id)}")).ToArray()))]);
    }

    private void WriteDetail()
    {
        var table = new TableWriter(
            io, new Column("depth"), Column.Number(Model.Shown(readings[^1][0].Answer), brief: "p"), Column.Number("rank"),
            new Column("most probable there", Flow: Flow.WrapItems));
        foreach ((StreamDepth depth, LensReading reading) in depths.Zip(readings, (depth, row) => (depth, row[0])))
        {
            table.Row(
                LensReadings.NameOf(depth), Probability.Shown(reading.AnswerProbability), Invariant($"{reading.AnswerRank + 1}"),
                string.Join("  ", reading.Top.Select(token => $"{Model.Shown(token.Id)} {Probability.Shown(token.Probability)}")));
        }

        table.End();
    }

    /// <summary>From where on the last of the rows is as it ends.</summary>
    private string Verdict()
    {
        LensReading end = readings[^1][^1];
        int settled = readings.Length - 1;
        while (settled > 0 && readings[settled - 1][^1].AnswerRank == 0)
        {
            settled--;
        }

        string since = settled == 0 ? "at every depth" : $"from {LensReadings.NameOf(depths[settled])} on";
        return $"{Model.Shown(end.Answer)}, the prediction after {Model.Shown(given.Ids[end.Row])}, is the most probable token {since}; "
            + $"at the end it has {Probability.Shown(end.AnswerProbability)}";
    }

    private LensCell Cell(LensReading reading) => new(
        reading.Row, [.. reading.Top.Select(token => Token(token.Id, token.Probability))], Token(reading.Answer, reading.AnswerProbability),
        reading.AnswerRank + 1);

    private LensToken Token(int id, float probability) => new(id, Model.TextOf(id), probability);
}
