// Learning: what a group teaches, that a seed decides everything, and that the built-in maze is learned.

using Gpt2.Core;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Maze;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining.Maze;

public sealed class PolicyGradientTests
{
    private static readonly MazeSettings Standard = new(400, 32, 0.05, 0.05, 32, 100, 1);

    [Fact]
    public void Advantages_OfAGroupOfPaths_AddUpToZeroAndFavourTheBetterPaths()
    {
        double[] returns = [.. new PolicyGradient(GridWorld.BuiltIn, Standard).Sample(32).Select(path => path.Return)];

        double[] advantages = GroupLoss.Advantages(returns);

        returns.Distinct().Should().HaveCountGreaterThan(5);
        advantages.Sum().Should().BeApproximately(0, 1e-12);
        returns.Zip(advantages).Should().OnlyContain(pair => pair.Second > 0 == pair.First > returns.Average());
    }

    [Fact]
    public void GradientOf_EqualReturnsWithoutBonus_IsZero()
    {
        var learner = new PolicyGradient(GridWorld.BuiltIn, Standard with { Horizon = 1 });
        MazePath[] group = learner.Sample(8); // one move each, to nowhere

        group.Select(path => path.Return).Distinct().Should().ContainSingle();
        PolicyGradient.GradientOf(group, learner.Policy, 0).Arrays.Should().OnlyContain(array => array.All(slope => slope == 0));
        PolicyGradient.GradientOf(group, learner.Policy, 0.1).Arrays.Should().Contain(array => array.Any(slope => slope != 0));
    }

    [Fact]
    public void Learn_OneStep_MakesTheBetterPathMoreProbable()
    {
        GridWorld maze = GridWorldText.Parse("MSG\n...", "two ways");
        var learner = new PolicyGradient(maze, Standard with { EntropyBonus = 0 });
        double before = learner.Policy.Forward(maze.Start).Probabilities[(int)Move.Right];

        learner.Learn(learner.Sample(64));

        learner.Policy.Forward(maze.Start).Probabilities[(int)Move.Right].Should().BeGreaterThan(before);
    }

    [Fact]
    public void Paths_EndAtTheGoalAMonsterOrTheHorizon()
    {
        MazePath[] paths = new PolicyGradient(GridWorld.BuiltIn, Standard with { Horizon = 20 }).Sample(300);

        paths.Select(path => path.End).Distinct().Should().HaveCount(3);
        foreach (MazePath path in paths)
        {
            path.Cells.First().Should().Be(GridWorld.BuiltIn.Start);
            path.Cells.Take(path.Moves.Count).Should().OnlyContain(cell => GridWorld.BuiltIn[cell] == MazeCell.Floor);
            path.Moves.Count.Should().BeInRange(1, 20);
            (path.End == PathEnd.Horizon).Should().Be(GridWorld.BuiltIn.EndAt(path.Last) is null);
            (path.Moves.Count == 20 || path.End != PathEnd.Horizon).Should().BeTrue();
        }
    }

    [Fact]
    public void SameSeed_SameBits_OtherSeed_Others()
    {
        MazeSettings brief = Standard with { Steps = 40 };
        MazeRun first = Run(brief), second = Run(brief), other = Run(brief with { Seed = 2 });

        second.Curve.Should().Equal(first.Curve);
        Bits(second).Should().Equal(Bits(first));
        Bits(other).Should().NotEqual(Bits(first));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void BuiltInMaze_IsLearned(ulong seed)
    {
        MazeRun run = Run(Standard with { Seed = seed });

        run.Before.Figures.ToGoal.Should().BeLessThan(0.2, "before learning, paths rarely find the goal");
        run.Greedy.End.Should().Be(PathEnd.Goal);
        run.Greedy.Moves.Count.Should().BeInRange(10, 11);
        run.After.Figures.ToGoal.Should().BeGreaterThanOrEqualTo(0.95);
        run.After.Figures.Entropy.Should().BeLessThan(run.Before.Figures.Entropy);
        run.Curve.Should().HaveCount(400);
        run.Moments.Select(moment => moment.Step).Should().Equal(0, 50, 100, 400);
    }

    [Fact]
    public void WithoutEntropyBonus_ItLearnsToAvoidMonsters_AndNothingElse()
    {
        MazeRun run = Run(Standard with { EntropyBonus = 0, GroupSize = 16, Horizon = 50, Seed = 2 });

        run.After.Figures.ToMonster.Should().BeLessThan(0.02);
        run.After.Figures.ToGoal.Should().BeLessThan(0.02, "groups with equal returns teach nothing");
    }

    [Fact]
    public void Learn_RateFarTooHigh_SaysSo() =>
        FluentActions.Invoking(() => Run(Standard with { LearningRate = 1e300 }))
            .Should().Throw<Gpt2Exception>().With(found: "learning has diverged*", remedy: "lower --learning-rate");

    [Fact]
    public void Stretches_CoverEachStepOnce()
    {
        MazeRun run = Run(Standard with { Steps = 23, GroupSize = 2 });

        IReadOnlyList<(int First, int Last, GroupFigures Mean)> stretches = run.Stretches(10);

        stretches.SelectMany(stretch => Enumerable.Range(stretch.First, stretch.Last - stretch.First + 1)).Should().Equal(Enumerable.Range(0, 23));
        stretches[0].Mean.MeanReturn.Should().BeApproximately((run.Curve[0].MeanReturn + run.Curve[1].MeanReturn) / 2, 1e-12);
        run.Stretches(100).Select(stretch => stretch.Mean).Should().Equal(run.Curve);
    }

    private static MazeRun Run(MazeSettings settings) => MazeRun.Learn(GridWorld.BuiltIn, settings, null, CancellationToken.None);

    private static long[] Bits(MazeRun run) =>
        [.. run.After.Policy.SelectMany(pass => pass.Probabilities).Select(BitConverter.DoubleToInt64Bits)];
}
