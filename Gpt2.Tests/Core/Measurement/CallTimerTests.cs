// Timing calls, with a clock that only calls move.

using Gpt2.Core.Measurement;

namespace Gpt2.Tests.Core.Measurement;

public sealed class CallTimerTests
{
    private double now = 100;
    private int calls;

    [Fact]
    public void SecondsPerCall_ShortCalls_AreRepeatedUntilARunIsLongEnough()
    {
        double seconds = Timer(new Effort(Runs: 3, MinRunSeconds: 0.5, MaxSeconds: 10)).SecondsPerCall(Taking(0.125));

        seconds.Should().Be(0.125);
        calls.Should().Be(3 * 4);
    }

    [Fact]
    public void SecondsPerCall_LongCalls_EndWhenTheTimeIsOver()
    {
        double seconds = Timer(new Effort(Runs: 5, MaxSeconds: 4)).SecondsPerCall(Taking(2));

        seconds.Should().Be(2);
        calls.Should().Be(2);
    }

    [Fact]
    public void SecondsPerCall_AVeryLongCall_IsMadeOnce()
    {
        Timer(new Effort(Runs: 5, MaxSeconds: 1)).SecondsPerCall(Taking(300)).Should().Be(300);

        calls.Should().Be(1);
    }

    [Fact]
    public void SecondsPerCall_ADisturbedRun_DoesNotCount()
    {
        double[] seconds = [1, 1, 64, 1, 1];

        Timer(new Effort(Runs: 5, MinRunSeconds: 0, MaxSeconds: 1000)).SecondsPerCall(() => now += seconds[calls++]).Should().Be(1);
    }

    [Fact]
    public void SecondsOnce_ACall_IsMadeOnce()
    {
        Timer(new Effort()).SecondsOnce(Taking(0.25)).Should().Be(0.25);

        calls.Should().Be(1);
    }

    [Fact]
    public void SecondsOnce_SystemClock_RunsForwards() =>
        new CallTimer(new Effort()).SecondsOnce(() => { }).Should().BeGreaterThanOrEqualTo(0);

    private CallTimer Timer(Effort effort) => new(effort, () => now);

    private Action Taking(double seconds) => () =>
    {
        calls++;
        now += seconds;
    };
}
