// The result of gpt2 maze as JSON.

using Gpt2.Core.PostTraining.Maze;

namespace Gpt2.Cli.Output;

/// <summary>
/// The maze is its rows as in a file; null stands for the built-in one's file and for paths of text that were not asked for. The curve has the
/// figures of each step's group, before the policy learned from it. Rows and columns are counted from 0.
/// </summary>
internal sealed record MazeResult(
    string? File, string[] Maze, ulong Seed, int Steps, int GroupSize, double LearningRate, double EntropyBonus, int Hidden, int Horizon,
    MazeRewards Rewards, int ShortestMoves, double BestReturn, MazePathResult Before, MazePathResult Greedy, MazeFigures After, int PathsAfter,
    MazeFigures[] Curve, MazeCellPolicy[] Policy, TextGroupResult? Text, string? Svg)
{
    public static MazeResult Of(MazeRun run, CompletionGroup? texts, string? file, string? svg)
    {
        GridWorld world = run.World;
        MazeSettings settings = run.Settings;
        return new MazeResult(
            file,
            [.. Enumerable.Range(0, world.Rows)
                .Select(row => string.Concat(Enumerable.Range(row * world.Columns, world.Columns).Select(world.LetterOf)))],
            settings.Seed, settings.Steps, settings.GroupSize, settings.LearningRate, settings.EntropyBonus, settings.Hidden, settings.Horizon,
            new MazeRewards(GridWorld.GoalReward, GridWorld.MonsterReward, GridWorld.MoveReward),
            world.MovesToGoal(world.Start)!.Value, world.BestReturn, PathOf(run.Before.Paths[0]), PathOf(run.Greedy),
            FiguresOf(run.After.Figures), run.After.Paths.Length, [.. run.Curve.Select(FiguresOf)],
            [.. run.After.Policy.Where(pass => world[pass.Cell] == MazeCell.Floor).Select(pass => new MazeCellPolicy(
                pass.Cell / world.Columns, pass.Cell % world.Columns, pass.Probabilities[0], pass.Probabilities[1], pass.Probabilities[2],
                pass.Probabilities[3]))],
            texts is null ? null : new TextGroupResult(
                texts.Model, texts.Prompt, texts.Judge,
                [.. texts.Paths.Select(path => new TextPathResult([.. path.Tokens], path.Reward, path.Advantage))]),
            svg);
    }

    private static MazePathResult PathOf(MazePath path) => new(
        [.. path.Moves.Select(step => NameOf(step.Move))],
        path.End switch { PathEnd.Goal => "goal", PathEnd.Monster => "monster", _ => "horizon" }, path.Return);

    private static string NameOf(Move move) => move switch { Move.Up => "up", Move.Right => "right", Move.Down => "down", _ => "left" };

    private static MazeFigures FiguresOf(GroupFigures figures) =>
        new(figures.MeanReturn, figures.ToGoal, figures.ToMonster, figures.MeanMoves, figures.Entropy);
}

internal sealed record MazeRewards(double Goal, double Monster, double Move);

/// <summary>The end is goal, monster or horizon, which is neither.</summary>
internal sealed record MazePathResult(string[] Moves, string End, double Return);

internal sealed record MazeFigures(double MeanReturn, double ToGoal, double ToMonster, double MeanMoves, double Entropy);

internal sealed record MazeCellPolicy(int Row, int Column, double Up, double Right, double Down, double Left);

internal sealed record TextGroupResult(string Model, string Prompt, string Judge, TextPathResult[] Paths);

internal sealed record TextPathResult(string[] Tokens, double Reward, double Advantage);
