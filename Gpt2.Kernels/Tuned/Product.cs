// A tuned matrix product of any shape: its sides go into panels, block by block as the caches hold them, and tiles are
// computed from those. Threads take blocks of columns (and of rows, where there are few columns).

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gpt2.Kernels.Tuned;

/// <summary>result (+)= scale · left · right (+ bias). What is not said is left at its default.</summary>
internal ref struct Product
{
    /// <summary>[Rows, Inner]</summary>
    public ReadOnlySpan<float> Left;

    public Layout LeftLayout;

    /// <summary>What every element of the left side is multiplied by.</summary>
    public float Scale = 1;

    /// <summary>[Inner, Columns], or the panels of that where <see cref="RightIsPacked"/>.</summary>
    public ReadOnlySpan<float> Right;

    public Layout RightLayout;

    /// <summary>Whether the right side is <see cref="Panels"/> already, over its whole inner dimension.</summary>
    public bool RightIsPacked;

    /// <summary>[Columns], or empty for none.</summary>
    public ReadOnlySpan<float> Bias;

    /// <summary>Whether the result is added to; without a bias then.</summary>
    public bool Adds;

    public Span<float> Result;

    /// <summary>From a row of the result to the next.</summary>
    public int ResultStride;

    public int Rows;

    public int Inner;

    public int Columns;

    public Product()
    {
    }
}

