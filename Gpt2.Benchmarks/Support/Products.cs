// The products that are measured, by this project's kernels and by the libraries that they are compared with: all on
// the same random matrices, row by row in memory.

using System.Runtime.CompilerServices;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Kernels.MatMul;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Single;

namespace Gpt2.Benchmarks.Support;

/// <summary>Products of one shape.</summary>
internal abstract class Products
{
    public const string OpenBlasName = "OpenBLAS", OnnxRuntimeName = "ONNX Runtime", MathNetName = "MathNet";

    private const float Tolerance = 1e-4f;

    protected Products(ProductShape shape)
    {
        var random = new RandomGenerator(1);
        Shape = shape;
        Left = RandomArrays.Normal(shape.Rows * shape.Inner, random);
        Right = RandomArrays.Normal(shape.Inner * shape.Columns, random);
        Gradient = RandomArrays.Normal(shape.Rows * shape.Columns, random);
        Result = new float[shape.Rows * shape.Columns];
        Sum = new float[Right.Length];
    }

    protected ProductShape Shape { get; }

    /// <summary>[rows, inner]</summary>
    protected float[] Left { get; }

    /// <summary>[inner, columns], or for A·Bᵀ [columns, inner]</summary>
    protected float[] Right { get; }

    /// <summary>[rows, columns]</summary>
    protected float[] Gradient { get; }

    /// <summary>[rows, columns]</summary>
    protected float[] Result { get; }

    /// <summary>[inner, columns]</summary>
    protected float[] Sum { get; }

    /// <summary>Who computes, and on how many threads, as text in the tables: "Tuned 2T".</summary>
    public static IEnumerable<string> All(bool withMathNet)
    {
        int[] threads = [.. new[] { 1, Environment.ProcessorCount }.Distinct()];
        IEnumerable<string> libraries = ((string[])[OpenBlasName, OnnxRuntimeName, MathNetName]).Where(
            name => name switch { OpenBlasName => OpenBlas.IsInstalled, MathNetName => withMathNet, _ => true });
        return Enum.GetNames<KernelRung>().Where(rung => rung != nameof(KernelRung.Tuned)).Select(rung => ThreadCount.Append(rung, 1))
            .Concat(libraries.Prepend(nameof(KernelRung.Tuned)).SelectMany(name => threads.Select(count => ThreadCount.Append(name, count))));
    }

    public static Products Create(string by, ProductShape shape)
    {
        (string name, int threads) = ThreadCount.Split(by);
        return name switch
        {
            OpenBlasName => new OpenBlasProducts(shape, threads),
            OnnxRuntimeName => new OnnxProducts(shape, threads),
            MathNetName => new MathNetProducts(shape, threads),
            _ => new KernelProducts(shape, KernelSet.Create(Enum.Parse<KernelRung>(name), threads)),
        };
    }

    /// <summary>Left · right, where the right side was packed before. A library without such a thing takes it as it is.</summary>
    public abstract void Packed();

    /// <summary>Left · right.</summary>
    public abstract void LeftRight();

    /// <summary>Left · rightᵀ, the right side [columns, inner].</summary>
    public abstract void RightTransposed();

    /// <summary>Leftᵀ · gradient, added to the sum. ONNX Runtime and MathNet do not add.</summary>
    public abstract void LeftTransposed();

