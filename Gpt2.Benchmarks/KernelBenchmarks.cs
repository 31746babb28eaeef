// Measures every kernel of the forward pass on every rung, on one thread, in the shapes of GPT-2 small and of the default
// model: one token, as in generating, and 64, as in reading a prompt. More of the products is in ProductBenchmarks and
// OneRowBenchmarks, the language head in HeadBenchmarks, the backward pass in BackwardBenchmarks.

using BenchmarkDotNet.Attributes;
using Gpt2.Benchmarks.Support;
using Gpt2.Core.Measurement;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Benchmarks;

[AgainstColumn(nameof(Rung), nameof(KernelRung.Scalar))]
[LimitColumns]
public class KernelBenchmarks : LimitedBenchmarks
{
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

    [Params(BenchmarkModels.Gpt2, BenchmarkModels.Workshop)]
    public string Model { get; set; } = BenchmarkModels.Gpt2;

    [Params(1, 64)]
    public int Tokens { get; set; }

    protected override int ThreadsOfCase => 1;

    private Gpt2Config Sizes => BenchmarkModels.Sizes(Model);

    /// <summary>Keys that the tokens see together: the last sees all, the one before it one less.</summary>
    private double Visible => Tokens * (Total - ((Tokens - 1) / 2.0));

    public override CallWork WorkOf(string method)
    {
        (double channels, double hiddenSize) = (Sizes.Channels, Sizes.Hidden);
        return method switch
        {
            nameof(MatMulMultiply) or nameof(MatMulMultiplyTransposed) => CallWork.Arithmetic(Work.Product(Tokens, Sizes.Channels, Sizes.Hidden)),
            nameof(AttentionScores) or nameof(AttentionWeightedValues) => CallWork.Arithmetic(2 * Visible * channels),
            nameof(AttentionNormalise) => CallWork.Floats(2 * Visible * Sizes.Heads),
            nameof(SoftmaxRows) => CallWork.Floats(2.0 * Tokens * Sizes.Vocabulary),
            nameof(GeluApply) => CallWork.Floats(2 * Tokens * hiddenSize),
            nameof(AddApply) => CallWork.Floats(3 * Tokens * channels),
            _ => CallWork.Floats(2 * Tokens * channels),
        };
    }

    [GlobalSetup]
    public void Setup()
    {
        var random = new RandomGenerator(1);
        kernels = KernelSet.Create(Rung, threads: 1);
        stream = RandomArrays.Normal(Tokens * Sizes.Channels, random);
        sum = new float[stream.Length];
        gain = RandomArrays.Normal(Sizes.Channels, random);
        bias = RandomArrays.Normal(Sizes.Channels, random);
        weights = RandomArrays.Normal(Sizes.Channels * Sizes.Hidden, random);
        hiddenBias = RandomArrays.Normal(Sizes.Hidden, random);
        hidden = RandomArrays.Normal(Tokens * Sizes.Hidden, random);
        activated = new float[hidden.Length];
        keys = RandomArrays.Normal(Total * Sizes.Channels, random);
        scores = RandomArrays.Normal(Tokens * Sizes.Heads * Total, random);
        attention = new float[scores.Length];
        logits = RandomArrays.Normal(Tokens * Sizes.Vocabulary, random);
        probabilities = new float[logits.Length];
        kernels.Attention.Normalise(scores, 1, Tokens, Sizes.Heads, attention);
        MeasureLimits();
    }

    /// <summary>Step 13, the larger of a block's products: 768 → 3072.</summary>
    [Benchmark]
    public void MatMulMultiply() => kernels.MatMul.Multiply(stream, weights, hiddenBias, Sizes.Channels, Sizes.Hidden, activated);

    /// <summary>The same product with the weights stored per output, as in the language head.</summary>
    [Benchmark]
    public void MatMulMultiplyTransposed() =>
        kernels.MatMul.MultiplyTransposed(stream, weights, Sizes.Channels, Sizes.Hidden, activated);

    [Benchmark]
    public void LayerNormNormalise() => kernels.LayerNorm.Normalise(stream, Sizes.Channels, Epsilon, sum);

    [Benchmark]
    public void LayerNormScale() => kernels.LayerNorm.Scale(stream, gain, bias, sum);

    /// <summary>Probabilities of the whole vocabulary.</summary>
    [Benchmark]
    public void SoftmaxRows() => kernels.Softmax.Rows(logits, Sizes.Vocabulary, probabilities);

    [Benchmark]
    public void AttentionScores() => kernels.Attention.Scores(stream, keys, 1, Sizes.Heads, Sizes.HeadSize, scores);

    [Benchmark]
    public void AttentionNormalise() => kernels.Attention.Normalise(scores, 1, Tokens, Sizes.Heads, attention);

    [Benchmark]
    public void AttentionWeightedValues() => kernels.Attention.WeightedValues(attention, keys, 1, Sizes.Heads, Sizes.HeadSize, sum);

    [Benchmark]
    public void GeluApply() => kernels.Gelu.Apply(hidden, activated);

    [Benchmark]
    public void AddApply() => kernels.Add.Apply(stream, stream, sum);
}
