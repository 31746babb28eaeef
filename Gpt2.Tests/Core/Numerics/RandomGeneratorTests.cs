// The random numbers: bits as xoshiro256** seeded by SplitMix64 gives them (computed by a separate program from the
// published definitions), and the shape of the uniform and normal distributions on fixed seeds.

using Gpt2.Core.Numerics;

namespace Gpt2.Tests.Core.Numerics;

public sealed class RandomGeneratorTests
{
    private const int Draws = 1_000_000;

    [Theory]
    [InlineData(0ul, 0x99ec5f36cb75f2b4, 0xbf6e1f784956452a, 0x1a5f849d4933e6e0, 0x6aa594f1262d2d2c)]
    [InlineData(1ul, 0xb3f2af6d0fc710c5, 0x853b559647364cea, 0x92f89756082a4514, 0x642e1c7bc266a3a7)]
    [InlineData(42ul, 0x15780b2e0c2ec716, 0x6104d9866d113a7e, 0xae17533239e499a1, 0xecb8ad4703b360a1)]
    [InlineData(ulong.MaxValue, 0x8f5520d52a7ead08, 0xc476a018caa1802d, 0x81de31c0d260469e, 0xbf658d7e065f3c2f)]
    public void NextBits_KnownSeed_GivesThePublishedSequence(ulong seed, ulong first, ulong second, ulong third, ulong fourth)
    {
        var generator = new RandomGenerator(seed);

        new[] { generator.NextBits(), generator.NextBits(), generator.NextBits(), generator.NextBits() }
            .Should().Equal(first, second, third, fourth);
    }

    [Fact]
    public void NextBits_ThousandthOfSeedSeven_IsThePublishedOne()
    {
        var generator = new RandomGenerator(7);
        for (int i = 0; i < 999; i++)
        {
            generator.NextBits();
        }

        generator.NextBits().Should().Be(0xd8df721ab4271195);
    }

    [Fact]
    public void NextDouble_KnownSeed_IsTheUpper53Bits()
    {
        var generator = new RandomGenerator(0);

        generator.NextDouble().Should().Be(0.6012629994179048);
        generator.NextDouble().Should().Be(0.7477740925472398);
    }

    [Fact]
    public void NextDouble_ManyDraws_AreUniformInZeroToOne()
    {
        var generator = new RandomGenerator(11);
        var perTenth = new int[10];
        for (int i = 0; i < Draws; i++)
        {
            double value = generator.NextDouble();
            perTenth[(int)Math.Floor(value * 10)]++; // out of bounds unless in [0, 1)
        }

        // Standard deviation of a count is 300; five of them.
        perTenth.Should().OnlyContain(count => Math.Abs(count - (Draws / 10)) < 1500);
    }

    [Fact]
    public void NextNormal_ManyDraws_HaveTheMomentsOfANormalDistribution()
    {
        double[] values = Normals(12);

        double mean = values.Average();
        double variance = values.Average(x => (x - mean) * (x - mean));
        double skewness = values.Average(x => Math.Pow((x - mean) / Math.Sqrt(variance), 3));
        double kurtosis = values.Average(x => Math.Pow((x - mean) / Math.Sqrt(variance), 4));

        // Five standard errors: 1/√n, √(2/n), √(6/n), √(24/n).
        mean.Should().BeApproximately(0, 0.005);
        variance.Should().BeApproximately(1, 0.0071);
        skewness.Should().BeApproximately(0, 0.0123);
        kurtosis.Should().BeApproximately(3, 0.0245);
    }

    [Theory]
    [InlineData(0.5, 0.3085375)]
    [InlineData(1, 0.1586553)]
    [InlineData(2, 0.0227501)]
    [InlineData(3, 0.0013499)]
    [InlineData(4, 0.0000317)]
    public void NextNormal_ManyDraws_HaveTheTailsOfANormalDistribution(double bound, double fraction)
    {
        double[] values = Normals(13);
        double fiveErrors = 5 * Math.Sqrt(fraction * (1 - fraction) / Draws);

        (values.Count(x => x > bound) / (double)Draws).Should().BeApproximately(fraction, fiveErrors);
        (values.Count(x => x < -bound) / (double)Draws).Should().BeApproximately(fraction, fiveErrors);
    }

    [Fact]
    public void NextNormal_ConsecutiveDraws_AreUncorrelated()
    {
        double[] values = Normals(14);

        double product = 0;
        for (int i = 1; i < values.Length; i++)
        {
            product += values[i - 1] * values[i];
        }

        (product / Draws).Should().BeApproximately(0, 0.005);
    }

    [Fact]
    public void Generator_SameSeed_GivesTheSameSequence()
    {
        (RandomGenerator first, RandomGenerator second) = (new RandomGenerator(5), new RandomGenerator(5));
        for (int i = 0; i < 1000; i++)
        {
            first.NextNormal().Should().Be(second.NextNormal());
            first.NextDouble().Should().Be(second.NextDouble());
            first.NextBits().Should().Be(second.NextBits());
        }
    }

    [Fact]
    public void Generator_DifferentSeeds_GiveDifferentSequences() =>
        Enumerable.Range(0, 1000).Select(seed => new RandomGenerator((ulong)seed).NextBits()).Should().OnlyHaveUniqueItems();

    private static double[] Normals(ulong seed)
    {
        var generator = new RandomGenerator(seed);
        var values = new double[Draws];
        for (int i = 0; i < Draws; i++)
        {
            values[i] = generator.NextNormal();
        }

        return values;
    }
}
