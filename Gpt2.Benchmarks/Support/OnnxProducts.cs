// The products as ONNX Runtime computes them: each a model of one node, with input and output where the numbers are.

using Microsoft.ML.OnnxRuntime;

namespace Gpt2.Benchmarks.Support;

/// <summary>ONNX Runtime's products. It packs the right side once if it is part of the model.</summary>
internal sealed class OnnxProducts : Products
{
    private readonly Action packed, leftRight, rightTransposed, leftTransposed;

    public OnnxProducts(ProductShape shape, int threads)
        : base(shape)
    {
        SetThreads(threads);
        var left = new OnnxTensor(Left, shape.Rows, shape.Inner);
        var right = new OnnxTensor(Right, shape.Inner, shape.Columns);
        var transposed = new OnnxTensor(Right, shape.Columns, shape.Inner);
        var gradient = new OnnxTensor(Gradient, shape.Rows, shape.Columns);
        var result = new OnnxTensor(Result, shape.Rows, shape.Columns);
        var sum = new OnnxTensor(Sum, shape.Inner, shape.Columns);
        packed = Node("MatMul", null, left, right, rightIsWeight: true, result);
        leftRight = Node("MatMul", null, left, right, rightIsWeight: false, result);
        rightTransposed = Node("Gemm", "transB", left, transposed, rightIsWeight: false, result);
        leftTransposed = Node("Gemm", "transA", left, gradient, rightIsWeight: false, sum);
    }

    public override void Packed() => packed();

    public override void LeftRight() => leftRight();

    public override void RightTransposed() => rightTransposed();

    public override void LeftTransposed() => leftTransposed();

    /// <summary>Sets the number of threads of all sessions, once in a process and before any.</summary>
    private static void SetThreads(int threads)
    {
        if (!OrtEnv.IsCreated)
        {
            using var threading = new OrtThreadingOptions { GlobalIntraOpNumThreads = threads, GlobalInterOpNumThreads = 1 };
            var environment = new EnvironmentCreationOptions { logId = "gpt2", threadOptions = threading };
            OrtEnv.CreateInstanceWithOptions(ref environment);
        }
    }

    /// <summary>A session with a model of one node, and how to run it.</summary>
    private static Action Node(string operation, string? flag, OnnxTensor left, OnnxTensor right, bool rightIsWeight, OnnxTensor output)
    {
        // One pool of threads for all sessions, and no arena for each: there are a thousand of them where weights are small.
        using var settings = new SessionOptions { EnableCpuMemArena = false };
        settings.DisablePerSessionThreads();
        var session = new InferenceSession(OnnxModel.Write(operation, flag, left, right, rightIsWeight, output), settings);
        OrtIoBinding binding = session.CreateIoBinding();
        OrtValue[] values = [left.Value(), right.Value(), output.Value()];
        binding.BindInput(OnnxModel.Left, values[0]);
        if (!rightIsWeight)
        {
            binding.BindInput(OnnxModel.Right, values[1]);
        }

        binding.BindOutput(OnnxModel.Output, values[2]);
        var options = new RunOptions();
        return () =>
        {
            session.RunWithBinding(options, binding);
            GC.KeepAlive(values); // they hold the arrays where they are
        };
    }
}

/// <summary>Numbers and their shape.</summary>
internal sealed record OnnxTensor(float[] Numbers, long Rows, long Columns)
{
    public long[] Shape => [Rows, Columns];

    public OrtValue Value() => OrtValue.CreateTensorValueFromMemory(Numbers, Shape);
}
