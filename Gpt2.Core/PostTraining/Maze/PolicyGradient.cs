// Policy gradient: walk several paths, compare their returns, and make the moves of the better ones more probable. No one says which move
// was right, only how each whole path ended.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.PostTraining.Maze;

/// <summary>What can be chosen about learning.</summary>
/// <param name="Steps">How often the weights are changed.</param>
/// <param name="GroupSize">Paths for each step, at least 2.</param>
/// <param name="LearningRate">The factor of the gradient.</param>
/// <param name="EntropyBonus">How much the entropy counts beside the advantage: without it, what is not tried any more is forgotten.</param>
/// <param name="Hidden">Hidden units of the network.</param>
/// <param name="Horizon">The largest number of moves of a path.</param>
/// <param name="Seed">Decides the first weights and every move that is drawn.</param>
internal sealed record MazeSettings(int Steps, int GroupSize, double LearningRate, double EntropyBonus, int Hidden, int Horizon, ulong Seed);

/// <summary>The figures of a group of paths.</summary>
/// <param name="MeanReturn">The mean of their returns.</param>
/// <param name="ToGoal">The share that reaches the goal.</param>
/// <param name="ToMonster">The share that meets a monster.</param>
/// <param name="MeanMoves">The mean of their lengths.</param>
/// <param name="Entropy">The mean entropy of the policy over their moves, in nats.</param>
internal readonly record struct GroupFigures(double MeanReturn, double ToGoal, double ToMonster, double MeanMoves, double Entropy)
{
    public static GroupFigures Of(IReadOnlyList<MazePath> paths) => new(
        paths.Average(path => path.Return),
        paths.Average(path => path.End == PathEnd.Goal ? 1.0 : 0),
        paths.Average(path => path.End == PathEnd.Monster ? 1.0 : 0),
        paths.Average(path => (double)path.Moves.Count),
        paths.SelectMany(path => path.Moves).Average(move => move.Pass.Entropy));

    /// <summary>The means of some groups of the same size.</summary>
    public static GroupFigures Mean(IReadOnlyList<GroupFigures> groups) => new(
        groups.Average(group => group.MeanReturn), groups.Average(group => group.ToGoal), groups.Average(group => group.ToMonster),
        groups.Average(group => group.MeanMoves), groups.Average(group => group.Entropy));
}

/// <summary>
/// REINFORCE (Williams, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning", 1992), with the mean of
/// a group as its baseline. All G paths of a group begin at the start; path g has the advantage A_g = (return − mean) / (deviation + 10⁻⁴), as
/// in GRPO, and weights ← weights + rate · (1/G) Σ_g Σ_t ∂(A_g · ln π(move_t | cell_t) + bonus · entropy(cell_t)) / ∂weights.
/// </summary>
internal sealed class PolicyGradient
{
    private readonly GridWorld world;
    private readonly MazeSettings settings;
    private readonly RandomGenerator random;

    public PolicyGradient(GridWorld world, MazeSettings settings)
    {
        this.world = world;
        this.settings = settings;
        random = new RandomGenerator(settings.Seed);
        Policy = new MazePolicy(PolicyWeights.Random(world.Count, settings.Hidden, random));
    }

    public MazePolicy Policy { get; }

    /// <summary>Paths of the policy as it is.</summary>
    public MazePath[] Sample(int paths)
    {
        var sampled = new MazePath[paths];
        for (int path = 0; path < paths; path++)
        {
            sampled[path] = MazePath.Sample(world, Policy, settings.Horizon, random);
        }

        return sampled;
    }

    /// <summary>The path of the most probable moves.</summary>
    public MazePath Greedy() => MazePath.Greedy(world, Policy, settings.Horizon);

    /// <summary>Learns from a group that the policy has just walked.</summary>
    /// <exception cref="Gpt2Exception">The weights are not finite any more.</exception>
    public void Learn(MazePath[] group)
    {
        Policy.Weights.Add(GradientOf(group, Policy, settings.EntropyBonus), settings.LearningRate);
        if (!Policy.Weights.Arrays.All(array => array.All(double.IsFinite)))
        {
            throw new Gpt2Exception("learning has diverged: a weight is not finite") { Remedy = "lower --learning-rate" };
        }
    }

    /// <summary>
    /// (1/G) Σ_g Σ_t ∂(A_g · ln π(move_t | cell_t) + bonus · entropy(cell_t)) / ∂weights. If all returns are equal, only the bonus is left.
    /// </summary>
    public static PolicyWeights GradientOf(MazePath[] group, MazePolicy policy, double entropyBonus)
    {
        var gradient = new PolicyWeights(policy.Weights.Cells, policy.Weights.Hidden);
        double[] advantages = GroupLoss.Advantages([.. group.Select(path => path.Return)]);
        foreach ((MazePath path, double advantage) in group.Zip(advantages))
        {
            foreach ((PolicyPass pass, Move move) in path.Moves)
            {
                policy.Backward(pass, move, advantage / group.Length, entropyBonus / group.Length, gradient);
            }
        }

        return gradient;
    }
}
