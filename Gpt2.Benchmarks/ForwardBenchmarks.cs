// Measures the whole forward pass of a small random model: a further token when 63 are in the cache, and a prompt of 64
// tokens, on every rung and one thread. The column Allocated shows that a pass reuses its matrices.

using BenchmarkDotNet.Attributes;
using Gpt2.Benchmarks.Support;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;
using Gpt2.Core.Model.Layers;
using Gpt2.Kernels;

namespace Gpt2.Benchmarks;

[AgainstColumn(nameof(Rung), nameof(KernelRung.Scalar))]
[MemoryDiagnoser]
public class ForwardBenchmarks
{
    private const int Prompt = 64;

    private static readonly Gpt2Config Config = new(Vocabulary: 4096, Context: Prompt, Channels: 256, Heads: 4, Layers: 4);

    private readonly int[] ids = [.. Enumerable.Range(0, Prompt)];
    private readonly ForwardActivations activations = new(Config);
    private readonly KeyValueCache cache = new(Config, Prompt);
    private readonly Gpt2Weights weights = new(Config);
    private Gpt2Model? model;

    [ParamsAllValues]
    public KernelRung Rung { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        WeightInitialisation.Fill(weights, seed: 1);
        model = Gpt2Model.ForInference(weights, KernelSet.Create(Rung, threads: 1));
        PromptOf64();
    }

    /// <summary>All tokens at once, into an empty cache.</summary>
    [Benchmark]
    public void PromptOf64()
    {
        cache.Truncate(0);
        model!.Forward(ids, cache, activations);
    }

    /// <summary>The last token alone, with the others in the cache.</summary>
    [Benchmark]
    public void OneTokenStep()
    {
        cache.Truncate(Prompt - 1);
        model!.Forward(ids.AsSpan(Prompt - 1), cache, activations);
    }
}
