// Work and limit in turns: the order, the means, and which round counts.

using Gpt2.Core.Measurement;

namespace Gpt2.Tests.Core.Measurement;

public sealed class InterleavingTests
{
    [Fact]
    public void Run_OneRound_TakesTheMeanOfTheLimitsBeside()
    {
        Compared compared = Interleaving.Run(1, work: 60, Each(10, 30), _ => 4);

        compared.Should().Be(new Compared(60, 4, 20, BestRatio: 0.75, LimitChange: 2));
        compared.Rate.Should().Be(15);
        compared.Ratio.Should().Be(0.75);
    }

    [Fact]
    public void Run_Rounds_MeasureTheLimitBeforeAndAfterEach()
    {
        var order = new List<string>();
        double Limit()
        {
            order.Add("limit");
            return 1;
        }

        Interleaving.Run(2, 1, Limit, piece =>
        {
            order.Add($"piece {piece}");
            return 1;
        }, pieces: 2);

        order.Should().Equal("limit", "piece 0", "limit", "piece 1", "limit", "piece 0", "limit", "piece 1", "limit");
    }

    [Fact]
    public void Run_Pieces_WeighTheirLimitsWithTheirTime()
    {
        // 1 s beside a limit of 10, 3 s beside one of 30: 100 units were possible.
        Compared compared = Interleaving.Run(1, work: 50, Each(10, 10, 50), piece => piece == 0 ? 1 : 3, pieces: 2);

        compared.Should().Be(new Compared(50, 4, 25, BestRatio: 0.5, LimitChange: 4));
        compared.Ratio.Should().Be(0.5);
    }

    [Theory]
    [InlineData(new double[] { 5, 1, 2 }, 2)]
    [InlineData(new double[] { 8, 1, 4, 2 }, 4)]
    [InlineData(new double[] { 8, 1, 4, 2, 9 }, 4)]
    public void Run_Rounds_GiveTheOneWithTheMedianRatio(double[] seconds, double expected)
    {
        int round = 0;

        Compared compared = Interleaving.Run(seconds.Length, 1, () => 1, _ => seconds[round++]);

        compared.Seconds.Should().Be(expected);
        compared.BestRatio.Should().Be(1, "one round took a second");
        compared.LimitChange.Should().Be(0);
    }

    [Fact]
    public void Run_FlippingMachine_KeepsTheRatio()
    {
        // The machine is half as fast in the second round and in the third: the ratio stays.
        int round = 0;
        double[] seconds = [1, 2, 2];

        Interleaving.Run(3, 5, Each(10, 10, 0, 10), _ => seconds[round++]).Ratio.Should().Be(0.5);
    }

    [Fact]
    public void Run_NoRoundOrPiece_IsRefused()
    {
        FluentActions.Invoking(() => Interleaving.Run(0, 1, () => 1, _ => 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Interleaving.Run(1, 1, () => 1, _ => 1, pieces: 0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static Func<double> Each(params double[] limits)
    {
        int next = 0;
        return () => limits[next++];
    }
}
