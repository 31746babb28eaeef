// A product with weights of reduced precision, of any shape: the input's rows are prepared once, then threads take
// groups of panels (and of rows, if there are few panels) and compute tiles. The kind of weights determines both steps.

using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>result = input · weights + bias.</summary>
internal ref struct ReducedProduct
{
    /// <summary>[Rows, Inner]</summary>
    public ReadOnlySpan<float> Input;

    /// <summary>The panels of weights [Inner, Columns].</summary>
    public ReadOnlySpan<uint> Panels;

    /// <summary>[Columns], or empty for none.</summary>
    public ReadOnlySpan<float> Bias;

    /// <summary>[Rows, Columns]</summary>
    public Span<float> Result;

    public int Rows;

    public int Inner;

    public int Columns;
}

/// <summary>Computes products with weights of one kind.</summary>
internal static class ReducedProduct<TKind>
    where TKind : struct, IReducedKind
{
    /// <summary>
    /// Maximum integers of the panels in a part: half a megabyte, which leaves room for rows in the second-level cache.
    /// </summary>
    private const int PartLength = 128 * 1024;

    /// <summary>Products of fewer multiplications are not worth a second thread.</summary>
    private const long WorthThreads = 200_000;

    /// <summary>Tiles of rows that one part of the preparation prepares.</summary>
    private const int PrepareTiles = 4;

    /// <summary>Computes a product.</summary>
    /// <param name="product">The product, whose lengths have been checked.</param>
    /// <param name="team">Threads to compute with.</param>
    public static void Run(in ReducedProduct product, ThreadTeam team)
    {
        if (product.Rows == 0)
        {
            return;
        }

        if ((long)product.Rows * product.Inner * product.Columns < WorthThreads)
        {
            team = ThreadTeam.Alone;
        }

        int threads = team.Threads;
        int rowTiles = (product.Rows + TKind.MR - 1) / TKind.MR, rowLength = TKind.RowLength(product.Inner);
        Span<float> prepared = Scratch.Of(Scratch.Use.LeftSide, product.Rows * rowLength);
        var preparation = new Preparation { Product = product, Prepared = prepared, RowLength = rowLength };
        team.Run(ref preparation, (rowTiles + PrepareTiles - 1) / PrepareTiles);

        int panels = Panels.Count(product.Columns), panelLength = TKind.PanelLength(product.Inner);
        var tiles = new Tiles { Product = product, Prepared = prepared, RowLength = rowLength, PanelLength = panelLength };
        int together = TKind.PanelsTogether(product.Rows, panels, threads);
        tiles.PanelsTogether = together;
        tiles.PanelsPerPart = Math.Max(1, Math.Min(PartLength / panelLength, panels / (threads * 4)) / together) * together;
        tiles.ColumnParts = (panels + tiles.PanelsPerPart - 1) / tiles.PanelsPerPart;

        // If there are too few panels for the threads, rows are divided too.
        bool dividesRows = threads > 1 && tiles.ColumnParts < 2 * threads;
        int rowParts = dividesRows ? Math.Clamp(4 * threads / tiles.ColumnParts, 1, rowTiles) : 1;
        tiles.RowsPerPart = (rowTiles + rowParts - 1) / rowParts * TKind.MR;
        rowParts = (product.Rows + tiles.RowsPerPart - 1) / tiles.RowsPerPart;
        team.Run(ref tiles, tiles.ColumnParts * rowParts);
    }

    /// <summary>Prepares rows, one tile at a time; a tile is stored at its first row · row length.</summary>
    private ref struct Preparation : IJob
    {
        public ReducedProduct Product;
        public Span<float> Prepared;
        public int RowLength;

        public readonly void Run(int part)
        {
            int first = part * PrepareTiles * TKind.MR, last = Math.Min(first + (PrepareTiles * TKind.MR), Product.Rows);
            for (int row = first, height; row < last; row += height)
            {
                height = Math.Min(TKind.MR, Product.Rows - row);
                TKind.Prepare(
                    Product.Input.Slice(row * Product.Inner, height * Product.Inner), height, Product.Inner,
                    Prepared.Slice(row * RowLength, height * RowLength));
            }
        }
    }

    /// <summary>The product's tiles: each part is some rows by some panels.</summary>
    private ref struct Tiles : IJob
    {
        public ReducedProduct Product;
        public ReadOnlySpan<float> Prepared;
        public int RowLength, PanelLength, PanelsTogether, PanelsPerPart, ColumnParts, RowsPerPart;

        public readonly void Run(int part)
        {
            int firstRow = part / ColumnParts * RowsPerPart;
            int lastRow = Math.Min(firstRow + RowsPerPart, Product.Rows);
            int firstPanel = part % ColumnParts * PanelsPerPart;
            int lastPanel = Math.Min(firstPanel + PanelsPerPart, Panels.Count(Product.Columns));
            for (int row = firstRow, height; row < lastRow; row += height)
            {
                height = Math.Min(TKind.MR, Product.Rows - row);
                for (int panel = firstPanel, count; panel < lastPanel; panel += count)
                {
                    count = Math.Min(PanelsTogether, lastPanel - panel);
                    int column = panel * Panels.Width, width = count * Panels.Width, columns = Math.Min(width, Product.Columns - column);
                    Span<float> tile = Scratch.Of(Scratch.Use.Tile, height * width);
                    Start(column, columns, width, tile);
                    TKind.Multiply(
                        Prepared.Slice(row * RowLength, height * RowLength), height, Product.Inner,
                        Product.Panels.Slice(panel * PanelLength, count * PanelLength), tile);
                    for (int i = 0; i < height; i++)
                    {
                        tile.Slice(i * width, columns).CopyTo(Product.Result.Slice(((row + i) * Product.Columns) + column, columns));
                    }
                }
            }
        }

        private readonly void Start(int column, int columns, int width, Span<float> tile)
        {
            tile.Clear();
            for (int i = 0; i < tile.Length && !Product.Bias.IsEmpty; i += width)
            {
                Product.Bias.Slice(column, columns).CopyTo(tile[i..]);
            }
        }
    }
}
