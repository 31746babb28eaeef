// The losses by hand, at their limits, and their gradients against finite differences on random shapes. They are computed in
// double precision, so differences agree to 1e-6.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Core;
using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining;

public class TokenLossTests
{
    private static readonly Gen<(int Pairs, ulong Seed)> Cases =
        from pairs in Gen.Choose(1, 4)
        from seed in Gen.Choose(1, 10000)
        select (pairs, (ulong)seed);

    [Fact]
    public void SupervisedLoss_ByHand_IsTheMeanOfWhatCounts()
    {
        TokenLoss loss = SupervisedLoss.Of([[-1, -2], [-6]], counted: 4); // a fourth token is in another part of the batch

        loss.Loss.Should().Be(9.0 / 4);
        loss.Gradient.SelectMany(gradient => gradient).Should().Equal(-0.25, -0.25, -0.25);
    }

    [Fact]
    public void PreferenceLoss_PolicyLikeReference_IsLogTwo()
    {
        PreferenceResult result = new PreferenceLoss(0.5).Of([[-1, -2], [-4]], [-3, -4], pairs: 1);

        result.Margins.Should().Equal(0);
        result.Loss.Should().BeApproximately(Math.Log(2), 1e-15);
        result.Gradient.SelectMany(gradient => gradient).Should().Equal(-0.25, -0.25, 0.25);
    }

    [Fact]
    public void Advantages_ByHand_AreDeviationsFromTheMean() =>
        GoldenValues.AssertClose(GroupLoss.Advantages([1, 3, 2]), [-1 / 1.0001, 1 / 1.0001, 0], "advantages", 1e-12, 1e-12);

    [Fact]
    public void Advantages_EqualRewards_AreZero()
    {
        GroupLoss.Advantages([0.1, 0.1, 0.1]).Should().Equal(0, 0, 0); // their mean is not 0.1 in floating point
        GroupLoss.Advantages([7]).Should().Equal(0);
        GroupLoss.Advantages([]).Should().BeEmpty();
    }

    [Theory]
    [InlineData(1.5, 2, 1.2 * 2, 0)]             // above the clip and good: no further
    [InlineData(1.5, -2, 1.5 * -2, 1.5 * -2)]    // above the clip and bad: back
    [InlineData(0.5, 2, 0.5 * 2, 0.5 * 2)]
    [InlineData(0.5, -2, 0.8 * -2, 0)]
    [InlineData(1.1, 2, 1.1 * 2, 1.1 * 2)]
    public void GroupLoss_RatioInsideAndOutsideTheClip_IsClippedInTheDirectionOfTheAdvantage(
        double ratio, double advantage, double gain, double slope)
    {
        GroupResult result = new GroupLoss(0.2, KlCoefficient: 0).Of([[Math.Log(ratio) - 3]], [[-3]], [[-1]], [advantage], completions: 1);

        result.Loss.Should().BeApproximately(-gain, 1e-12);
        result.Gradient[0][0].Should().BeApproximately(-slope, 1e-12);
    }

    [Fact]
    public void GroupLoss_NoAdvantageAndReferenceLikePolicy_HasNoLossAndNoGradient()
    {
        GroupResult result = new GroupLoss().Of([[-1, -2]], [[-800, -5]], [[-1, -2]], [0], completions: 1);

        result.Loss.Should().Be(0);
        result.Gradient[0].Should().OnlyContain(gradient => gradient == 0);
    }

