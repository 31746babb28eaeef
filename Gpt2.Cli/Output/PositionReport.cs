// The report of gpt2 embeddings positions: likeness of positions, their curve, the cloud of a token, and a prompt's tokens.

using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Commands;
using Gpt2.Core;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Laboratory.Embeddings;
using static System.FormattableString;

namespace Gpt2.Cli.Output;

/// <summary>What there is to say about positions.</summary>
internal sealed class PositionReport
{
    private readonly Neighbour?[] nearest;

    /// <param name="source">The token embeddings.</param>
    /// <param name="positions">The position embeddings.</param>
    /// <param name="clouds">Tokens that are looked at in all positions.</param>
    /// <param name="prompt">The tokens of the prompt; empty if there is none.</param>
    public PositionReport(EmbeddingSource source, PositionGeometry positions, int[] clouds, int[] prompt)
    {
        Source = source;
        Positions = positions;
        Clouds = clouds;
        Prompt = prompt;
        Map = PrincipalComponents.Of([.. Enumerable.Range(0, positions.Count).Select(position => positions[position])], axes: 2);
        nearest = [.. clouds.Select(token =>
            source.Table.Nearest(source.Table[token], [token], NeighbourOrder.Distance, 1) is [Neighbour one, ..] ? one : (Neighbour?)null)];
    }

    public EmbeddingSource Source { get; }

    public PositionGeometry Positions { get; }

    public int[] Clouds { get; }

    public int[] Prompt { get; }

    /// <summary>The positions on a plane.</summary>
    public PrincipalComponents Map { get; }

    /// <summary>What the axes of the map are.</summary>
    public string Axes => VectorNumbers.Axes(Map, "positions");

    /// <summary>Positions that tables and pictures name: 0, 1, 2, 4, 8 … and the last.</summary>
    public IEnumerable<int> Named()
    {
        yield return 0;
        for (int position = 1; position < Positions.Count - 1; position *= 2)
        {
            yield return position;
        }

        if (Positions.Count > 1)
        {
            yield return Positions.Count - 1;
        }
    }

    public EmbeddingPositionsResult ToJson(string? svg) => new(
        Source.Name, Positions.Count, Positions.Middle.Length, [.. Positions.Likenesses()], [Map.ShareOf(0), Map.ShareOf(1)],
        [.. Map.Coordinates.Select((point, position) =>
            new PositionPoint(position, VectorGeometry.Length(Positions[position]), point[0], point[1]))],
        Positions.Spread, Positions.Farthest, Positions.FarthestPosition,
        [.. Clouds.Zip(nearest).Where(pair => pair.Second is not null).Select(pair => new PositionCloudResult(
            pair.First, Source.TextOf(pair.First), pair.Second!.Value.Row, Source.TextOf(pair.Second.Value.Row), pair.Second.Value.Distance))],
        Prompt.Length == 0 ? null : [.. Enumerable.Range(0, Prompt.Length).Select(Placed)], svg);

    public void Write(CommandIo io)
    {
        io.Say(Invariant($"{Positions.Count} positions of {Source.Name}, {Positions.Middle.Length} numbers each"));
        io.Out.WriteLine();
        io.Say("how alike positions are:");
        WriteLikenesses(io);
        io.SayGap();
        io.Say($"seen on a plane, {Axes}:");
        WriteMap(io);
        if (Clouds.Length > 0)
        {
            io.SayGap();
            WriteClouds(io);
        }

        if (Prompt.Length > 0)
        {
            io.SayGap();
            io.Say("the tokens of the prompt, with the lengths of their embeddings, of those of their positions, and of the sums:");
            WritePrompt(io);
        }
    }

    private void WriteLikenesses(CommandIo io)
    {
        var table = new TableWriter(
            io, Column.Number("tokens apart", brief: "apart"), Column.Number("pairs", drop: 1), Column.Number("mean cosine", brief: "cosine"),
            Column.Number("smallest", drop: 2), Column.Number("largest", drop: 2), Column.Number("mean distance", brief: "distance"));
        PositionLikeness[] all = [.. Positions.Likenesses()];
        int decimals = VectorNumbers.Decimals(all.Select(one => one.Distance));
        foreach (PositionLikeness one in all)
        {
            table.Row(
                Invariant($"{one.Apart}"), Invariant($"{one.Pairs}"), VectorNumbers.Cosine(one.Cosine), VectorNumbers.Cosine(one.Least),
                VectorNumbers.Cosine(one.Most), VectorNumbers.Fixed(one.Distance, decimals));
        }

        table.End();
    }

