// Threads for jobs of a few microseconds: workers look for the next job for a moment before they sleep. The parts of a
// job are handed out one by one, so which thread computes a part is left to chance; kernels are written so that this
// does not change a bit of the result. Of the kernels, only this file and Prefetch.cs have unsafe code: a job may hold
// spans, so it has to stay on its caller's stack, and workers access it there by its address. The caller waits for
// them, so the address stays valid.
//
// One word, the state, holds the number of the job, whether it is closed, and how many workers have joined it:
//
//                          a worker joins: + 1
//                          a worker leaves: − 1                      a worker leaves: − 1
//                               ┌─────┐                                    ┌─────┐
//                               ↓     │                                    ↓     │
//     ┌────────┐  Run        ┌───────────┐  no part is left to begin   ┌─────────────┐
//     │ closed │ ──────────→ │ open      │ ──────────────────────────→ │ closed      │
//     │ 0      │  next job   │ 0, 1, 2 … │  the caller closes it       │ … 2, 1, 0   │
//     └────────┘             └───────────┘                             └─────────────┘
//         ↑            0 joined: Run returns, its job may leave the stack     │
//         └───────────────────────────────────────────────────────────────────┘
//
//     ┌─────────┐  an open job that it has not been at: joins   ┌─────────┐
//     │ looking │ ────────────────────────────────────────────→ │ at work │     a worker
//     │         │ ←──────────────────────────────────────────── │         │
//     └─────────┘  no part is left to begin: leaves             └─────────┘
//       │     ↑
//       │     │ woken by Run
//       ↓     │
//     ┌─────────┐
//     │ asleep  │  after 100 µs without such a job
//     └─────────┘

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Gpt2.Kernels.Tuned;

/// <summary>Work divided into parts that may be done in any order and at the same time.</summary>
internal interface IJob
{
    /// <summary>Does one part, numbered from 0.</summary>
    public void Run(int part);
}

/// <summary>A number of threads, including the caller's, that do the parts of a job.</summary>
/// <remarks>
/// One job at a time: a job that arrives while another is running is done by its caller alone. Nothing is allocated per
/// job.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A team lives as long as the process.")]
internal sealed unsafe class ThreadTeam
{
    /// <summary>The maximum number of threads in a team.</summary>
    public const int MaxThreads = 256;

    // How long a worker looks for a job before it sleeps: 100 µs. Waking it costs the caller about 10 µs and takes 30
    // to 50 µs.
    private static readonly long AwakeTicks = Stopwatch.Frequency / 10_000;

    // How often the caller checks whether the others have finished before it lets other threads run: about 20 µs.
    private const int LooksBeforeYielding = 500;

    private const long Closed = 1L << 32;           // no more workers may join
    private const long NextJob = 1L << 33;          // the bits from here on count jobs, so that an old state is never mistaken
    private const long Joined = Closed - 1;         // the bits below hold how many workers have joined

    private static readonly ThreadTeam?[] Teams = new ThreadTeam?[MaxThreads + 1];
    private static readonly Lock TeamsLock = new();

    private readonly SemaphoreSlim wake = new(0);
    private Place state = new() { Value = Closed };
    private Place nextPart;
    private Place sleepers;
    private int busy;
    private void* job;
    private delegate*<void*, int, void> run;
    private int parts;
    private Exception? failure;

    private ThreadTeam(int threads)
    {
        Threads = threads;
        for (int worker = 1; worker < threads; worker++)
        {
            new Thread(Work) { IsBackground = true, Name = $"kernels {worker}" }.Start();
        }
    }

    public int Threads { get; }

    /// <summary>
    /// The team of a number of threads; created once and kept, since its workers cost nothing while they sleep.
    /// </summary>
    public static ThreadTeam Of(int threads)
    {
        if (threads is < 1 or > MaxThreads)
        {
            throw new ArgumentOutOfRangeException(nameof(threads), threads, $"threads is {threads}, expected 1 to {MaxThreads}");
        }

        lock (TeamsLock)
        {
            return Teams[threads] ??= new ThreadTeam(threads);
        }
    }

