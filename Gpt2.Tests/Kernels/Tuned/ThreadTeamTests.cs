// The team of threads: every part exactly once whatever the numbers, failures, jobs within jobs and beside each other,
// workers that have gone to sleep, no allocations. The jobs are ref structs: ThreadTeam holds the address of a job, so
// none may be captured by a lambda and move with the heap.

using Gpt2.Kernels.Tuned;

namespace Gpt2.Tests.Kernels.Tuned;

public sealed class ThreadTeamTests
{
    /// <summary>A number of threads that no other test has, so that the team is never busy with another's job.</summary>
    private const int Unshared = 13;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(16)]
    public void Run_ManyJobs_DoesEveryPartOnce(int threads)
    {
        var team = ThreadTeam.Of(threads);
        Span<int> all = stackalloc int[41];
        for (int job = 0; job < 3000; job++)
        {
            int parts = job % 41;
            Span<int> counts = all[..parts];
            counts.Clear();
            var work = new Counting { Counts = counts };

            team.Run(ref work, parts);

            if (counts.ContainsAnyExcept(1))
            {
                throw new Xunit.Sdk.XunitException($"job {job} of {parts} parts: {string.Join(' ', counts.ToArray())}");
            }
        }
    }

    [Fact]
    public void Run_ManyParts_DoesEveryPartOnce()
    {
        int[] counts = new int[100_000];
        var work = new Counting { Counts = counts };

        ThreadTeam.Of(4).Run(ref work, counts.Length);

        counts.Should().OnlyContain(count => count == 1);
    }

    [Fact]
    public void Run_PartsThatWaitForEachOther_AreDoneAtTheSameTime()
    {
        // Also after a pause that sends all workers to sleep.
        foreach (int pause in (int[])[0, 300, 0])
        {
            Thread.Sleep(pause);
            int[] arrived = new int[1];
            var work = new Meeting { Arrived = arrived, Expected = Unshared };

            ThreadTeam.Of(Unshared).Run(ref work, Unshared);

            arrived[0].Should().Be(Unshared, "every thread of the team did one part");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_PartThatFails_TellsTheCallerAndLeavesTheTeamWhole(int threads)
    {
        var team = ThreadTeam.Of(threads);
        for (int at = 0; at < 20; at++)
        {
            Action run = () =>
            {
                var failing = new Failing { At = at };
                team.Run(ref failing, 20);
            };

            run.Should().Throw<InvalidOperationException>().WithMessage($"part {at}");
            int[] counts = new int[20];
            var work = new Counting { Counts = counts };
            team.Run(ref work, 20);
            counts.Should().OnlyContain(count => count == 1);
        }
    }

    [Fact]
    public void Run_AllPartsFail_TellsTheCallerOfOne()
    {
        Action run = () =>
        {
            var failing = new Failing { At = -1 };
            ThreadTeam.Of(3).Run(ref failing, 50);
        };

        run.Should().Throw<InvalidOperationException>().WithMessage("part *");
    }

    [Fact]
    public void Run_FromWithinAPart_DoesTheInnerJobsPartsOnce()
    {
        int[] counts = new int[8 * 10];
        var work = new Nesting { Team = ThreadTeam.Of(3), Counts = counts };

        ThreadTeam.Of(3).Run(ref work, 8);

        counts.Should().OnlyContain(count => count == 1);
    }

    [Fact]
    public async Task Run_FromManyThreads_DoesEveryPartOfEach()
    {
        var team = ThreadTeam.Of(3);
        Task<bool>[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            int[] counts = new int[17];
            bool right = true;
            for (int job = 0; job < 2000; job++)
            {
                Array.Clear(counts);
                var work = new Counting { Counts = counts };
                team.Run(ref work, counts.Length);
                right &= counts.All(count => count == 1);
            }

            return right;
        }))];

        (await Task.WhenAll(callers)).Should().OnlyContain(right => right);
    }

    [Fact]
    public void Run_InTheSteadyState_AllocatesNothing()
    {
        var team = ThreadTeam.Of(3);
        int[] counts = new int[6];
        RunJobs(team, counts, 200);

        long before = GC.GetAllocatedBytesForCurrentThread();
        RunJobs(team, counts, 1000);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(257)]
    public void Of_NumberOutOfRange_Throws(int threads) =>
        FluentActions.Invoking(() => ThreadTeam.Of(threads))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage($"threads is {threads}, expected 1 to 256*");

    [Fact]
    public void Of_SameNumber_IsTheSameTeam()
    {
        ThreadTeam.Of(3).Should().BeSameAs(ThreadTeam.Of(3));
        ThreadTeam.Of(3).Threads.Should().Be(3);
    }

    private static void RunJobs(ThreadTeam team, int[] counts, int jobs)
    {
        for (int job = 0; job < jobs; job++)
        {
            var work = new Counting { Counts = counts };
            team.Run(ref work, counts.Length);
        }
    }

    private ref struct Counting : IJob
    {
        public Span<int> Counts;

        public readonly void Run(int part) => Interlocked.Increment(ref Counts[part]);
    }

    private ref struct Failing : IJob
    {
        /// <summary>The part that fails; −1 for all.</summary>
        public int At;

        public readonly void Run(int part)
        {
            if (part == At || At < 0)
            {
                throw new InvalidOperationException($"part {part}");
            }
        }
    }

    private ref struct Nesting : IJob
    {
        public ThreadTeam Team;
        public int[] Counts;

        public readonly void Run(int part)
        {
            var inner = new Counting { Counts = Counts.AsSpan(part * 10, 10) };
            Team.Run(ref inner, 10);
        }
    }

    private ref struct Meeting : IJob
    {
        public int[] Arrived;
        public int Expected;

        public readonly void Run(int part)
        {
            Interlocked.Increment(ref Arrived[0]);
            DateTime late = DateTime.UtcNow.AddSeconds(30);
            while (Volatile.Read(ref Arrived[0]) < Expected && DateTime.UtcNow < late)
            {
                Thread.Yield();
            }

            if (Volatile.Read(ref Arrived[0]) < Expected)
            {
                throw new TimeoutException($"{Arrived[0]} of {Expected} threads have arrived");
            }
        }
    }
}
