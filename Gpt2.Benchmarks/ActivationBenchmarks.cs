// Measures the activation functions of related models beside GPT-2's GELU, forwards and backwards, for 64 tokens of GPT-2 small, on one
// thread. GPT-2's own is in KernelBenchmarks and BackwardBenchmarks too.

using BenchmarkDotNet.Attributes;
using Gpt2.Benchmarks.Support;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Kernels.Activation;

namespace Gpt2.Benchmarks;

[AgainstColumn(nameof(Rung), nameof(KernelRung.Scalar))]
[LimitColumns]
public class ActivationBenchmarks : LimitedBenchmarks
{
    private const int Elements = 64 * 3072; // [tokens, hidden]

    private ActivationKernel kernel = KernelSet.Create(KernelRung.Scalar).Gelu;
    private float[] hidden = [], gradient = [], result = [];

    [ParamsAllValues]
    public KernelRung Rung { get; set; }

    [ParamsAllValues]
    public ActivationFunction Function { get; set; }

    protected override int ThreadsOfCase => 1;

    public override CallWork WorkOf(string method) => CallWork.Floats((method == nameof(Apply) ? 2 : 3) * Elements);

    [GlobalSetup]
    public void Setup()
    {
        var random = new RandomGenerator(1);
        kernel = KernelSet.Create(Rung, threads: 1).Activation(Function);
        (hidden, gradient) = (RandomArrays.Normal(Elements, random), RandomArrays.Normal(Elements, random));
        result = new float[Elements];
        MeasureLimits();
    }

    [Benchmark]
    public void Apply() => kernel.Apply(hidden, result);

    [Benchmark]
    public void Backward() => kernel.Backward(hidden, gradient, result);
}