    /// <summary>The caller's thread only: for work that is not worth a second thread.</summary>
    public static ThreadTeam Alone { get; } = new(1);

    /// <summary>Does all parts of a job, and returns when they are done.</summary>
    public void Run<TJob>(ref TJob work, int partCount)
        where TJob : struct, IJob, allows ref struct
    {
        if (Threads == 1 || partCount < 2 || Interlocked.CompareExchange(ref busy, 1, 0) != 0)
        {
            for (int part = 0; part < partCount; part++)
            {
                work.Run(part);
            }

            return;
        }

        job = Unsafe.AsPointer(ref work);
        run = &RunPart<TJob>;
        parts = partCount;
        nextPart.Value = 0;
        Volatile.Write(ref state.Value, JobOf(state.Value) + NextJob); // opens it
        WakeSleepers();
        RunParts();
        Interlocked.Or(ref state.Value, Closed);
        for (int look = 0; (Volatile.Read(ref state.Value) & Joined) != 0; look++)
        {
            if (look < LooksBeforeYielding)
            {
                Thread.SpinWait(1);
            }
            else
            {
                Thread.Yield(); // there may be more threads than cores
            }
        }

        Exception? failed = Interlocked.Exchange(ref failure, null);
        Volatile.Write(ref busy, 0);
        if (failed is not null)
        {
            ExceptionDispatchInfo.Throw(failed);
        }
    }

    private static void RunPart<TJob>(void* job, int part)
        where TJob : struct, IJob, allows ref struct => Unsafe.AsRef<TJob>(job).Run(part);

    private void RunParts()
    {
        try
        {
            for (long part = Interlocked.Increment(ref nextPart.Value) - 1; part < parts; part = Interlocked.Increment(ref nextPart.Value) - 1)
            {
                run(job, (int)part);
            }
        }
        catch (Exception e) when (Remember(e))
        {
        }
    }

    /// <summary>Keeps the first failure for the caller and leaves no further part to do.</summary>
    private bool Remember(Exception e)
    {
        Interlocked.CompareExchange(ref failure, e, null);
        Volatile.Write(ref nextPart.Value, parts);
        return true;
    }

    private void WakeSleepers()
    {
        Interlocked.MemoryBarrier(); // a worker counts itself as asleep and then looks once more
        int asleep = (int)Math.Min(Volatile.Read(ref sleepers.Value), parts - 1);
        if (asleep > 0)
        {
            wake.Release(asleep);
        }
    }

    [DoesNotReturn]
    private void Work()
    {
        long last = 0;
        while (true)
        {
            last = WaitForJob(last);
            RunParts();
            Interlocked.Decrement(ref state.Value);
        }
    }

    /// <summary>Waits until this worker has joined an open job, and returns that job's number.</summary>
    /// <param name="last">The number of the job it has worked on last.</param>
    private long WaitForJob(long last)
    {
        long awakeUntil = Stopwatch.GetTimestamp() + AwakeTicks;
        while (true)
        {
            long seen = Volatile.Read(ref state.Value);
            if (IsNew(seen, last))
            {
                if (Interlocked.CompareExchange(ref state.Value, seen + 1, seen) == seen)
                {
                    return JobOf(seen);
                }
            }
            else if (Stopwatch.GetTimestamp() < awakeUntil)
            {
                Thread.SpinWait(1);
            }
            else
            {
                Interlocked.Increment(ref sleepers.Value);
                if (!IsNew(Volatile.Read(ref state.Value), last))
                {
                    wake.Wait();
                }

                Interlocked.Decrement(ref sleepers.Value);
                awakeUntil = Stopwatch.GetTimestamp() + AwakeTicks;
            }
        }
    }

    private static bool IsNew(long seen, long last) => (seen & Closed) == 0 && JobOf(seen) != last;

    private static long JobOf(long seen) => seen & ~(NextJob - 1);

    /// <summary>A number with a cache line to itself, since several threads write to it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Place
    {
        [FieldOffset(64)]
        public long Value;
    }
}
