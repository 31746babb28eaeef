// Measures the kernels of the backward pass beside the products on every rung, on one thread, for 64 tokens of GPT-2
// small and of the default model.

using BenchmarkDotNet.Attributes;
using Gpt2.Benchmarks.Support;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Benchmarks;

[AgainstColumn(nameof(Rung), nameof(KernelRung.Scalar))]
[LimitColumns]
public class BackwardBenchmarks : LimitedBenchmarks
{
    private const int Tokens = 64;
    private const float Epsilon = 1e-5f;
    private const double Visible = Tokens * (Tokens + 1) / 2.0; // keys that the tokens see together

    private KernelSet kernels = KernelSet.Create(KernelRung.Scalar);
    private float[] stream = [], normalised = [], gradient = [], streamGradient = [], otherGradient = [];  // [tokens, channels]
    private float[] gain = [], gainGradient = [], biasGradient = [];                                        // [channels]
    private float[] hidden = [], hiddenGradient = [], result = [];                                          // [tokens, hidden]
    private float[] hiddenBias = [];                                                                        // [hidden]
    private float[] attention = [], attentionGradient = [], scoresGradient = [];                            // [tokens, heads · tokens]

    [ParamsAllValues]
    public KernelRung Rung { get; set; }

    [Params(BenchmarkModels.Gpt2, BenchmarkModels.Workshop)]
    public string Model { get; set; } = BenchmarkModels.Gpt2;

    protected override int ThreadsOfCase => 1;

    private Gpt2Config Sizes => BenchmarkModels.Sizes(Model);

    public override CallWork WorkOf(string method)
    {
        (double channels, double hiddenSize) = (Sizes.Channels, Sizes.Hidden);
        return method switch
        {
            nameof(LayerNormNormalise) => CallWork.Floats(4 * Tokens * channels),
            nameof(LayerNormScale) => CallWork.Floats(3 * Tokens * channels),
            nameof(AttentionNormalise) => CallWork.Floats(3 * Visible * Sizes.Heads),
            nameof(AttentionScores) or nameof(AttentionWeightedValues) => CallWork.Arithmetic(4 * Visible * channels),
            nameof(Gelu) => CallWork.Floats(3 * Tokens * hiddenSize),
            _ => CallWork.Floats(Tokens * hiddenSize),
        };
    }

    [GlobalSetup]
    public void Setup()
    {
        var random = new RandomGenerator(1);
        kernels = KernelSet.Create(Rung, threads: 1);
        stream = RandomArrays.Normal(Tokens * Sizes.Channels, random);
        gradient = RandomArrays.Normal(stream.Length, random);
        (normalised, streamGradient, otherGradient) = (new float[stream.Length], new float[stream.Length], new float[stream.Length]);
        gain = RandomArrays.Normal(Sizes.Channels, random);
        (gainGradient, biasGradient) = (new float[gain.Length], new float[gain.Length]);
        hidden = RandomArrays.Normal(Tokens * Sizes.Hidden, random);
        hiddenGradient = RandomArrays.Normal(hidden.Length, random);
        (result, hiddenBias) = (new float[hidden.Length], new float[Sizes.Hidden]);
        attention = RandomArrays.Normal(Tokens * Sizes.Heads * Tokens, random);
        (attentionGradient, scoresGradient) = (new float[attention.Length], new float[attention.Length]);
        kernels.LayerNorm.Normalise(stream, Sizes.Channels, Epsilon, normalised);
        kernels.Attention.Normalise(attention, 1, Tokens, Sizes.Heads, attention);
        MeasureLimits();
    }

    [Benchmark]
    public void LayerNormNormalise() =>
        kernels.LayerNorm.NormaliseBackward(stream, normalised, gradient, Sizes.Channels, Epsilon, streamGradient);

    [Benchmark]
    public void LayerNormScale() =>
        kernels.LayerNorm.ScaleBackward(normalised, gain, gradient, streamGradient, gainGradient, biasGradient);

    [Benchmark]
    public void AttentionWeightedValues() => kernels.Attention.WeightedValuesBackward(
        attention, stream, gradient, 1, Sizes.Heads, Sizes.HeadSize, attentionGradient, streamGradient);

    [Benchmark]
    public void AttentionNormalise() =>
        kernels.Attention.NormaliseBackward(attention, attention, 1, Tokens, Sizes.Heads, scoresGradient);

    [Benchmark]
    public void AttentionScores() => kernels.Attention.ScoresBackward(
        stream, normalised, attention, 1, Sizes.Heads, Sizes.HeadSize, streamGradient, otherGradient);

    [Benchmark]
    public void Gelu() => kernels.Gelu.Backward(hidden, hiddenGradient, result);

    /// <summary>The gradient of a bias.</summary>
    [Benchmark]
    public void ColumnSums() => kernels.MatMul.AddColumnSums(hidden, hiddenBias);
}