    [Fact]
    public void Gradients_RandomShapes_EqualFiniteDifferences() => SeededProperty.Holds(Cases, sample =>
    {
        var random = new RandomGenerator(sample.Seed);
        double[][] Logs(double[][]? like, double deviation) => [.. Enumerable.Range(0, 2 * sample.Pairs).Select(i =>
            Enumerable.Range(0, like?[i].Length ?? 1 + (int)(5 * random.NextDouble()))
                .Select(token => (like?[i][token] ?? -4) + (deviation * random.NextNormal())).ToArray())];
        double[][] policy = Logs(null, 1), old = Logs(policy, 0.3), reference = Logs(policy, 0.5);
        double[] sums = [.. reference.Select(tokens => tokens.Sum())];
        double[] advantages = GroupLoss.Advantages([.. policy.Select(_ => random.NextNormal())]);

        AssertGradient(policy, logs => SupervisedLoss.Of(logs, 17).Loss, SupervisedLoss.Of(policy, 17).Gradient);
        var preference = new PreferenceLoss(0.3);
        AssertGradient(policy, logs => preference.Of(logs, sums, 5).Loss, preference.Of(policy, sums, 5).Gradient);
        var group = new GroupLoss();
        AssertGradient(
            policy, logs => group.Of(logs, old, reference, advantages, 9).Loss, group.Of(policy, old, reference, advantages, 9).Gradient);
        AssertGradient([sums], rewards => RewardLoss.Of(rewards[0], 5).Loss, [RewardLoss.Of(sums, 5).Gradient]);
    });

    [Theory]
    [InlineData(2000, 0)]
    [InlineData(-2000, 2000)]
    [InlineData(-40, 40)]
    public void RewardLoss_LargeMargins_StaysFiniteAndExact(double margin, double expected)
    {
        (double loss, double[] gradient) = RewardLoss.Of([margin, 0], pairs: 1);

        loss.Should().BeApproximately(expected, 1e-12);
        gradient.Should().Equal(margin > 0 ? 0 : -1, margin > 0 ? 0 : 1).And.OnlyContain(value => double.IsFinite(value));
        new PreferenceLoss(1).Of([[margin], [0]], [0, 0], 1).Loss.Should().Be(loss);
    }

    [Theory]
    [InlineData(40, 4.248354255291589e-18)] // e^−40: 1 + e^−40 has no digit of it
    [InlineData(0, 0.6931471805599453)]
    [InlineData(-3, 3.048587351573742)]
    public void MinusLogSigmoid_Values_KeepTheirDigits(double x, double expected)
    {
        Logistic.MinusLogSigmoid(x).Should().BeApproximately(expected, 1e-14 * expected);
        Logistic.Sigmoid(x).Should().BeApproximately(Math.Exp(-expected), 1e-14);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Losses_NumbersNotFinite_AreRefused(double value)
    {
        Action[] losses =
        [
            () => SupervisedLoss.Of([[-1, value]], 2),
            () => new PreferenceLoss().Of([[value], [value]], [0, 0], 1),
            () => new GroupLoss().Of([[value]], [[-1]], [[-1]], [1], 1),
            () => new GroupLoss().Of([[-1]], [[-1]], [[value]], [0], 1),
            () => RewardLoss.Of([value, value], 1),
            () => GroupLoss.Advantages([0, value]),
        ];
        foreach (Action loss in losses)
        {
            loss.Should().Throw<Gpt2Exception>();
        }
    }

    [Fact]
    public void Losses_ListsThatDoNotGoTogether_AreRefused()
    {
        Action[] losses =
        [
            () => new PreferenceLoss().Of([[-1]], [0], 1),
            () => new PreferenceLoss().Of([[-1], [-1]], [0], 1),
            () => new GroupLoss().Of([[-1]], [[-1, -1]], [[-1]], [0], 1),
            () => new GroupLoss().Of([[-1]], [[-1]], [[-1]], [0, 0], 1),
            () => RewardLoss.Of([1], 1),
            () => SupervisedLoss.Of([[-1]], 0),
        ];
        foreach (Action loss in losses)
        {
            loss.Should().Throw<ArgumentException>();
        }
    }

    private static void AssertGradient(double[][] values, Func<double[][], double> loss, double[][] gradient)
    {
        const double Step = 1e-5;
        for (int i = 0; i < values.Length; i++)
        {
            for (int j = 0; j < values[i].Length; j++)
            {
                double At(double shift)
                {
                    double[][] moved = [.. values.Select(row => row.ToArray())];
                    moved[i][j] += shift;
                    return loss(moved);
                }

                gradient[i][j].Should().BeApproximately((At(Step) - At(-Step)) / (2 * Step), 1e-6);
            }
        }
    }
}