/// <summary>Computes products with vectors of one width.</summary>
internal static class Product<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Depth of a block: a left panel of 12 rows stays in the first cache, some right panels in the second.</summary>
    private const int BlockDepth = 768;

    /// <summary>Right panels that a block has at most: 6 · 768 · 32 floats are 576 KiB.</summary>
    private const int BlockPanels = 6;

    /// <summary>Products of fewer multiplications are not worth a second thread.</summary>
    private const long WorthThreads = 100_000;

    /// <summary>Rows whose left side is packed by one part of a job.</summary>
    private const int PackRows = 96;

    /// <summary>Computes a product.</summary>
    /// <param name="product">The product; its lengths fit.</param>
    /// <param name="team">Threads to compute with, or null for the caller's alone.</param>
    public static void Run(in Product product, ThreadTeam? team)
    {
        if (product.Rows == 0)
        {
            return;
        }

        if (product.Inner == 0)
        {
            Start(product);
            return;
        }

        bool threaded = team is not null && (long)product.Rows * product.Inner * product.Columns >= WorthThreads;
        int threads = threaded ? team!.Threads : 1;
        var work = new Blocks { Product = product, Left = product.Left };
        bool leftIsPanel = product is { Rows: 1, Scale: 1, LeftLayout.Exchanged: false };
        if (!leftIsPanel)
        {
            Span<float> leftPanels = Scratch.Of(Scratch.Use.LeftPanels, product.Rows * product.Inner);
            var packing = new LeftPacking { Product = product, Panels = leftPanels };
            Do(ref packing, (product.Rows + PackRows - 1) / PackRows, threaded ? team : null);
            work.Left = leftPanels;
        }

        int panels = Panels.Count(product.Columns);
        work.PanelsPerGroup = Math.Clamp(panels / (threads * 4), 1, BlockPanels);
        work.ColumnGroups = (panels + work.PanelsPerGroup - 1) / work.PanelsPerGroup;
        work.RowsPerGroup = product.Rows;
        int rowGroups = 1;
        if (work.ColumnGroups < 2 * threads && threads > 1 && product.Rows > TLanes.TileRows)
        {
            // Too few columns to go round: rows are cut too, and the right side is packed before.
            rowGroups = Math.Min(4 * threads / work.ColumnGroups, (product.Rows + TLanes.TileRows - 1) / TLanes.TileRows);
            int perGroup = (product.Rows + rowGroups - 1) / rowGroups;
            work.RowsPerGroup = (perGroup + TLanes.TileRows - 1) / TLanes.TileRows * TLanes.TileRows;
            rowGroups = (product.Rows + work.RowsPerGroup - 1) / work.RowsPerGroup;
            PackRight(ref work, panels, team!);
        }

        Do(ref work, work.ColumnGroups * rowGroups, threaded ? team : null);
    }

    private static void PackRight(ref Blocks work, int panels, ThreadTeam team)
    {
        if (!work.Product.RightIsPacked)
        {
            Span<float> rightPanels = Scratch.Of(Scratch.Use.WholeRight, panels * work.Product.Inner * Panels.Width);
            var packing = new RightPacking { Product = work.Product, Panels = rightPanels };
            Do(ref packing, panels, team);
            work.Product.Right = rightPanels;
            work.Product.RightIsPacked = true;
        }
    }

    private static void Do<TJob>(ref TJob job, int parts, ThreadTeam? team)
        where TJob : struct, IJob, allows ref struct
    {
        if (team is not null)
        {
            team.Run(ref job, parts);
            return;
        }

        for (int part = 0; part < parts; part++)
        {
            job.Run(part);
        }
    }

    /// <summary>What the result is before anything is multiplied.</summary>
    private static void Start(in Product product)
    {
        for (int row = 0; row < product.Rows && !product.Adds; row++)
        {
            Span<float> result = product.Result.Slice(row * product.ResultStride, product.Columns);
            if (product.Bias.IsEmpty)
            {
                result.Clear();
            }
            else
            {
                product.Bias.CopyTo(result);
            }
        }
    }

    /// <summary>Packs rows of the left side, tile height by tile height; a panel stands at its first row · inner.</summary>
    private ref struct LeftPacking : IJob
    {
        public Product Product;
        public Span<float> Panels;

        public void Run(int part)
        {
            int last = Math.Min((part + 1) * PackRows, Product.Rows);
            for (int row = part * PackRows, height; row < last; row += height)
            {
                height = Tile<TLanes, TVector>.Height(Product.Rows - row);
                Tuned.Panels.PackLeft(
                    Product.Left, Product.LeftLayout, row, height, 0, Product.Inner, Product.Scale, Panels[(row * Product.Inner)..]);
            }
        }
    }

    /// <summary>Packs one panel of the right side.</summary>
    private ref struct RightPacking : IJob
    {
        public Product Product;
        public Span<float> Panels;

        public void Run(int part)
        {
            int column = part * Tuned.Panels.Width;
            Tuned.Panels.PackRight(
                Product.Right, Product.RightLayout, 0, Product.Inner, column, Math.Min(Tuned.Panels.Width, Product.Columns - column),
                Panels.Slice(column * Product.Inner, Tuned.Panels.Width * Product.Inner));
        }
    }

    /// <summary>The product's tiles: a part is a group of rows by a group of panels.</summary>
    private ref struct Blocks : IJob
    {
        public Product Product;
        public ReadOnlySpan<float> Left;
        public int PanelsPerGroup, ColumnGroups, RowsPerGroup;

        public void Run(int part)
        {
            int firstRow = part / ColumnGroups * RowsPerGroup;
            int lastRow = Math.Min(firstRow + RowsPerGroup, Product.Rows);
            int firstPanel = part % ColumnGroups * PanelsPerGroup;
            int lastPanel = Math.Min(firstPanel + PanelsPerGroup, Panels.Count(Product.Columns));

            // Few rows use what is read of the right side once: it is read as it lies.
            int blockDepth = Product.Rows < TLanes.TileRows && Product.RightIsPacked ? Product.Inner : BlockDepth;
            for (int k = 0; k < Product.Inner; k += blockDepth)
            {
                Block(firstRow, lastRow, firstPanel, lastPanel, k, Math.Min(blockDepth, Product.Inner - k));
            }
        }

        private void Block(int firstRow, int lastRow, int firstPanel, int lastPanel, int k, int depth)
        {
            ReadOnlySpan<float> right = Product.Right;
            int panelLength = Product.Inner * Panels.Width;
            int panelStart = (firstPanel * panelLength) + (k * Panels.Width);
            if (!Product.RightIsPacked)
            {
                right = PackRight(firstPanel, lastPanel, k, depth);
                panelLength = depth * Panels.Width;
                panelStart = 0;
            }

            for (int row = firstRow, height; row < lastRow; row += height)
            {
                height = Tile<TLanes, TVector>.Height(Product.Rows - row);
                ref float left = ref MemoryMarshal.GetReference(Left[((row * Product.Inner) + (k * height))..]);
                for (int panel = firstPanel; panel < lastPanel; panel++)
                {
                    ReadOnlySpan<float> rightPanel = right.Slice(panelStart + ((panel - firstPanel) * panelLength), depth * Panels.Width);
                    Tiles(ref left, rightPanel, row, height, panel * Panels.Width, depth, first: k == 0);
                }
            }
        }

        private readonly ReadOnlySpan<float> PackRight(int firstPanel, int lastPanel, int k, int depth)
        {
            int length = depth * Panels.Width;
            Span<float> packed = Scratch.Of(Scratch.Use.RightPanels, (lastPanel - firstPanel) * length);
            for (int panel = firstPanel; panel < lastPanel; panel++)
            {
                int column = panel * Panels.Width;
                Panels.PackRight(
                    Product.Right, Product.RightLayout, k, depth, column, Math.Min(Panels.Width, Product.Columns - column),
                    packed.Slice((panel - firstPanel) * length, length));
            }

            return packed;
        }

        /// <summary>The tiles of some rows by one panel.</summary>
        private readonly void Tiles(
            ref float left, ReadOnlySpan<float> rightPanel, int row, int height, int firstColumn, int depth, bool first)
        {
            int width = Tile<TLanes, TVector>.Width;
            int lastColumn = Math.Min(firstColumn + Panels.Width, Product.Columns);
            ref float right = ref MemoryMarshal.GetReference(rightPanel);
            bool onResult = Product.Adds || !first;
            for (int column = firstColumn; column < lastColumn; column += width)
            {
                if (height == 1 && column <= lastColumn - (2 * width))
                {
                    TwoTiles(ref left, ref right, row, column, rightPanel.Length / Panels.Width, onResult);
                    right = ref Unsafe.Add(ref right, 2 * width);
                    column += width;
                    continue;
                }

                int columns = Math.Min(width, lastColumn - column);
                Span<float> result = Product.Result[((row * Product.ResultStride) + column)..(((row + height - 1) * Product.ResultStride) + column + columns)];
                if (columns < width)
                {
                    NarrowTile(ref left, ref right, result, height, column, columns, depth, onResult);
                    return;
                }

                ref float target = ref MemoryMarshal.GetReference(result);
                ref float start = ref target;
                int startStride = Product.ResultStride;
                if (!onResult)
                {
                    start = ref Product.Bias.IsEmpty ? ref Zeros() : ref Unsafe.AsRef(in Product.Bias[column..(column + width)][0]);
                    startStride = 0;
                }

                Tile<TLanes, TVector>.Compute(height, ref left, ref right, depth, ref start, startStride, ref target, Product.ResultStride);
                right = ref Unsafe.Add(ref right, width);
            }
        }

        /// <summary>Two tiles of one row.</summary>
        private readonly void TwoTiles(ref float left, ref float right, int row, int column, int depth, bool onResult)
        {
            int width = Tile<TLanes, TVector>.Width;
            ref float target = ref MemoryMarshal.GetReference(Product.Result.Slice((row * Product.ResultStride) + column, 2 * width));
            ref float start = ref target;
            if (!onResult)
            {
                start = ref Product.Bias.IsEmpty ? ref Zeros() : ref MemoryMarshal.GetReference(Product.Bias.Slice(column, 2 * width));
            }

            Tile<TLanes, TVector, FloatPanel<TLanes, TVector>>.ComputeTwo(ref left, ref right, width, depth, ref start, ref target);
        }

        /// <summary>A tile of which only some columns are the product's: computed beside it and copied.</summary>
        private readonly void NarrowTile(
            ref float left, ref float right, Span<float> result, int height, int column, int columns, int depth, bool onResult)
        {
            int width = Tile<TLanes, TVector>.Width;
            Span<float> tile = Scratch.Of(Scratch.Use.Tile, height * width);
            tile.Clear();
            for (int i = 0; i < height; i++)
            {
                if (onResult)
                {
                    result.Slice(i * Product.ResultStride, columns).CopyTo(tile[(i * width)..]);
                }
                else if (!Product.Bias.IsEmpty)
                {
                    Product.Bias.Slice(column, columns).CopyTo(tile[(i * width)..]);
                }
            }

            ref float start = ref MemoryMarshal.GetReference(tile);
            Tile<TLanes, TVector>.Compute(height, ref left, ref right, depth, ref start, width, ref start, width);
            for (int i = 0; i < height; i++)
            {
                tile.Slice(i * width, columns).CopyTo(result[(i * Product.ResultStride)..]);
            }
        }

        private static ref float Zeros() => ref Tuned.Zeros.Values[0];
    }
}

/// <summary>What a product without bias begins with.</summary>
internal static class Zeros
{
    public static readonly float[] Values = new float[Panels.Width];
}
