// Measures one row by weights that no cache holds, as every generated token needs them: memory is the limit. Copies of
// the weights follow one another, so that a call never finds its own in the caches.

using BenchmarkDotNet.Attributes;
using Gpt2.Benchmarks.Support;
using Gpt2.Core.Measurement;

namespace Gpt2.Benchmarks;

[LimitColumns]
[AgainstColumn(nameof(By), Products.OpenBlasName)]
[AgainstColumn(nameof(By), Products.OnnxRuntimeName)]
public class OneRowBenchmarks : LimitedBenchmarks
{
    private const long CopiesBytes = 1L << 28; // as much as the limit is measured on

    private Products[] copies = [];
    private int next;

    /// <summary>The widest product of a block and the language head, of GPT-2 small and of the default model.</summary>
    [Params("1x768x3072", "1x768x50257", "1x128x512", "1x128x2048")]
    public string Shape { get; set; } = "";

    /// <summary>Who computes, with how many threads.</summary>
    [ParamsSource(nameof(Everyone))]
    public string By { get; set; } = "";

    public static IEnumerable<string> Everyone => Products.All(withMathNet: false);

    protected override int ThreadsOfCase => ThreadCount.Split(By).Threads;

    public override CallWork WorkOf(string method)
    {
        Work work = ProductShape.Parse(Shape).Work;
        return new CallWork(work.Operations, Bytes: 2 * work.Operations, ReadsMemory: true); // two operations per weight of four bytes
    }

    [GlobalSetup]
    public void Setup()
    {
        var shape = ProductShape.Parse(Shape);
        long bytes = sizeof(float) * (long)shape.Inner * shape.Columns;
        copies = [.. Enumerable.Range(0, (int)Math.Max(1, CopiesBytes / bytes)).Select(_ => Products.Create(By, shape))];
        copies[0].RequireSameAsTuned(those => those.Packed());
        MeasureLimits();
    }

    [Benchmark]
    public void Packed()
    {
        copies[next].Packed();
        next = next + 1 == copies.Length ? 0 : next + 1;
    }
}
