// Measures every kernel on every rung in the shapes of GPT-2 small: one token, as in generating, and 64, as in reading a
// prompt. The language head, far larger than the rest, is measured in HeadBenchmarks.

using BenchmarkDotNet.Attributes;
using Gpt2.Benchmarks.Support;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Benchmarks;

[AgainstScalarColumn]
public class KernelBenchmarks
{
    private const int Channels = 768;
    private const int Hidden = 4 * Channels;
    private const int Heads = 12;
    private const int HeadSize = Channels / Heads;
    private const int Vocabulary = 50257;
    private const int Total = 64; // keys and values: the tokens and what came before them
    private const float Epsilon = 1e-5f;

    private KernelSet kernels = KernelSet.Create(KernelRung.Scalar);
    private float[] stream = [], sum = [];          // [tokens, channels]
    private float[] gain = [], bias = [];           // [channels]
    private float[] weights = [], hiddenBias = [];  // [channels, hidden] or [hidden, channels]; [hidden]
    private float[] hidden = [], activated = [];    // [tokens, hidden]
    private float[] keys = [];                      // [total, channels]
    private float[] scores = [], attention = [];    // [tokens, heads · total]
    private float[] logits = [], probabilities = []; // [tokens, vocabulary]

    [ParamsAllValues]
    public KernelRung Rung { get; set; }

    [Params(1, 64)]
    public int Tokens { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new RandomGenerator(1);
        kernels = KernelSet.Create(Rung);
        stream = RandomArrays.Normal(Tokens * Channels, random);
        sum = new float[stream.Length];
        gain = RandomArrays.Normal(Channels, random);
        bias = RandomArrays.Normal(Channels, random);
        weights = RandomArrays.Normal(Channels * Hidden, random);
        hiddenBias = RandomArrays.Normal(Hidden, random);
        hidden = RandomArrays.Normal(Tokens * Hidden, random);
        activated = new float[hidden.Length];
        keys = RandomArrays.Normal(Total * Channels, random);
        scores = RandomArrays.Normal(Tokens * Heads * Total, random);
        attention = new float[scores.Length];
        logits = RandomArrays.Normal(Tokens * Vocabulary, random);
        probabilities = new float[logits.Length];
        kernels.Attention.Normalise(scores, 1, Tokens, Heads, attention);
    }

    /// <summary>Step 13, the larger of a block's products: 768 → 3072.</summary>
    [Benchmark]
    public void MatMulMultiply() => kernels.MatMul.Multiply(stream, weights, hiddenBias, Channels, Hidden, activated);

    /// <summary>The same product with the weights stored per output, as in the language head.</summary>
    [Benchmark]
    public void MatMulMultiplyTransposed() =>
        kernels.MatMul.MultiplyTransposed(stream, weights, Channels, Hidden, activated);

    [Benchmark]
    public void LayerNormNormalise() => kernels.LayerNorm.Normalise(stream, Channels, Epsilon, sum);

    [Benchmark]
    public void LayerNormScale() => kernels.LayerNorm.Scale(stream, gain, bias, sum);

    /// <summary>Probabilities of the whole vocabulary.</summary>
    [Benchmark]
    public void SoftmaxRows() => kernels.Softmax.Rows(logits, Vocabulary, probabilities);

    [Benchmark]
    public void AttentionScores() => kernels.Attention.Scores(stream, keys, 1, Heads, HeadSize, scores);

    [Benchmark]
    public void AttentionNormalise() => kernels.Attention.Normalise(scores, 1, Tokens, Heads, attention);

    [Benchmark]
    public void AttentionWeightedValues() => kernels.Attention.WeightedValues(attention, keys, 1, Heads, HeadSize, sum);

    [Benchmark]
    public void GeluApply() => kernels.Gelu.Apply(hidden, activated);

    [Benchmark]
    public void AddApply() => kernels.Add.Apply(stream, stream, sum);
}
