// The limits of the machine: numbers that make sense, whatever they are, and arguments that do not.

using Gpt2.Kernels;

namespace Gpt2.Tests.Kernels;

public sealed class MachineLimitsTests
{
    private readonly MachineLimits limits = new(4 * MachineLimits.MinBufferBytes);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void MeasurePeak_Threads_IsARateOfAMachine(int threads) => ShouldBeARate(limits.MeasurePeak(threads));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void MeasureReadBandwidth_Threads_IsARateOfAMachine(int threads)
    {
        // More often than the buffer is long: it begins again.
        for (int time = 0; time < 3; time++)
        {
            ShouldBeARate(limits.MeasureReadBandwidth(threads));
        }
    }

    [Fact]
    public void MeasureReadBandwidth_LeastBuffer_IsEnough() =>
        ShouldBeARate(new MachineLimits(MachineLimits.MinBufferBytes).MeasureReadBandwidth(2));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(257)]
    public void Threads_OutsideTheirRange_AreRefused(int threads)
    {
        limits.Invoking(limit => limit.MeasurePeak(threads))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage($"threads is {threads}, expected 1 to 256*");
        limits.Invoking(limit => limit.MeasureReadBandwidth(threads)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(MachineLimits.MinBufferBytes - 1L)]
    [InlineData(1L << 40)]
    public void Buffer_OfABadLength_IsRefused(long bytes) =>
        FluentActions.Invoking(() => new MachineLimits(bytes)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void VectorBits_IsAnExistingWidth() => MachineLimits.VectorBits.Should().BeOneOf(128, 256, 512);

    /// <summary>10⁹ per second: between what the slowest board and the largest server do, which a wrong unit is not.</summary>
    private static void ShouldBeARate(double rate) => rate.Should().BeInRange(0.05, 50_000);
}
