// Measures the language head of GPT-2 small on one token and one thread: 154 MB of weights, each read once and used once,
// so that GB/s is the memory's limit as soon as the arithmetic is not. The weights are as they lie in a model, one row per token.

using BenchmarkDotNet.Attributes;
using Gpt2.Benchmarks.Support;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Benchmarks;

[AgainstScalarColumn]
[LimitColumns]
public class HeadBenchmarks : LimitedBenchmarks
{
    private const int Channels = 768;
    private const int Vocabulary = 50257;

    private KernelSet kernels = KernelSet.Create(KernelRung.Scalar);
    private float[] hiddenState = [];   // [1, channels]
    private float[] embedding = [];     // [vocabulary, channels]
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
        embedding = RandomArrays.Normal(Vocabulary * Channels, random);
        logits = new float[Vocabulary];
        MeasureLimits();
    }

    [Benchmark]
    public void Head() => kernels.MatMul.MultiplyTransposed(hiddenState, embedding, Channels, Vocabulary, logits);
}