    private void WriteMap(CommandIo io)
    {
        var table = new TableWriter(
            io, Column.Number("position"), Column.Number("length", drop: 1), Column.Number("axis 1"), Column.Number("axis 2"));
        int decimals = VectorNumbers.Decimals(Map.Coordinates.SelectMany(point => point));
        foreach (int position in Named())
        {
            double[] point = Map.Coordinates[position];
            table.Row(
                Invariant($"{position}"), VectorNumbers.Fixed(VectorGeometry.Length(Positions[position]), decimals),
                VectorNumbers.Fixed(point[0], decimals), VectorNumbers.Fixed(point[1], decimals));
        }

        table.End();
    }

    private void WriteClouds(CommandIo io)
    {
        int decimals = VectorNumbers.Decimals(nearest.Select(one => one?.Distance ?? 0).Append(Positions.Spread));
        io.Say(Invariant($"the cloud of a token at positions 0 to {Positions.Count - 1}, which has the same shape for every token:"));
        io.Say($"  spread around its middle   {VectorNumbers.Fixed(Positions.Spread, decimals)}   root mean square");
        io.Say($"  farthest from its middle   {VectorNumbers.Fixed(Positions.Farthest, decimals)}   "
            + Invariant($"position {Positions.FarthestPosition}"));
        io.Out.WriteLine();
        var table = new TableWriter(
            io, new Column("token", Flow: Flow.Cut), Column.Number("id", drop: 2),
            new Column("nearest other token", Short: "nearest", Flow: Flow.Cut), Column.Number("distance"),
            Column.Number("distance / spread", drop: 1, brief: "/ spread"));
        foreach ((int token, Neighbour? one) in Clouds.Zip(nearest))
        {
            table.Row(
                Source.Shown(token), Invariant($"{token}"), one is null ? VectorNumbers.None : Source.Shown(one.Value.Row),
                VectorNumbers.Fixed(one?.Distance, decimals),
                VectorNumbers.Fixed(Positions.Spread > 0 ? one?.Distance / Positions.Spread : null, 2));
        }

        table.End();
        int apart = nearest.Count(one => one?.Distance > Positions.Spread);
        io.Say(apart == Clouds.Length ? "Positions move a token less than it is away from the nearest other one."
            : $"Of {Plural.Of(Clouds.Length, "token")}, {apart} are farther from the nearest other one than positions usually move them.");
    }

    private void WritePrompt(CommandIo io)
    {
        PositionTokenResult[] placed = [.. Enumerable.Range(0, Prompt.Length).Select(Placed)];
        int decimals = VectorNumbers.Decimals(placed.SelectMany(one => (double[])[one.TokenLength, one.PositionLength, one.SumLength]));
        var table = new TableWriter(
            io, Column.Number("position", brief: "#"), new Column("token", Flow: Flow.Cut), Column.Number("‖token‖", drop: 2),
            Column.Number("‖position‖", drop: 2), Column.Number("‖sum‖"),
            new Column("token nearest to the sum", Short: "nearest", Flow: Flow.Cut));
        foreach (PositionTokenResult one in placed)
        {
            table.Row(
                Invariant($"{one.Position}"), Source.Shown(one.Id), VectorNumbers.Fixed(one.TokenLength, decimals),
                VectorNumbers.Fixed(one.PositionLength, decimals), VectorNumbers.Fixed(one.SumLength, decimals), Source.Shown(one.NearestId));
        }

        table.End();
        int same = placed.Count(one => one.NearestId == one.Id);
        io.Say(same == placed.Length ? "At every position, the token is still nearest to itself."
            : $"Of {Plural.Of(placed.Length, "token")}, {same} are still nearest to themselves.");
    }

    private PositionTokenResult Placed(int position)
    {
        int id = Prompt[position];
        double[] token = Source.Table[id], sum = Positions.At(position, token);
        int found = Source.Table.Nearest(sum, [], NeighbourOrder.Distance, 1)[0].Row;
        return new PositionTokenResult(
            position, id, Source.TextOf(id), VectorGeometry.Length(token), VectorGeometry.Length(Positions[position]), VectorGeometry.Length(sum),
            found, Source.TextOf(found));
    }
}
