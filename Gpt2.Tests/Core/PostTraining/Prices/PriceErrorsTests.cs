// The errors of predicted prices against values computed by hand.

using Gpt2.Core;
using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining.Prices;

namespace Gpt2.Tests.Core.PostTraining.Prices;

public sealed class PriceErrorsTests
{
    [Fact]
    public void Of_ByHand()
    {
        // errors 10, 30, 50, 90: mean 45, squares 100 + 900 + 2500 + 8100; true mean 250, spread 22500 + 2500 + 2500 + 22500
        PriceErrors errors = PriceErrors.Of([new(100, 110), new(200, 170), new(300, 350), new(400, 310)]);

        errors.MeanAbsolute.Should().Be(45);
        errors.RootMeanSquare.Should().BeApproximately(Math.Sqrt(11600 / 4.0), 1e-12);
        errors.RSquared.Should().BeApproximately(1 - (11600.0 / 50000), 1e-12);
        errors.Lights.Should().Equal(3, 1, 0);
        errors.Low.Should().BeInRange(10, 45);
        errors.High.Should().BeInRange(45, 90);
    }

    [Theory]
    [InlineData(10, 49.9, "Green")]
    [InlineData(10, 50, "Orange")] // $40 is not less than $40
    [InlineData(500, 401, "Green")] // less than 20 %
    [InlineData(500, 400, "Orange")]
    [InlineData(10, 89.9, "Orange")]
    [InlineData(10, 90, "Red")]
    [InlineData(500, 301, "Orange")] // less than 40 %
    [InlineData(500, 300, "Red")]
    [InlineData(500, double.NaN, "Red")]
    public void Light_AtItsLimits(double price, double predicted, string light) =>
        new PricedPair(price, predicted).Light.ToString().Should().Be(light);

    [Fact]
    public void Of_ExactPredictions_HaveNoError()
    {
        PriceErrors errors = PriceErrors.Of([new(5, 5), new(7, 7)]);

        (errors.MeanAbsolute, errors.Low, errors.High, errors.RootMeanSquare, errors.RSquared).Should().Be((0, 0, 0, 0, 1));
    }

    [Fact]
    public void Of_EqualPrices_HaveNoRSquared() => PriceErrors.Of([new(5, 6), new(5, 4)]).RSquared.Should().Be(double.NaN);

    [Fact]
    public void Of_None_IsRefused() => FluentActions.Invoking(() => PriceErrors.Of([])).Should().Throw<Gpt2Exception>();

    [Fact]
    public void Interval_ManyErrors_IsThatOfTheNormalDistribution()
    {
        var random = new RandomGenerator(3);
        PricedPair[] pairs = [.. Enumerable.Range(0, 1000).Select(_ => new PricedPair(500, 500 + (100 * random.NextDouble())))];

        PriceErrors errors = PriceErrors.Of(pairs);

        double half = 1.96 * 100 / Math.Sqrt(12) / Math.Sqrt(1000); // a uniform number's deviation is its range / √12
        errors.Low.Should().BeApproximately(errors.MeanAbsolute - half, 0.3);
        errors.High.Should().BeApproximately(errors.MeanAbsolute + half, 0.3);
    }
}
