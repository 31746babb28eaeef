// The three products that attention and its backward pass are made of, for one head of one sequence, skipping what the
// mask hides from a whole tile of rows. Spans begin at the head's first row and column; rows are AttentionShape's
// strides apart.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.Attention;

/// <summary>
/// Products of one head. Each is divided into shares: share i of n has the tiles i, i + n, i + 2n … of the result's
/// rows, so all shares are about equally large and write to different rows. The number of shares does not change a bit.
/// </summary>
/// <remarks>
/// Each row of a tile sees one key more than the row above it. Where the rows of a tile differ, a copy of the weights has
/// zeros for what a row does not see. This is right as long as these zeros meet finite numbers, for 0 · ∞
/// is NaN; where they do not, tiles of one row are computed, with the same bits, except that a sum of zero may have the other sign.
/// </remarks>
internal static class HeadProducts<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    // Block of weights that are summed over queries: a row is three or more cache lines, and a block fits in the
    // first-level cache together with the rows of the right side.
    private const int KeysOfABlock = 96, TokensOfABlock = 128;

    private static int MR => HeadTile<TLanes, TVector>.MR;

    private static int PanelWidth => HeadTile<TLanes, TVector>.PanelWidth;

    /// <summary>
    /// result[t, u] = scale · left[t] · right[u] for the visible u, and <paramref name="masked"/> for the others.
    /// </summary>
    /// <param name="left">[tokens, headSize]</param>
    /// <param name="right">[total, headSize]</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="scale">Each product is multiplied by this.</param>
    /// <param name="masked">The result for keys that a query does not see.</param>
    /// <param name="share">Index of the share to compute.</param>
    /// <param name="shares">Number of shares.</param>
    /// <param name="result">[tokens, total]</param>
    public static void Dots(
        ReadOnlySpan<float> left,
        ReadOnlySpan<float> right,
        in AttentionShape shape,
        float scale,
        float masked,
        int share,
        int shares,
        Span<float> result)
    {
        ReadOnlySpan<float> panels = PackTransposed(right, shape, scale);
        for (int token = share * MR; token < shape.Tokens; token += shares * MR)
        {
            int rows = Math.Min(MR, shape.Tokens - token);
            int visible = shape.Visible(token + rows - 1);
            ReadOnlySpan<float> tileLeft = left[(token * shape.Channels)..];
            Span<float> tileResult = result[(token * shape.ScoreStride)..];
            for (int key = 0; key < visible; key += PanelWidth)
            {
                HeadTile<TLanes, TVector>.Across(
                    rows, tileLeft, Layout.RowMajor(shape.Channels), panels[(key * shape.HeadSize)..], shape.HeadSize,
                    Math.Min(PanelWidth, visible - key), Math.Min(PanelWidth, shape.Total - key),
                    TileStart.Zero, tileResult[key..], shape.ScoreStride);
            }

            for (int row = 0; row < rows; row++)
            {
                tileResult.Slice(row * shape.ScoreStride, shape.Total)[shape.Visible(token + row)..].Fill(masked);
            }
        }
    }

    /// <summary>result[t] = scale · Σ over the visible u of weights[t, u] · right[u].</summary>
    /// <param name="weights">[tokens, total]; masked weights are not used.</param>
    /// <param name="right">[total, headSize]</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="scale">Each product is multiplied by this.</param>
    /// <param name="share">Index of the share to compute.</param>
    /// <param name="shares">Number of shares.</param>
    /// <param name="result">[tokens, headSize]</param>
    public static void SumOverKeys(
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> right,
        in AttentionShape shape,
        float scale,
        int share,
        int shares,
        Span<float> result)
    {
        ReadOnlySpan<float> panels = PackRows(right, shape, shape.Total, scale, out bool finite);
        Span<float> corner = Scratch.Of(Scratch.Use.LeftSide, MR * MR);
        int height = finite ? MR : 1; // with NaN or ∞ on the right, not even weights of zero may be added
        for (int token = share * MR; token < shape.Tokens; token += shares * MR)
        {
            int end = Math.Min(token + MR, shape.Tokens);
            for (int first = token, rows; first < end; first += rows)
            {
                rows = Math.Min(height, end - first);
                ReadOnlySpan<float> left = weights[(first * shape.ScoreStride)..];
                Span<float> tile = result[(first * shape.Channels)..];
                int common = shape.Visible(first);
                Sum(rows, left, shape.ScoreStride, panels, common, TileStart.Zero, shape, tile);
                if (rows > 1)
                {
                    // What the later rows see besides, row by row one key more; zeros for the rest.
                    CopyCorner(rows, left[common..], shape.ScoreStride, corner);
                    Sum(rows, corner, MR, panels[(common * PanelWidth)..], rows - 1, TileStart.Result, shape, tile);
                }
            }
        }
    }

    /// <summary>result (+)= rows of weights · some keys' rows, for all columns of a head.</summary>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="weights">[rows, depth]</param>
    /// <param name="stride">Distance between rows of the weights.</param>
    /// <param name="panels">The panels of all keys, from the first of these on.</param>
    /// <param name="depth">Number of keys.</param>
    /// <param name="start">What the sums begin with.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="result">[rows, headSize]</param>
    private static void Sum(
        int rows, ReadOnlySpan<float> weights, int stride, ReadOnlySpan<float> panels, int depth, TileStart start, in AttentionShape shape,
        Span<float> result)
    {
        for (int column = 0; column < shape.HeadSize; column += PanelWidth)
        {
            int columns = Math.Min(PanelWidth, shape.HeadSize - column);
            HeadTile<TLanes, TVector>.Across(
                rows, weights, Layout.RowMajor(stride), panels[(column * shape.Total)..], depth, columns, columns, start, result[column..],
                shape.Channels);
        }
    }

    private static void CopyCorner(int rows, ReadOnlySpan<float> weights, int stride, Span<float> corner)
    {
        corner[..(rows * MR)].Clear();
        for (int row = 1; row < rows; row++)
        {
            for (int key = 0; key < row; key++)
            {
                corner[(row * MR) + key] = weights[(row * stride) + key];
            }
        }
    }

    /// <summary>result[u] = scale · Σ over the t that see u of weights[t, u] · right[t].</summary>
    /// <param name="weights">[tokens, total]; masked weights are not used.</param>
    /// <param name="right">[tokens, headSize]</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="scale">Each product is multiplied by this.</param>
    /// <param name="share">Index of the share to compute.</param>
    /// <param name="shares">Number of shares.</param>
    /// <param name="result">[total, headSize]</param>
    public static void SumOverQueries(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> right, in AttentionShape shape, float scale, int share, int shares, Span<float> result)
    {
        ReadOnlySpan<float> panels = PackRows(right, shape, shape.Tokens, scale, out bool finite);
        Span<float> blockWeights = Scratch.Of(Scratch.Use.LeftSide, TokensOfABlock * KeysOfABlock); // [tokens, keys]
        for (int block = share * KeysOfABlock; block < shape.Total; block += shares * KeysOfABlock)
        {
            int last = Math.Min(block + KeysOfABlock, shape.Total);
            for (int start = FirstSeeing(block, shape), end; start < shape.Tokens; start = end)
            {
                end = Math.Min(start + TokensOfABlock, shape.Tokens);
                for (int token = start; token < end; token++)
                {
                    Span<float> copy = blockWeights.Slice((token - start) * KeysOfABlock, KeysOfABlock);
                    int seen = Math.Min(last, shape.Visible(token)) - block;
                    weights.Slice((token * shape.ScoreStride) + block, seen).CopyTo(copy);
                    copy[seen..].Clear();
                }

                for (int key = block, height; key < last; key += height)
                {
                    height = finite ? Math.Min(MR, last - key) : 1;
                    int first = Math.Max(start, FirstSeeing(key, shape));
                    if (first >= end)
                    {
                        break;
                    }

                    TileStart begin = first == FirstSeeing(key, shape) ? TileStart.Zero : TileStart.ZeroThenAdd;
                    ReadOnlySpan<float> left = blockWeights[(((first - start) * KeysOfABlock) + key - block)..];
                    for (int column = 0; column < shape.HeadSize; column += PanelWidth)
                    {
                        int columns = Math.Min(PanelWidth, shape.HeadSize - column);
                        HeadTile<TLanes, TVector>.Across(
                            height, left, Layout.Transposed(KeysOfABlock), panels[((column * shape.Tokens) + (first * PanelWidth))..],
                            end - first, columns, columns, begin, result[((key * shape.Channels) + column)..], shape.Channels);
                    }
                }
            }
        }
    }

    /// <summary>The first query that sees a key.</summary>
    private static int FirstSeeing(int key, in AttentionShape shape) => Math.Max(0, key - shape.Past);

    /// <summary>Packs scale · the rows, transposed, into panels [headSize, width].</summary>
    private static ReadOnlySpan<float> PackTransposed(ReadOnlySpan<float> rows, in AttentionShape shape, float scale)
    {
        int width = PanelWidth, panelLength = shape.HeadSize * width;
        Span<float> panels = Scratch.Of(Scratch.Use.RightPanels, (shape.Total + width - 1) / width * panelLength);
        for (int key = 0; key < shape.Total; key += width)
        {
            Packing.Transpose(
                rows[(key * shape.Channels)..], shape.Channels, Math.Min(width, shape.Total - key), shape.HeadSize, scale,
                panels.Slice(key * shape.HeadSize, panelLength), width);
        }

        return panels;
    }

    /// <summary>Packs scale · the rows into panels [count, width]; returns whether all elements are finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ReadOnlySpan<float> PackRows(ReadOnlySpan<float> rows, in AttentionShape shape, int count, float scale, out bool finite)
    {
        int width = PanelWidth;
        Span<float> panels = Scratch.Of(Scratch.Use.RightPanels, (shape.HeadSize + width - 1) / width * width * count);
        TVector scales = TLanes.Create(scale), zero = TLanes.Create(0), spoilt = zero;
        float spoiltRest = 0; // 0 as long as all elements are finite, then NaN
        for (int column = 0; column < shape.HeadSize; column += width)
        {
            int columns = Math.Min(width, shape.HeadSize - column);
            ref readonly float from = ref MemoryMarshal.GetReference(rows.Slice(column, ((count - 1) * shape.Channels) + columns));
            Span<float> panel = panels.Slice(column * count, count * width);
            ref float to = ref MemoryMarshal.GetReference(panel);
            for (int row = 0; row < count; row++)
            {
                int i = 0;
                for (; i <= columns - TLanes.Count; i += TLanes.Count)
                {
                    TVector scaled = TLanes.Multiply(TLanes.Load(in from, (row * shape.Channels) + i), scales);
                    TLanes.Store(scaled, ref to, (row * width) + i);
                    spoilt = TLanes.MultiplyAdd(scaled, zero, spoilt);
                }

                for (; i < columns; i++)
                {
                    float scaled = rows[(row * shape.Channels) + column + i] * scale;
                    panel[(row * width) + i] = scaled;
                    spoiltRest += scaled * 0;
                }
            }
        }

        finite = !float.IsNaN(TLanes.Sum(spoilt) + spoiltRest);
        return panels;
    }
}
