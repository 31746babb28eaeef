// Measures what it costs to hand work of some ten microseconds to a second thread: the kernels' own team against what the
// runtime has. The work is arithmetic in registers, cut into eight parts, so that nothing but the handing over differs.

using BenchmarkDotNet.Attributes;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Benchmarks;

[MemoryDiagnoser]
public class ForkJoinBenchmarks : IDisposable
{
    private const int Parts = 8;
    private const int ThreadsOfTeam = 2;

    private readonly double[] results = new double[Parts * 16]; // a cache line and more for each
    private readonly ThreadTeam team = ThreadTeam.Of(ThreadsOfTeam);
    private readonly ParallelOptions options = new() { MaxDegreeOfParallelism = ThreadsOfTeam };
    private readonly CountdownEvent done = new(1);

    /// <summary>Steps of a part: some ten and some hundred microseconds for all parts on one thread.</summary>
    [Params(600, 6000)]
    public int Steps { get; set; }

    [Benchmark(Baseline = true)]
    public void OneThread()
    {
        for (int part = 0; part < Parts; part++)
        {
            Compute(part);
        }
    }

    [Benchmark]
    public void Team()
    {
        var job = new Job { Benchmarks = this };
        team.Run(ref job, Parts);
    }

    [Benchmark]
    public void ParallelFor() => Parallel.For(0, Parts, options, Compute);

    /// <summary>Half of the parts on a thread of the pool, the other half here.</summary>
    [Benchmark]
    public void Pool()
    {
        done.Reset(1);
        ThreadPool.UnsafeQueueUserWorkItem(
            static self =>
            {
                self.ComputeSome(Parts / 2, Parts);
                self.done.Signal();
            },
            this, preferLocal: false);
        ComputeSome(0, Parts / 2);
        done.Wait();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        done.Dispose();
        GC.SuppressFinalize(this);
    }

    private void ComputeSome(int first, int last)
    {
        for (int part = first; part < last; part++)
        {
            Compute(part);
        }
    }

    private void Compute(int part)
    {
        double value = part;
        for (int step = 0; step < Steps; step++)
        {
            value = (value * 0.999) + 1;
        }

        results[part * 16] = value;
    }

    private ref struct Job : IJob
    {
        public ForkJoinBenchmarks Benchmarks;

        public readonly void Run(int part) => Benchmarks.Compute(part);
    }
}
