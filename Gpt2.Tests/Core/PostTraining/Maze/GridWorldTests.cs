// The rules of the maze: where moves lead, what they bring, and what the best path is.

using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining.Maze;

namespace Gpt2.Tests.Core.PostTraining.Maze;

public sealed class GridWorldTests
{
    /// <summary>S # G, below it . . M, and below that floor.</summary>
    private static readonly GridWorld Small = new(
        3,
        [
            MazeCell.Floor, MazeCell.Wall, MazeCell.Goal,
            MazeCell.Floor, MazeCell.Floor, MazeCell.Monster,
            MazeCell.Floor, MazeCell.Floor, MazeCell.Floor,
        ],
        start: 0);

    [Theory]
    [InlineData(0, Move.Up, 0)]
    [InlineData(0, Move.Right, 0)]
    [InlineData(0, Move.Down, 3)]
    [InlineData(0, Move.Left, 0)]
    [InlineData(4, Move.Up, 4)]
    [InlineData(4, Move.Right, 5)]
    [InlineData(4, Move.Left, 3)]
    [InlineData(5, Move.Right, 5)]
    [InlineData(5, Move.Up, 2)]
    [InlineData(6, Move.Left, 6)]
    [InlineData(8, Move.Down, 8)]
    [InlineData(8, Move.Up, 5)]
    public void Next_IsTheNeighbourUnlessItIsAWallOrOutside(int cell, object move, int next) => Small.Next(cell, (Move)move).Should().Be(next);

    [Fact]
    public void EndAt_GoalAndMonster_EndAPath()
    {
        Small.EndAt(2).Should().Be(PathEnd.Goal);
        Small.EndAt(5).Should().Be(PathEnd.Monster);
        ((int[])[0, 3, 4, 6, 7, 8]).Should().OnlyContain(cell => Small.EndAt(cell) == null);
    }

    [Fact]
    public void Return_IsTheSumOfTheRewards()
    {
        GridWorld.Return(10, PathEnd.Goal).Should().BeApproximately(9, 1e-12);
        GridWorld.Return(3, PathEnd.Monster).Should().BeApproximately(-10.3, 1e-12);
        GridWorld.Return(100, PathEnd.Horizon).Should().BeApproximately(-10, 1e-12);
    }

    [Fact]
    public void BuiltIn_IsAsDocumented()
    {
        GridWorld maze = GridWorld.BuiltIn;

        (maze.Rows, maze.Columns, maze.MovesToGoal(maze.Start)).Should().Be((6, 6, 10));
        maze.BestReturn.Should().BeApproximately(9, 1e-12);
        Enumerable.Range(0, maze.Count).Count(cell => maze[cell] == MazeCell.Monster).Should().Be(3);
    }

    [Fact]
    public void MovesToGoal_GoesAroundMonsters()
    {
        GridWorld maze = GridWorldText.Parse("SMG\n...", "two rows");

        maze.MovesToGoal(maze.Start).Should().Be(4, "through the monster it would be two");
        maze.MovesToGoal(2).Should().Be(0);
    }

    /// <summary>
    /// The largest return within so many moves, by dynamic programming on the rewards themselves: it knows neither breadth-first search nor
    /// that the goal is better than a monster.
    /// </summary>
    [Fact]
    public void BestReturn_OfRandomMazes_IsTheLargestOfAllPaths()
    {
        var random = new RandomGenerator(5);
        int mazes = 0;
        while (mazes < 60)
        {
            int rows = 2 + (int)(random.NextDouble() * 6), columns = 2 + (int)(random.NextDouble() * 6);
            MazeCell[] cells = [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextDouble() switch
            {
                < 0.3 => MazeCell.Wall,
                < 0.4 => MazeCell.Monster,
                _ => MazeCell.Floor,
            })];
            (cells[0], cells[^1]) = (MazeCell.Floor, MazeCell.Goal);
            var maze = new GridWorld(columns, cells, 0);
            if (maze.MovesToGoal(0) is null)
            {
                continue;
            }

            mazes++;
            double[] best = new double[cells.Length];
            for (int moves = 0; moves < 60; moves++)
            {
                best = [.. Enumerable.Range(0, cells.Length).Select(cell => Enum.GetValues<Move>().Max(move =>
                {
                    int next = maze.Next(cell, move);
                    return maze.EndAt(next) is PathEnd end ? GridWorld.Return(1, end) : GridWorld.MoveReward + best[next];
                }))];
            }

            maze.BestReturn.Should().BeApproximately(best[0], 1e-9);
        }
    }
}
