// Measures the language head of GPT-2 small on one token: 154 MB of weights, each read once and used once, so that
// MB/s is the memory's limit as soon as the arithmetic is not.

using BenchmarkDotNet.Attributes;
using Gpt2.Benchmarks.Support;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Benchmarks;

[AgainstScalarColumn]
[ThroughputColumn]
public class HeadBenchmarks : IProcessesBytes
{
    private const int Channels = 768;
    private const int Vocabulary = 50257;

    private KernelSet kernels = KernelSet.Create(KernelRung.Scalar);
    private float[] hiddenState = [];   // [1, channels]
    private float[] embedding = [];     // [vocabulary, channels]
    private float[] logits = [];        // [1, vocabulary]

    [ParamsAllValues]
    public KernelRung Rung { get; set; }

    public long BytesPerCall => (long)Vocabulary * Channels * sizeof(float);

    [GlobalSetup]
    public void Setup()
    {
        var random = new RandomGenerator(1);
        kernels = KernelSet.Create(Rung);
        hiddenState = RandomArrays.Normal(Channels, random);
        embedding = RandomArrays.Normal(Vocabulary * Channels, random);
        logits = new float[Vocabulary];
    }

    [Benchmark]
    public void Head() => kernels.MatMul.MultiplyTransposed(hiddenState, embedding, Channels, Vocabulary, logits);
}
