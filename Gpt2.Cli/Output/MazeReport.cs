// The report of gpt2 maze as text: a path before learning, figures while the policy learns, and what it does afterwards.

using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.PostTraining.Maze;
using Spectre.Console;
using static System.FormattableString;

namespace Gpt2.Cli.Output;

/// <summary>Writes the report.</summary>
internal static class MazeReport
{
    private const int Stretches = 10, LongestBar = 20;

    private const string Arrows = "↑→↓←", Between = "     ";

    private static readonly Style Bold = new(decoration: Decoration.Bold);

    public static void Write(MazeRun run, CompletionGroup? texts, string? file, CommandIo io)
    {
        GridWorld world = run.World;
        MazeSettings settings = run.Settings;
        string goal = Signed(GridWorld.GoalReward), monster = Signed(GridWorld.MonsterReward), move = Signed(GridWorld.MoveReward);
        string name = file is null ? "the built-in maze" : TextFile.NameOf(file);
        io.Say(Invariant($"{name}, {world.Rows} × {world.Columns}. Reward: goal {goal}, monster {monster}, ")
            + Invariant($"every move {move}; at most {Plural.Of(settings.Horizon, "move")}"));
        io.Say(Invariant($"policy: {world.Count} cells → {Plural.Of(settings.Hidden, "hidden unit")} → {GridWorld.Moves} moves, seed {settings.Seed}")
            + Invariant($"; {Plural.Of(settings.Steps, "step")}, each with a group of {settings.GroupSize} paths"));
        io.Out.WriteLine();
        MazePath sample = run.Before.Paths[0];
        io.Say("before learning, a path: " + Described(sample));
        Grids(world, [GridOf(world, sample)], io);

        var table = new TableWriter(
            io, Column.Number("steps"), Column.Number("mean return", brief: "return"), Column.Number("to the goal", brief: "goal"),
            Column.Number("to a monster", drop: 2, brief: "monster"), Column.Number("moves", drop: 3),
            Column.Number("entropy", drop: 1), new Column("", Drop: Column.Decoration));
        foreach ((int first, int last, GroupFigures mean) in run.Stretches(Stretches))
        {
            table.Row(
                first == last ? Invariant($"{first}") : Invariant($"{first}–{last}"), Invariant($"{mean.MeanReturn:F2}"), Percent(mean.ToGoal),
                Percent(mean.ToMonster), Invariant($"{mean.MeanMoves:F1}"), Invariant($"{mean.Entropy:F3}"),
                new string('█', (int)Math.Round(LongestBar * mean.ToGoal)));
        }

        table.End();
        io.SayGap();
        io.Say("after learning, the most probable moves: " + Described(run.Greedy)
            + Invariant($"; the best possible is {world.BestReturn:F1} in {Plural.Of(world.MovesToGoal(world.Start)!.Value, "move")}"));
        io.Say("the path, and the most probable move of every cell:");
        Grids(world, [GridOf(world, run.Greedy), PolicyOf(world, run.After.Policy)], io);
        GroupFigures after = run.After.Figures;
        io.Say(Invariant($"of {run.After.Paths.Length} paths drawn, {Percent(after.ToGoal)} reach the goal; mean return {after.MeanReturn:F2}, ")
            + Invariant($"entropy {after.Entropy:F3}"));
        if (texts is not null)
        {
            io.Out.WriteLine();
            Write(texts, io);
        }
    }

    private static void Write(CompletionGroup texts, CommandIo io)
    {
        io.Say($"the same with paths of text: {texts.Model} continues {texts.Prompt}");
        io.Say($"moves are tokens; the reward comes at the end, from {texts.Judge}; advantages are computed as for paths in the maze");
        var table = new TableWriter(
            io, Column.Number("reward"), Column.Number("advantage", brief: "adv."), new Column("path", Flow: Flow.Wrap));
        foreach (CompletionPath path in texts.Paths)
        {
            table.Row(Invariant($"{path.Reward:0.##}"), Invariant($"{path.Advantage:F2}"), string.Join(' ', path.Tokens));
        }

        table.End();
    }

    private static string Described(MazePath path) => Invariant($"{Plural.Of(path.Moves.Count, "move")}, ")
        + path.End switch { PathEnd.Goal => "to the goal", PathEnd.Monster => "to a monster", _ => "to neither goal nor monster" }
        + Invariant($", return {path.Return:F1}");

    /// <summary>The cells, with an arrow in those of a path: its last move from there.</summary>
    private static Cell[] GridOf(GridWorld world, MazePath path)
    {
        Cell[] grid = Plain(world);
        foreach ((PolicyPass pass, Move move) in path.Moves)
        {
            grid[pass.Cell] = new Cell(Arrows[(int)move].ToString(), Bold);
        }

        return grid;
    }

    private static Cell[] PolicyOf(GridWorld world, PolicyPass[] policy) =>
        [.. Plain(world).Select((cell, place) => world[place] == MazeCell.Floor ? Arrows[(int)policy[place].Best].ToString() : cell)];

    private static Cell[] Plain(GridWorld world) => [.. Enumerable.Range(0, world.Count).Select(cell => (Cell)world.LetterOf(cell).ToString())];

    /// <summary>Grids beside each other, or below each other where there is no room.</summary>
    private static void Grids(GridWorld world, Cell[][] grids, CommandIo io)
    {
        if (grids.Length * ((2 * world.Columns) + Between.Length) > io.Width)
        {
            foreach (Cell[] grid in grids)
            {
                Rows(world, [grid], io);
            }
        }
        else
        {
            Rows(world, grids, io);
        }
    }

    private static void Rows(GridWorld world, Cell[][] grids, CommandIo io)
    {
        for (int row = 0; row < world.Rows; row++)
        {
            var parts = new List<Cell>();
            foreach (Cell[] grid in grids)
            {
                parts.Add(parts.Count == 0 ? "  " : Between);
                parts.AddRange(grid.Skip(row * world.Columns).Take(world.Columns).SelectMany(cell => (Cell[])[cell, " "]));
            }

            io.WriteLine(parts);
        }

        io.Out.WriteLine();
    }

    private static string Signed(double reward) => Invariant($"{reward:+0.##;-0.##}");

    private static string Percent(double share) => Invariant($"{100 * share:F1} %");
}
