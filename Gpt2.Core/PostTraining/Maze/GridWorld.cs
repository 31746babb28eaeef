// The world of `gpt2 maze`: a grid with walls, monsters and a goal. Its rules are here and nowhere else; who walks in it is not its
// concern.

namespace Gpt2.Core.PostTraining.Maze;

/// <summary>What is in a cell.</summary>
internal enum MazeCell
{
    Floor,
    Wall,
    Monster,
    Goal,
}

/// <summary>What can be done in a cell, clockwise from up.</summary>
internal enum Move
{
    Up,
    Right,
    Down,
    Left,
}

/// <summary>How a path ends.</summary>
internal enum PathEnd
{
    /// <summary>At the goal.</summary>
    Goal,

    /// <summary>At a monster.</summary>
    Monster,

    /// <summary>Nowhere: it has taken as many moves as a path may.</summary>
    Horizon,
}

/// <summary>
/// A grid of cells, numbered row by row from 0. A move leads to the neighbouring cell, or nowhere if that is a wall or outside. Every move has
/// the reward −0.1, the one to the goal 10 more, the one to a monster 10 less; either ends the path.
/// </summary>
internal sealed class GridWorld
{
    /// <summary>The rewards.</summary>
    public const double GoalReward = 10, MonsterReward = -10, MoveReward = -0.1;

    /// <summary>The number of different moves.</summary>
    public const int Moves = 4;

    /// <summary>
    /// The most rows and columns. A shortest path in such a grid has less than 200 moves, so that no other path has a larger return: not even
    /// one that ends at a monster after the first move.
    /// </summary>
    public const int Largest = 16;

    private readonly MazeCell[] cells;
    private readonly int[] distances;

    /// <param name="columns">The number of columns.</param>
    /// <param name="cells">The cells, row by row: one goal, and no more than 16 rows and columns.</param>
    /// <param name="start">The cell in which every path begins: floor.</param>
    public GridWorld(int columns, MazeCell[] cells, int start)
    {
        Columns = columns;
        Start = start;
        this.cells = cells;
        distances = DistancesTo(Array.IndexOf(cells, MazeCell.Goal));
    }

    /// <summary>The maze that needs no file: 6 × 6, three monsters, two shortest paths.</summary>
    public static GridWorld BuiltIn { get; } = GridWorldText.Parse(
        """
        S..#..
        .#...M
        ...#..
        .M.##.
        .#....
        ...M.G
        """,
        "the built-in maze");

    public int Rows => cells.Length / Columns;

    public int Columns { get; }

    public int Start { get; }

    /// <summary>The number of cells.</summary>
    public int Count => cells.Length;

    public MazeCell this[int cell] => cells[cell];

    /// <summary>The letter of a cell in a file.</summary>
    public char LetterOf(int cell) => cells[cell] switch
    {
        MazeCell.Wall => '#',
        MazeCell.Monster => 'M',
        MazeCell.Goal => 'G',
        _ => cell == Start ? 'S' : '.',
    };

    /// <summary>The number of moves of a shortest path to the goal that meets no monster; null if there is none.</summary>
    public int? MovesToGoal(int cell) => distances[cell] < 0 ? null : distances[cell];

    /// <summary>The return of a shortest path: no path has a larger one.</summary>
    public double BestReturn => GoalReward + (MoveReward * MovesToGoal(Start)!.Value);

    /// <summary>The cell to which a move leads.</summary>
    public int Next(int cell, Move move)
    {
        int row = cell / Columns, column = cell % Columns;
        (row, column) = move switch
        {
            Move.Up => (row - 1, column),
            Move.Right => (row, column + 1),
            Move.Down => (row + 1, column),
            _ => (row, column - 1),
        };
        bool isInside = row >= 0 && row < Rows && column >= 0 && column < Columns;
        int next = (row * Columns) + column;
        return isInside && cells[next] != MazeCell.Wall ? next : cell;
    }

    /// <summary>The end of a path that has come to a cell; null if it goes on.</summary>
    public PathEnd? EndAt(int cell) => cells[cell] switch
    {
        MazeCell.Goal => PathEnd.Goal,
        MazeCell.Monster => PathEnd.Monster,
        _ => null,
    };

    /// <summary>The sum of the rewards of some moves and of the end.</summary>
    public static double Return(int moves, PathEnd end) =>
        (MoveReward * moves) + end switch { PathEnd.Goal => GoalReward, PathEnd.Monster => MonsterReward, _ => 0 };

    /// <summary>Breadth-first search from the goal: all cells one move away, then all that are two moves away, and so on.</summary>
    private int[] DistancesTo(int goal)
    {
        int[] found = new int[cells.Length];
        Array.Fill(found, -1);
        found[goal] = 0;
        var toDo = new Queue<int>([goal]);
        while (toDo.TryDequeue(out int cell))
        {
            foreach (Move move in Enum.GetValues<Move>())
            {
                int neighbour = Next(cell, move); // moves can be taken back, so the distance is the same both ways
                if (found[neighbour] < 0 && cells[neighbour] != MazeCell.Monster)
                {
                    found[neighbour] = found[cell] + 1;
                    toDo.Enqueue(neighbour);
                }
            }
        }

        return found;
    }
}