    /// <summary>Computes a product and compares it with the Tuned rung's, since nobody wants to know how fast a wrong one is.</summary>
    /// <exception cref="InvalidOperationException">They differ by more than 1e-4 of the largest number.</exception>
    public void RequireSameAsTuned(Action<Products> compute, [CallerArgumentExpression(nameof(compute))] string what = "")
    {
        Clear(); // of what another product left
        var tuned = new KernelProducts(Shape, KernelSet.Create(KernelRung.Tuned, threads: 1));
        compute(this);
        compute(tuned);
        float[] found = Computed(), expected = tuned.Computed();
        float tolerance = Tolerance * expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(found[i] - expected[i]) <= tolerance))
            {
                throw new InvalidOperationException($"{GetType().Name}, {what}: number {i} is {found[i]}, expected {expected[i]}");
            }
        }
    }

    /// <summary>The numbers of the result and then of the sum, row by row.</summary>
    protected virtual float[] Computed() => [.. Result, .. Sum];

    protected virtual void Clear()
    {
        Array.Clear(Result);
        Array.Clear(Sum);
    }

    private sealed class KernelProducts : Products
    {
        private readonly MatMulKernel matMul;
        private readonly Memory<float> panels;

        public KernelProducts(ProductShape shape, KernelSet kernels)
            : base(shape)
        {
            matMul = kernels.MatMul;
            panels = CacheAligned.Allocate(WeightPanels.Length(shape.Inner, shape.Columns), zeroed: false);
            WeightPanels.Pack(Right, shape.Inner, shape.Columns, panels.Span);
        }

        public override void Packed() => matMul.MultiplyPacked(Left, panels.Span, [], Shape.Inner, Shape.Columns, Result);

        public override void LeftRight() => matMul.Multiply(Left, Right, [], Shape.Inner, Shape.Columns, Result);

        public override void RightTransposed() => matMul.MultiplyTransposed(Left, Right, Shape.Inner, Shape.Columns, Result);

        public override void LeftTransposed() => matMul.AddTransposedProduct(Left, Gradient, Shape.Inner, Shape.Columns, Sum);
    }

    private sealed class OpenBlasProducts : Products
    {
        public OpenBlasProducts(ProductShape shape, int threads)
            : base(shape) => OpenBlas.SetThreads(threads);

        public override void Packed() => LeftRight();

        public override void LeftRight()
        {
            if (Shape.Rows == 1)
            {
                OpenBlas.MultiplyRow(Left, Right, Shape.Columns, Shape.Inner, Result);
            }
            else
            {
                OpenBlas.Multiply(Left, false, Right, false, Shape.Rows, Shape.Columns, Shape.Inner, beta: 0, Result);
            }
        }

        public override void RightTransposed() =>
            OpenBlas.Multiply(Left, false, Right, true, Shape.Rows, Shape.Columns, Shape.Inner, beta: 0, Result);

        public override void LeftTransposed() =>
            OpenBlas.Multiply(Left, true, Gradient, false, Shape.Inner, Shape.Columns, Shape.Rows, beta: 1, Sum);
    }

    private sealed class MathNetProducts : Products
    {
        private readonly Matrix<float> left, right, transposed, gradient, result, sum;

        public MathNetProducts(ProductShape shape, int threads)
            : base(shape)
        {
            MathNet.Numerics.Control.UseManaged();
            MathNet.Numerics.Control.MaxDegreeOfParallelism = threads;
            left = Matrix<float>.Build.DenseOfRowMajor(shape.Rows, shape.Inner, Left);
            right = Matrix<float>.Build.DenseOfRowMajor(shape.Inner, shape.Columns, Right);
            transposed = Matrix<float>.Build.DenseOfRowMajor(shape.Columns, shape.Inner, Right);
            gradient = Matrix<float>.Build.DenseOfRowMajor(shape.Rows, shape.Columns, Gradient);
            result = new DenseMatrix(shape.Rows, shape.Columns);
            sum = new DenseMatrix(shape.Inner, shape.Columns);
        }

        public override void Packed() => LeftRight();

        public override void LeftRight() => left.Multiply(right, result);

        public override void RightTransposed() => left.TransposeAndMultiply(transposed, result);

        public override void LeftTransposed() => left.TransposeThisAndMultiply(gradient, sum);

        protected override float[] Computed() => [.. result.ToRowMajorArray(), .. sum.ToRowMajorArray()];

        protected override void Clear()
        {
            result.Clear();
            sum.Clear();
        }
    }
}
