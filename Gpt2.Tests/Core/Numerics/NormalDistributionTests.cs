// The normal distribution against the values of tables.

using Gpt2.Core.Numerics;

namespace Gpt2.Tests.Core.Numerics;

public sealed class NormalDistributionTests
{
    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1, 0.841344746068543)]
    [InlineData(1.959963984540054, 0.975)]
    [InlineData(-1, 0.158655253931457)]
    [InlineData(-3, 0.001349898031630)]
    [InlineData(5, 0.999999713348428)]
    [InlineData(9, 1)]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(double.NegativeInfinity, 0)]
    public void Cumulative_IsThatOfTheTables(double x, double expected) =>
        NormalDistribution.Cumulative(x).Should().BeApproximately(expected, 1e-14);
}
