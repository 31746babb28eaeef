// Speed and time left, from made-up times.

using System.Diagnostics;
using Gpt2.Cli.Output;
using Gpt2.Core.Weights.Download;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public class TransferRateTests
{
    [Fact]
    public void Describe_SteadyTransfer_ShowsSpeedAndTimeLeft()
    {
        using var culture = new DecimalCommaCulture();
        var rate = new TransferRate();
        for (int second = 0; second <= 10; second++)
        {
            rate.Add(second * 10_000_000, Time(second));
        }

        rate.BytesPerSecond.Should().BeApproximately(10_000_000, 1);
        rate.Describe(new TransferProgress("f", 100_000_000, 548_000_000)).Should().Be("100.0 MB of 548.0 MB  10.0 MB/s  0:45 left");
        rate.Describe(new TransferProgress("f", 100_000_000, 100_000_000_000)).Should().EndWith("  2:46:30 left");
        rate.Describe(new TransferProgress("f", 100_000_000, null)).Should().Be("100.0 MB  10.0 MB/s");
    }

    [Fact]
    public void Describe_Resumed_DoesNotCountWhatWasThere()
    {
        var rate = new TransferRate();
        rate.Add(400_000_000, Time(0));
        rate.Describe(new TransferProgress("f", 400_000_000, 500_000_000)).Should().Be("400.0 MB of 500.0 MB");
        rate.Add(410_000_000, Time(1));

        rate.BytesPerSecond.Should().BeApproximately(10_000_000, 1);
    }

    [Fact]
    public void BytesPerSecond_BegunAnewOrStalled_FollowsTheLastSeconds()
    {
        var rate = new TransferRate();
        rate.Add(0, Time(0));
        rate.Add(100_000_000, Time(1));
        rate.Add(0, Time(2));
        rate.BytesPerSecond.Should().BeNull("it was restarted");
        rate.Add(1_000_000, Time(3));
        rate.BytesPerSecond.Should().BeApproximately(1_000_000, 1);
        rate.Add(1_000_000, Time(20));

        rate.BytesPerSecond.Should().BeNull("nothing came in the last seconds");
    }

    private static long Time(double seconds) => (long)(seconds * Stopwatch.Frequency);
}
