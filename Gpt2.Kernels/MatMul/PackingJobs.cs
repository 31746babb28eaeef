// Packing the sides of a block, divided into parts for threads.

using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.MatMul;

/// <summary>
/// Packs the left side as [tile, depth, row of the tile]: a tile, or if it is stored transposed, some rows of that.
/// </summary>
internal ref struct LeftPacking : IJob
{
    private const int RowsAtOnce = 16;

    public Product Product;
    public int TileHeight, FirstK, Depth;
    public Span<float> Packed;

    /// <summary>Number of parts.</summary>
    public readonly int Parts => Product.LeftLayout.HasContiguousRows
        ? (Product.Rows + TileHeight - 1) / TileHeight
        : (Depth + RowsAtOnce - 1) / RowsAtOnce;

    public readonly void Run(int part)
    {
        if (Product.LeftLayout.HasContiguousRows)
        {
            int row = part * TileHeight;
            Packing.Transpose(
                Product.Left[Product.LeftLayout.At(row, FirstK)..], Product.LeftLayout.RowStride,
                Math.Min(TileHeight, Product.Rows - row), Depth, scale: 1, Packed[(row * Depth)..], TileHeight);
            return;
        }

        int first = part * RowsAtOnce, last = Math.Min(first + RowsAtOnce, Depth);
        for (int k = first; k < last; k++)
        {
            ReadOnlySpan<float> source = Product.Left.Slice(Product.LeftLayout.At(0, FirstK + k), Product.Rows);
            Packing.PackRow(source, TileHeight, Packed[(k * TileHeight)..], TileHeight * Depth);
        }
    }
}

/// <summary>Packs one panel of the right side.</summary>
internal ref struct RightPacking : IJob
{
    public Product Product;
    public int FirstK, Depth;
    public Span<float> Packed;

    public void Run(int part)
    {
        int column = part * Panels.Width;
        Packing.Pack(
            Product.Right, Product.RightLayout, FirstK, Depth, column, Math.Min(Panels.Width, Product.Columns - column),
            Packed.Slice(column * Depth, Panels.Width * Depth));
    }
}
