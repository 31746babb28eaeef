// Measures the matrix products of prompts and of training, in the shapes of GPT-2 small (512 and 64 tokens) and of the
// default model (a batch of 16 × 128 tokens): every rung, OpenBLAS where it is installed, ONNX Runtime and MathNet.Numerics.

using BenchmarkDotNet.Attributes;
using Gpt2.Benchmarks.Support;

namespace Gpt2.Benchmarks;

[LimitColumns]
[AgainstColumn(nameof(By), Products.OpenBlasName)]
[AgainstColumn(nameof(By), Products.OnnxRuntimeName)]
[AgainstColumn(nameof(By), Products.MathNetName)]
public class ProductBenchmarks : LimitedBenchmarks
{
    private Products? products;

    /// <summary>Rows x inner x columns.</summary>
    [Params("512x768x3072", "512x3072x768", "512x768x2304", "64x768x3072", "2048x128x512", "2048x512x128", "2048x128x384", "2048x128x2048")]
    public string Shape { get; set; } = "";

    /// <summary>Who computes, with how many threads.</summary>
    [ParamsSource(nameof(Everyone))]
    public string By { get; set; } = "";

    public static IEnumerable<string> Everyone => Products.All(withMathNet: true);

    protected override int ThreadsOfCase => ThreadCount.Split(By).Threads;

    public override CallWork WorkOf(string method) => CallWork.Arithmetic(ProductShape.Parse(Shape).Work);

    [GlobalSetup]
    public void Setup()
    {
        products = Products.Create(By, ProductShape.Parse(Shape));
        products.RequireSameAsTuned(those => those.Packed());
        products.RequireSameAsTuned(those => those.LeftRight());
        products.RequireSameAsTuned(those => those.RightTransposed());
        products.RequireSameAsTuned(those => those.LeftTransposed());
        MeasureLimits();
    }

    /// <summary>A·B with the right side packed before, as prediction has its weights. OpenBLAS and MathNet pack it every time.</summary>
    [Benchmark]
    public void Packed() => products!.Packed();

    /// <summary>A·B: the forward pass of training.</summary>
    [Benchmark]
    public void LeftRight() => products!.LeftRight();

    /// <summary>A·Bᵀ: the gradient of a product's input, and the language head.</summary>
    [Benchmark]
    public void RightTransposed() => products!.RightTransposed();

    /// <summary>Aᵀ·B, added to what is there: the gradient of weights.</summary>
    [Benchmark]
    public void LeftTransposed() => products!.LeftTransposed();
}
