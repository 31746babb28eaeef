// The network: by hand, and its gradients against finite differences.

using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Maze;

namespace Gpt2.Tests.Core.PostTraining.Maze;

public sealed class MazePolicyTests
{
    private const double Difference = 1e-5, Tolerance = 1e-7;

    [Fact]
    public void Forward_ByHand_IsSoftmaxOfTwoMaps()
    {
        var weights = new PolicyWeights(2, 2);
        ((double[])[9, 9, 1, -3]).CopyTo(weights.CellRows, 0); // cell 1 gives 1 and −3
        ((double[])[0.5, 1]).CopyTo(weights.HiddenBias, 0); // 1.5 and −2, of which relu leaves 1.5 and 0
        ((double[])[2, 0, 0, -1, 7, 7, 7, 7]).CopyTo(weights.MoveRows, 0);
        ((double[])[0, 1, 0, 0]).CopyTo(weights.MoveBias, 0); // logits 3, 1, 0, −1.5

        PolicyPass pass = new MazePolicy(weights).Forward(1);

        double sum = Math.Exp(3) + Math.Exp(1) + 1 + Math.Exp(-1.5);
        double[] expected = [Math.Exp(3) / sum, Math.Exp(1) / sum, 1 / sum, Math.Exp(-1.5) / sum];
        for (int move = 0; move < expected.Length; move++)
        {
            pass.Probabilities[move].Should().BeApproximately(expected[move], 1e-14);
            pass.LogProbabilities[move].Should().BeApproximately(Math.Log(expected[move]), 1e-13);
        }

        pass.Entropy.Should().BeApproximately(-expected.Sum(p => p * Math.Log(p)), 1e-13);
        pass.Best.Should().Be(Move.Up);
    }

    [Fact]
    public void Random_AtTheBeginning_AllMovesAreAboutEquallyProbable()
    {
        var policy = new MazePolicy(PolicyWeights.Random(36, 32, new RandomGenerator(3)));

        Enumerable.Range(0, 36).Select(policy.Forward).Should().OnlyContain(
            pass => pass.Entropy > 0.98 * Math.Log(4) && Math.Abs(pass.Probabilities.Sum() - 1) < 1e-14);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 5, 7)]
    [InlineData(3, 9, 4)]
    [InlineData(4, 3, 16)]
    public void Backward_RandomNetworks_IsTheFiniteDifference(ulong seed, int cells, int hidden)
    {
        var random = new RandomGenerator(seed);
        for (int round = 0; round < 5; round++)
        {
            var policy = new MazePolicy(Strong(cells, hidden, random));
            int cell = (int)(random.NextDouble() * cells);
            var taken = (Move)(int)(random.NextDouble() * GridWorld.Moves);
            double factor = random.NextNormal(), bonus = random.NextDouble();
            var gradient = new PolicyWeights(cells, hidden);
            policy.Backward(policy.Forward(cell), taken, factor, bonus, gradient);

            RequireSlopes(policy.Weights, gradient, () =>
            {
                PolicyPass pass = policy.Forward(cell);
                return (factor * pass.LogProbabilities[(int)taken]) + (bonus * pass.Entropy);
            });
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void GradientOf_AGroup_IsTheFiniteDifferenceOfItsWeightedLogProbabilities(double bonus)
    {
        GridWorld world = GridWorld.BuiltIn;
        var random = new RandomGenerator(11);
        var policy = new MazePolicy(Strong(world.Count, 4, random));
        MazePath[] group = [.. Enumerable.Range(0, 8).Select(_ => MazePath.Sample(world, policy, 60, random))];
        double[] advantages = GroupLoss.Advantages([.. group.Select(path => path.Return)]);
        advantages.Should().Contain(advantage => advantage != 0, "otherwise nothing is compared");

        RequireSlopes(policy.Weights, PolicyGradient.GradientOf(group, policy, bonus), () => group.Zip(advantages).Sum(pair =>
            pair.First.Moves.Sum(move =>
            {
                PolicyPass pass = policy.Forward(move.Pass.Cell);
                return ((pair.Second * pass.LogProbabilities[(int)move.Move]) + (bonus * pass.Entropy)) / group.Length;
            })));
    }

    /// <summary>Weights and biases so large that the probabilities differ.</summary>
    private static PolicyWeights Strong(int cells, int hidden, RandomGenerator random)
    {
        var weights = new PolicyWeights(cells, hidden);
        foreach (double[] array in weights.Arrays)
        {
            for (int i = 0; i < array.Length; i++)
            {
                array[i] = 0.7 * random.NextNormal();
            }
        }

        return weights;
    }

    private static void RequireSlopes(PolicyWeights weights, PolicyWeights gradient, Func<double> value)
    {
        gradient.Arrays.Should().Contain(array => array.Any(slope => slope != 0));
        foreach ((double[] array, double[] slopes) in weights.Arrays.Zip(gradient.Arrays))
        {
            for (int i = 0; i < array.Length; i++)
            {
                double before = array[i];
                array[i] = before + Difference;
                double above = value();
                array[i] = before - Difference;
                double below = value();
                array[i] = before;
                slopes[i].Should().BeApproximately((above - below) / (2 * Difference), Tolerance * (1 + Math.Abs(slopes[i])));
            }
        }
    }
}
