// A tuned matrix product of any shape: the loops around the micro-kernel, in the terms of K. Goto and R. A. van de
// Geijn, "Anatomy of High-Performance Matrix Multiplication", ACM TOMS 34(3), 2008, and of BLIS (see MicroKernel). The
// right side is packed into panels, block by block as the caches hold them; threads take parts.
//
//                                                        what the loop covers, and where it is held
//    for pc = 0 … Inner by KC                            KC rows of the right side
//      for jc = 0 … Columns by NC       ┐ in parts,      a block of it, KC × NC, packed: in the second-level cache
//        for ic = 0 … Rows by MC        ┘ for threads    all rows, or some if there are too few blocks for the threads
//          for ir = ic … ic + MC by MR                   MR rows of the left side, in place: in the first-level cache
//            for jr = jc … jc + NC by NR                 NR columns of a panel, KC × NR: streamed through the first level
//              for p = pc … pc + KC                      micro-kernel: MR × NR sums in registers
//
// Goto and van de Geijn call this order GEPB, a panel times a block. In BLIS the sides are swapped: it packs the left
// side too and keeps a block of it, MC × KC, in the second-level cache. Here the right side is the weights, most of
// which are packed once when the model is loaded. The left side is packed only where reading it in place is slow
// (PackLeft). A few tiles of rows by packed weights take another order (RunPanelByPanel).

using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.MatMul;

