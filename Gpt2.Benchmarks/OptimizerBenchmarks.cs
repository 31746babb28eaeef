// Measures the optimiser: the update of ten million weights and the norm of as many
// gradients. Both read and write far more than the caches hold, so memory is the limit.

using BenchmarkDotNet.Attributes;
using Gpt2.Benchmarks.Support;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Kernels.AdamW;

namespace Gpt2.Benchmarks;

[LimitColumns]
public class OptimizerBenchmarks : LimitedBenchmarks
{
    private const int Weights = 10_000_000;

    private static readonly AdamWSettings Settings = new(
        LearningRate: 1e-4f, Beta1: 0.9f, Beta2: 0.95f, Epsilon: 1e-8f, WeightDecay: 0.1f, GradientScale: 1, Step: 100);

    private AdamWKernel adamW = KernelSet.Create(KernelRung.Scalar).AdamW;
    private float[] gradients = [], weights = [], means = [], squares = [];

    [ParamsAllValues]
    public KernelRung Rung { get; set; }

    protected override int ThreadsOfCase => 1;

    /// <summary>The update reads four floats per weight and writes three.</summary>
    public override CallWork WorkOf(string method) => CallWork.Floats((method == nameof(Update) ? 7.0 : 1.0) * Weights);

    [GlobalSetup]
    public void Setup()
    {
        adamW = KernelSet.Create(Rung, threads: 1).AdamW;
        var random = new RandomGenerator(1);
        gradients = RandomArrays.Normal(Weights, random);
        weights = RandomArrays.Normal(Weights, random);
        means = new float[Weights];
        squares = new float[Weights];
        MeasureLimits();
    }

    [Benchmark]
    public void Update() => adamW.Update(gradients, Settings, weights, means, squares);

    [Benchmark]
    public double SumOfSquares() => adamW.SumOfSquares(gradients);
}
