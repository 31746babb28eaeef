// Measures the language head of GPT-2 small on one token and one thread: 154 MB of weights, each read once and used once,
// so that GB/s is the memory's limit as soon as the arithmetic is not. The weights are as a model for prediction has them: one
// row per token, and packed on the Tuned rung.

using BenchmarkDotNet.Attributes;
using Gpt2.Benchmarks.Support;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Kernels.MatMul;

namespace Gpt2.Benchmarks;

[AgainstColumn(nameof(Rung), nameof(KernelRung.Scalar))]
[LimitColumns]
public class HeadBenchmarks : LimitedBenchmarks
{
    private const int Channels = 768;
    private const int Vocabulary = 50257;

    private KernelSet kernels = KernelSet.Create(KernelRung.Scalar);
    private float[] hiddenState = [];   // [1, channels]
    private Memory<float> embedding;    // [vocabulary, channels], or its panels
    private float[] logits = [];        // [1, vocabulary]

    [ParamsAllValues]
    public KernelRung Rung { get; set; }

    protected override int ThreadsOfCase => 1;

    public override CallWork WorkOf(string method) => CallWork.Floats((double)Vocabulary * Channels);

    [GlobalSetup]
    public void Setup()
    {
        var random = new RandomGenerator(1);
        kernels = KernelSet.Create(Rung, threads: 1);
        hiddenState = RandomArrays.Normal(Channels, random);
        float[] rows = RandomArrays.Normal(Vocabulary * Channels, random);
        embedding = rows;
        if (Rung == KernelRung.Tuned)
        {
            embedding = CacheAligned.Allocate(WeightPanels.Length(Channels, Vocabulary), zeroed: false);
            WeightPanels.PackTransposed(rows, Channels, Vocabulary, embedding.Span);
        }

        logits = new float[Vocabulary];
        MeasureLimits();
    }

    [Benchmark]
    public void Head()
    {
        if (Rung == KernelRung.Tuned)
        {
            kernels.MatMul.MultiplyPacked(hiddenState, embedding.Span, [], Channels, Vocabulary, logits);
        }
        else
        {
            kernels.MatMul.MultiplyTransposed(hiddenState, embedding.Span, Channels, Vocabulary, logits);
        }
    }
}