/// <summary>Computes products with vectors of one width.</summary>
internal static class BlockedProduct<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>
    /// Depth of a block: MR rows of the left side fit in the first-level cache, a block of the right in the second.
    /// </summary>
    private const int KC = 768;

    /// <summary>Floats of a panel of that depth.</summary>
    private const int PanelLength = KC * Panels.Width;

    /// <summary>
    /// Maximum floats in a block of the right side: whole panels of depth KC in a third of the second-level cache, which
    /// leaves room for left rows. Of 1 MiB, three panels.
    /// </summary>
    private static readonly int BlockLength =
        Math.Max(1, Caches.OfProcessor.SecondLevelBytes / (3 * sizeof(float) * PanelLength)) * PanelLength;

    /// <summary>Floats: after half a page, each jump is soon in another page, and prefetching ends at pages.</summary>
    private const int FarJump = 512;

    /// <summary>With fewer columns, packing the left side costs more than it saves.</summary>
    private const int MinColumnsToPackLeft = 2 * Panels.Width;

    /// <summary>Maximum tiles of rows in panel-by-panel order: the left side stays in the second-level cache.</summary>
    private const int MaxTilesPanelByPanel = 8;

    /// <summary>Products of fewer multiplications are not worth a second thread.</summary>
    private const long WorthThreads = 100_000;

    /// <summary>Computes a product.</summary>
    /// <param name="product">The product, whose lengths have been checked.</param>
    /// <param name="team">Threads to compute with.</param>
    public static void Run(in Product product, ThreadTeam team)
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

        if ((long)product.Rows * product.Inner * product.Columns < WorthThreads)
        {
            team = ThreadTeam.Alone;
        }

        if (product.Rows == 1 && !product.RightIsPacked && product.LeftLayout.HasContiguousRows && product.RightLayout.HasContiguousRows)
        {
            Start(product);
            UnpackedRow<TLanes, TVector>.Add(product, team);
            return;
        }

        // With fewer rows than a tile, every element of the right side is used once: blocks for the caches gain nothing.
        bool few = product.Rows < TLanes.MR && product.RightIsPacked;
        int blockDepth = few ? product.Inner : IsPanelByPanel(product, team) ? 2 * KC : KC;
        for (int k = 0; k < product.Inner; k += blockDepth)
        {
            RunBlock(product, k, Math.Min(blockDepth, product.Inner - k), team);
        }
    }

    /// <summary>Adds the products of a range of the inner dimension.</summary>
    private static void RunBlock(in Product product, int k, int depth, ThreadTeam team)
    {
        int rows = product.Rows, panels = Panels.Count(product.Columns), threads = team.Threads;
        int mostPanels = Math.Max(1, BlockLength / (depth * Panels.Width));
        int rowTiles = (rows + TLanes.MR - 1) / TLanes.MR, wantedParts = 4 * threads;

        // Threads divide the rows if there are many and one thread's cache holds all columns; otherwise they divide the
        // columns.
        bool byRows = threads == 1 || (panels <= mostPanels && rowTiles >= wantedParts);
        bool panelByPanel = IsPanelByPanel(product, team);
        int tileHeight = panelByPanel ? (rows + rowTiles - 1) / rowTiles : TLanes.MR;
        int together = FewRows<TLanes, TVector, FloatPanel<TLanes, TVector>>.PanelsOf(rows, panels, threads);
        int perGroup = together > 0 ? together
            : panelByPanel ? panels / wantedParts
            : byRows ? Math.Min(panels, mostPanels)
            : Math.Clamp(panels / wantedParts, 1, mostPanels);
        int groups = (panels + perGroup - 1) / perGroup;
        var work = new Blocks
        {
            Product = product,
            TileHeight = tileHeight,
            PackedLeft = PackLeft(product, k, depth, tileHeight, team),
            RowsPerGroup = rows,
            PanelsPerGroup = perGroup,
            ColumnGroups = groups,
            FirstK = k,
            Depth = depth,
            PanelByPanel = panelByPanel,
            PanelsTogether = together,
        };
        int rowGroups = 1;
        if (threads > 1 && !panelByPanel && groups < 2 * threads && rowTiles > 1)
        {
            // Too few groups of columns for the threads: rows are divided too, and the right side is packed beforehand.
            work.RowsPerGroup = Math.Max(1, rowTiles * groups / wantedParts) * TLanes.MR;
            rowGroups = (rows + work.RowsPerGroup - 1) / work.RowsPerGroup;
            work.PackedRight = PackRight(product, k, depth, team);
        }

        team.Run(ref work, groups * rowGroups);
    }

    private static bool IsPanelByPanel(in Product product, ThreadTeam team) =>
        product.RightIsPacked && product.Rows > TLanes.MR && product.Rows <= MaxTilesPanelByPanel * TLanes.MR
        && Panels.Count(product.Columns) >= 4 * team.Threads;

    /// <summary>
    /// Packs the left side where reading it in place is slow: if it is stored transposed and each step of the micro-kernel
    /// would jump far, so that nothing reads ahead; or if its rows are at such a distance that the lines of a tile's rows all
    /// fall into the same set of the first-level cache, and this holds fewer lines than a tile has rows.
    /// </summary>
    private static ReadOnlySpan<float> PackLeft(scoped in Product product, int k, int depth, int tileHeight, ThreadTeam team)
    {
        (Layout layout, Caches caches) = (product.LeftLayout, Caches.OfProcessor);
        bool isSlow = layout.HasContiguousRows
            ? layout.RowStride * sizeof(float) % caches.FirstLevelSetStride == 0 && caches.FirstLevelWays < tileHeight
            : layout.ColumnStride > FarJump;
        bool isLarge = (long)product.Rows * depth * sizeof(float) > 2 * caches.SecondLevelBytes; // it would come from memory again
        if (!isSlow || isLarge || product.Rows < TLanes.MR || product.Columns < MinColumnsToPackLeft)
        {
            return default;
        }

        Span<float> packed = Scratch.Of(Scratch.Use.LeftSide, (product.Rows + tileHeight - 1) / tileHeight * tileHeight * depth);
        var packing = new LeftPacking { Product = product, TileHeight = tileHeight, FirstK = k, Depth = depth, Packed = packed };
        team.Run(ref packing, packing.Parts);
        return packed;
    }

    private static ReadOnlySpan<float> PackRight(scoped in Product product, int k, int depth, ThreadTeam team)
    {
        if (product.RightIsPacked)
        {
            return default;
        }

        int panels = Panels.Count(product.Columns);
        Span<float> packed = Scratch.Of(Scratch.Use.WholeRight, panels * depth * Panels.Width);
        var packing = new RightPacking { Product = product, FirstK = k, Depth = depth, Packed = packed };
        team.Run(ref packing, panels);
        return packed;
    }

    /// <summary>Sets the result to what it is before anything is added: the bias or zeros.</summary>
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

    /// <summary>The tiles of a block: each part is a group of rows by a group of panels.</summary>
    private ref struct Blocks : IJob
    {
        public Product Product;

        /// <summary>The left side of this block as [tile, depth, row of the tile], or empty if it is read in place.</summary>
        public ReadOnlySpan<float> PackedLeft;

        /// <summary>The right side's panels of this block, or empty if each part packs its own.</summary>
        public ReadOnlySpan<float> PackedRight;

        /// <summary>Rows of a tile, except the last.</summary>
        public int TileHeight;

        public int RowsPerGroup, PanelsPerGroup, ColumnGroups, FirstK, Depth;

        public bool PanelByPanel;

        /// <summary>Panels that a few rows are multiplied by at the same time, or 0.</summary>
        public int PanelsTogether;

        /// <summary>The layout of the left side as it is read.</summary>
        private readonly Layout LeftLayout => PackedLeft.IsEmpty ? Product.LeftLayout : Layout.Transposed(TileHeight);

        public void Run(int part)
        {
            int firstRow = part / ColumnGroups * RowsPerGroup;
            int lastRow = Math.Min(firstRow + RowsPerGroup, Product.Rows);
            int firstPanel = part % ColumnGroups * PanelsPerGroup;
            int lastPanel = Math.Min(firstPanel + PanelsPerGroup, Panels.Count(Product.Columns));

            ReadOnlySpan<float> right = RightOf(firstPanel, lastPanel, out int panelLength);
            if (PanelsTogether > 0 && (firstPanel + PanelsTogether) * Panels.Width <= Product.Columns)
            {
                RunTogether(right[..(((PanelsTogether - 1) * panelLength) + (Depth * Panels.Width))], panelLength, firstPanel * Panels.Width);
                return;
            }

            if (PanelByPanel)
            {
                RunPanelByPanel(right, panelLength, firstPanel, lastPanel);
                return;
            }

            bool readsNextRows = !Product.LeftLayout.HasContiguousRows && PackedLeft.IsEmpty;
            for (int row = firstRow, height; row < lastRow; row += height)
            {
                height = Math.Min(TileHeight, Product.Rows - row);
                ref readonly float left = ref LeftFrom(row, height);
                for (int panel = firstPanel; panel < lastPanel; panel++)
                {
                    ReadOnlySpan<float> rightPanel = right.Slice((panel - firstPanel) * panelLength, Depth * Panels.Width);
                    ReadAhead ahead = readsNextRows && panel == firstPanel && row + height < lastRow ? ReadAhead.NextRows : ReadAhead.OwnPanel;
                    Tiles(in left, rightPanel, row, height, panel * Panels.Width, ahead, 0);
                }
            }
        }

        /// <summary>
        /// A few tiles of rows by panels that come from memory: all tiles by one panel, then by the next, which the first
        /// two tiles prefetch, half of it each. So memory and arithmetic units work at the same time; tile by tile over
        /// several panels, memory would only work during the first. (In the first panel, one of the two prefetches that
        /// panel itself.) All tiles but the last are equally high, so that few rows do not make one full and one low tile.
        /// </summary>
        private readonly void RunPanelByPanel(ReadOnlySpan<float> right, int panelLength, int firstPanel, int lastPanel)
        {
            for (int panel = firstPanel; panel < lastPanel; panel++)
            {
                ReadOnlySpan<float> rightPanel = right.Slice((panel - firstPanel) * panelLength, Depth * Panels.Width);
                for (int tile = 0, row = 0; row < Product.Rows; tile++, row += TileHeight)
                {
                    int height = Math.Min(TileHeight, Product.Rows - row);
                    ref readonly float left = ref LeftFrom(row, height);
                    nint otherPanel = ((nint)panelLength * sizeof(float)) + ((nint)tile * Depth * Prefetch.Line);
                    ReadAhead ahead = tile >= 2 ? ReadAhead.Nothing : tile == 0 && panel == firstPanel ? ReadAhead.OwnPanel : ReadAhead.OtherPanel;
                    Tiles(in left, rightPanel, row, height, panel * Panels.Width, ahead, otherPanel);
                }
            }
        }

        /// <summary>The left side from a tile's first row to the end of the block.</summary>
        private readonly ref readonly float LeftFrom(int row, int height)
        {
            // The end of the span is checked here; the loop of the tile stays within it.
            if (!PackedLeft.IsEmpty)
            {
                return ref MemoryMarshal.GetReference(PackedLeft.Slice(row * Depth, TileHeight * Depth));
            }

            int first = Product.LeftLayout.At(row, FirstK), last = Product.LeftLayout.At(row + height - 1, FirstK + Depth - 1);
            return ref MemoryMarshal.GetReference(Product.Left[first..(last + 1)]);
        }

        /// <summary>Some panels of the right side, beginning with the first, and the distance between them.</summary>
        private readonly ReadOnlySpan<float> RightOf(int firstPanel, int lastPanel, out int panelLength)
        {
            if (Product.RightIsPacked)
            {
                panelLength = Product.Inner * Panels.Width;
                return Product.Right[((firstPanel * panelLength) + (FirstK * Panels.Width))..];
            }

            panelLength = Depth * Panels.Width;
            if (!PackedRight.IsEmpty)
            {
                return PackedRight[(firstPanel * panelLength)..];
            }

            Span<float> packed = Scratch.Of(Scratch.Use.RightPanels, (lastPanel - firstPanel) * panelLength);
            int column = firstPanel * Panels.Width;
            Packing.Pack(
                Product.Right, Product.RightLayout, FirstK, Depth, column, Math.Min(lastPanel * Panels.Width, Product.Columns) - column, packed);
            return packed;
        }

        /// <summary>A few rows, all there are, by whole panels at the same time.</summary>
        private readonly void RunTogether(ReadOnlySpan<float> panels, int panelLength, int column)
        {
            (int rows, int columns, int stride) = (Product.Rows, PanelsTogether * Panels.Width, Product.ResultStride);
            ref float result = ref MemoryMarshal.GetReference(Product.Result.Slice(column, ((rows - 1) * stride) + columns));
            bool onResult = Product.Adds || FirstK > 0;
            ref readonly float start = ref onResult ? ref result : ref StartOf(column, columns);
            FewRows<TLanes, TVector, FloatPanel<TLanes, TVector>>.Compute(
                rows, in LeftFrom(row: 0, rows), LeftLayout, in MemoryMarshal.GetReference(panels), panelLength, Depth,
                in start, onResult ? stride : 0, ref result, stride);
        }

        /// <summary>The tiles of some rows by one panel.</summary>
        private readonly void Tiles(
            ref readonly float left, ReadOnlySpan<float> rightPanel, int row, int height, int firstColumn, ReadAhead ahead, nint otherPanel)
        {
            int width = MicroKernel<TLanes, TVector>.NR;
            int lastColumn = Math.Min(firstColumn + Panels.Width, Product.Columns);
            bool onResult = Product.Adds || FirstK > 0;
            for (int column = firstColumn; column < lastColumn; column += width)
            {
                ref readonly float right = ref rightPanel[column - firstColumn];
                int columns = Math.Min(width, lastColumn - column);
                int begin = (row * Product.ResultStride) + column;
                int end = ((row + height - 1) * Product.ResultStride) + column + columns;
                Span<float> result = Product.Result[begin..end];
                if (columns < width)
                {
                    NarrowTile(in left, in right, result, height, column, columns, onResult);
                    return;
                }

                ref float target = ref MemoryMarshal.GetReference(result);
                ref readonly float start = ref onResult ? ref target : ref StartOf(column, width);
                MicroKernel<TLanes, TVector>.Compute(
                    height, in left, LeftLayout, in right, Depth, in start, onResult ? Product.ResultStride : 0,
                    ref target, Product.ResultStride, column == firstColumn || ahead == ReadAhead.OwnPanel ? ahead : ReadAhead.Nothing, otherPanel);
            }
        }

        /// <summary>
        /// The initial values of some columns of the product, the same in each row: the bias, or zeros.
        /// </summary>
        private readonly ref readonly float StartOf(int column, int columns) =>
            ref MemoryMarshal.GetReference(Product.Bias.IsEmpty ? Zeros.Values : Product.Bias.Slice(column, columns));

        /// <summary>
        /// A tile that is wider than the product's remaining columns: computed in a buffer and copied.
        /// </summary>
        private readonly void NarrowTile(
            ref readonly float left, ref readonly float right, Span<float> result, int height, int column, int columns, bool onResult)
        {
            int width = MicroKernel<TLanes, TVector>.NR;
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
            MicroKernel<TLanes, TVector>.Compute(height, in left, LeftLayout, in right, Depth, in start, width, ref start, width);
            for (int i = 0; i < height; i++)
            {
                tile.Slice(i * width, columns).CopyTo(result[(i * Product.ResultStride)..]);
            }
        }
    }
}
