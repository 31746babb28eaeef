// The weights of the maze's network. A gradient has the same shapes, so it is one of these, too.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.PostTraining.Maze;

/// <summary>Two linear maps with their biases.</summary>
/// <param name="cells">The number of cells: the inputs.</param>
/// <param name="hidden">The number of hidden units.</param>
internal sealed class PolicyWeights(int cells, int hidden)
{
    /// <summary>For each cell its row: what the hidden units get when the walker is there, as an embedding is what a token gives.</summary>
    public double[] CellRows { get; } = new double[cells * hidden]; // [cells, hidden]

    public double[] HiddenBias { get; } = new double[hidden]; // [hidden]

    /// <summary>For each hidden unit, what it gives to each move.</summary>
    public double[] MoveRows { get; } = new double[hidden * GridWorld.Moves]; // [hidden, moves]

    public double[] MoveBias { get; } = new double[GridWorld.Moves]; // [moves]

    public int Cells => cells;

    public int Hidden => hidden;

    /// <summary>All of them, array by array.</summary>
    public double[][] Arrays => [CellRows, HiddenBias, MoveRows, MoveBias];

    /// <summary>
    /// Weights to begin with. Rows of cells are uniform in [−1, 1] and rows of moves so small that in every cell all four moves are about
    /// equally probable: the walker must try everything. Biases are 0.
    /// </summary>
    public static PolicyWeights Random(int cells, int hidden, RandomGenerator random)
    {
        var weights = new PolicyWeights(cells, hidden);
        double small = 0.1 / Math.Sqrt(hidden);
        FillUniform(weights.CellRows, 1, random);
        FillUniform(weights.MoveRows, small, random);
        return weights;
    }

    /// <summary>this ← this + factor · other.</summary>
    public void Add(PolicyWeights other, double factor)
    {
        foreach ((double[] mine, double[] its) in Arrays.Zip(other.Arrays))
        {
            for (int i = 0; i < mine.Length; i++)
            {
                mine[i] += factor * its[i];
            }
        }
    }

    private static void FillUniform(double[] values, double largest, RandomGenerator random)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = largest * ((2 * random.NextDouble()) - 1);
        }
    }
}
