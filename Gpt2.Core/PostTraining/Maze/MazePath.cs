// A path through a maze: what a policy does from the start until the end. A completion of a language model is the same, with tokens as moves.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.PostTraining.Maze;

/// <summary>A path.</summary>
/// <param name="Moves">For each move the forward pass in the cell where it was chosen, and the move.</param>
/// <param name="Last">The cell in which the path ends.</param>
/// <param name="End">How it ends.</param>
internal sealed record MazePath(IReadOnlyList<(PolicyPass Pass, Move Move)> Moves, int Last, PathEnd End)
{
    /// <summary>The sum of its rewards.</summary>
    public double Return => GridWorld.Return(Moves.Count, End);

    /// <summary>The cells that it goes through, from the start to the last; a move against a wall repeats one.</summary>
    public IEnumerable<int> Cells => Moves.Select(move => move.Pass.Cell).Append(Last);

    /// <summary>Walks from the start until the end, each move drawn with its probability.</summary>
    /// <param name="world">The maze.</param>
    /// <param name="policy">Who walks.</param>
    /// <param name="horizon">The largest number of moves.</param>
    /// <param name="random">A number is drawn for each move.</param>
    public static MazePath Sample(GridWorld world, MazePolicy policy, int horizon, RandomGenerator random) =>
        Walk(world, policy, horizon, pass => Drawn(pass.Probabilities, random.NextDouble()));

    /// <summary>The same, each move the most probable one.</summary>
    public static MazePath Greedy(GridWorld world, MazePolicy policy, int horizon) => Walk(world, policy, horizon, pass => pass.Best);

    private static MazePath Walk(GridWorld world, MazePolicy policy, int horizon, Func<PolicyPass, Move> choose)
    {
        var moves = new List<(PolicyPass, Move)>();
        int cell = world.Start;
        PathEnd? end = null;
        while (end is null)
        {
            PolicyPass pass = policy.Forward(cell);
            Move move = choose(pass);
            moves.Add((pass, move));
            cell = world.Next(cell, move);
            end = world.EndAt(cell) ?? (moves.Count == horizon ? PathEnd.Horizon : null);
        }

        return new MazePath(moves, cell, end.Value);
    }

    /// <summary>The moves share 0 to 1, each as much as it is probable; where the random number falls, that move is drawn.</summary>
    private static Move Drawn(double[] probabilities, double random)
    {
        double below = 0;
        for (int move = 0; move < probabilities.Length - 1; move++)
        {
            below += probabilities[move];
            if (random < below)
            {
                return (Move)move;
            }
        }

        return (Move)(probabilities.Length - 1);
    }
}
