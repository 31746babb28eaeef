// gpt2 bench products: the products of a model of the given sizes, for 512 rows as in a prompt, for 64, and for one.

using Gpt2.Core.Measurement;
using Gpt2.Core.Model;
using Gpt2.Kernels;
using Gpt2.Kernels.MatMul;
using static System.FormattableString;

namespace Gpt2.Cli.Bench;

internal static class ProductRows
{
    public const string Part = "product", VectorPart = "vector", PackedName = "packed";

    private const int PromptRows = 512, ShortPromptRows = 64;

    public static void Measure(BenchSession session)
    {
        Gpt2Config sizes = session.Settings.Sizes;
        ProductShape[] shapes =
        [
            new(PromptRows, sizes.Channels, sizes.Hidden),
            new(PromptRows, sizes.Hidden, sizes.Channels),
            new(PromptRows, sizes.Channels, 3 * sizes.Channels),
        ];
        foreach (ProductShape shape in (ProductShape[])[.. shapes, new(ShortPromptRows, sizes.Channels, sizes.Hidden)])
        {
            Packed(session, shape);
        }

        foreach (ProductShape shape in shapes)
        {
            InTraining(session, shape);
        }

        FewRows(session, new ProductShape(1, sizes.Channels, sizes.Hidden));
        FewRows(session, new ProductShape(1, sizes.Channels, sizes.Vocabulary));
    }

    /// <summary>Weights that were packed once, as for prediction.</summary>
    public static void Packed(BenchSession session, ProductShape shape)
    {
        (MatMulKernel matMul, float[] left, float[] result) = (session.Settings.Kernels.MatMul, Random(shape.Rows, shape.Inner), shape.Result);
        Memory<float> panels = Pack(Random(shape.Inner, shape.Columns), shape.Inner, shape.Columns);
        float[] bias = Random(1, shape.Columns);
        Measure(
            session, $"{PackedName} {shape}", shape.Work,
            () => matMul.MultiplyPacked(left, panels.Span, bias, shape.Inner, shape.Columns, result));
    }

    /// <summary>The products of training's forward and backward pass, where weights change all the time.</summary>
    public static void InTraining(BenchSession session, ProductShape shape)
    {
        MatMulKernel matMul = session.Settings.Kernels.MatMul;
        float[] left = Random(shape.Rows, shape.Inner), right = Random(shape.Inner, shape.Columns), result = shape.Result;
        float[] gradient = Random(shape.Rows, shape.Columns), sum = new float[right.Length];
        Measure(session, $"A·B {shape}", shape.Work, () => matMul.Multiply(left, right, [], shape.Inner, shape.Columns, result));
        Measure(session, $"A·Bᵀ {shape}", shape.Work, () => matMul.MultiplyTransposed(left, right, shape.Inner, shape.Columns, result));
        Measure(session, $"Aᵀ·B {shape}", shape.Work, () => matMul.AddTransposedProduct(left, gradient, shape.Inner, shape.Columns, sum));
    }

    /// <summary>
    /// A row, or a few, by weights that are not in any cache: many copies, more than the caches hold, are used in turn.
    /// </summary>
    public static void FewRows(BenchSession session, ProductShape shape)
    {
        MatMulKernel matMul = session.Settings.Kernels.MatMul;
        (int inner, int columns) = (shape.Inner, shape.Columns);
        float[] weights = Random(inner, columns);
        int copies = (int)Math.Clamp(session.Settings.BufferBytes / (sizeof(float) * (long)weights.Length), 1, 1000);
        Memory<float>[] panels = [.. Enumerable.Range(0, copies).Select(_ => Pack(weights, inner, columns))];
        float[] left = Random(shape.Rows, inner), result = shape.Result;
        int next = 0;
        Work work = shape.Work with { Bytes = sizeof(float) * (double)weights.Length };
        session.Measure(
            new BenchWhat(VectorPart, $"{shape}, cold", "f32"), work, LimitKind.ReadBandwidth, BenchUnit.Gigabytes(work),
            () =>
            {
                matMul.MultiplyPacked(left, panels[next].Span, [], inner, columns, result);
                next = (next + 1) % copies;
            });
    }

    private static void Measure(BenchSession session, string name, Work work, Action call) =>
        session.Measure(new BenchWhat(Part, name), work, LimitKind.FmaPeak, BenchUnit.Gigaflops(work), call);

    private static float[] Random(int rows, int columns) => BenchSession.RandomFloats(rows * columns);

    private static Memory<float> Pack(float[] weights, int inner, int columns)
    {
        Memory<float> panels = CacheAligned.Allocate(WeightPanels.Length(inner, columns), zeroed: false);
        WeightPanels.Pack(weights, inner, columns, panels.Span);
        return panels;
    }
}

/// <summary>The shape of a product: [rows, inner] · [inner, columns].</summary>
internal sealed record ProductShape(int Rows, int Inner, int Columns)
{
    public Work Work => Work.Product(Rows, Inner, Columns);

    public float[] Result => new float[Rows * Columns];

    public override string ToString() => Invariant($"{Rows}×{Inner}×{Columns}");
}
