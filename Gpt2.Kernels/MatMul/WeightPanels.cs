// Weights packed once, in the order in which a product reads them, so that it streams through memory.

using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.MatMul;

/// <summary>
/// Weights [inner, columns] as panels of <see cref="Width"/> columns, [inner, Width] each, one after another; the last
/// is padded with zeros. The layout is the same on every machine.
/// </summary>
public static class WeightPanels
{
    /// <summary>Columns of a panel.</summary>
    public const int Width = Panels.Width;

    /// <summary>Number of columns whose rows are read at a time.</summary>
    private const int ColumnsAtOnce = 8 * Width;

    /// <summary>Number of floats in the panels of a weight matrix.</summary>
    /// <exception cref="ArgumentException">More than an array holds.</exception>
    public static int Length(int inner, int columns) => Require.Product(inner, Panels.Count(columns) * Width);

    /// <summary>Packs weights.</summary>
    /// <param name="weights">[inner, columns]</param>
    /// <param name="inner">Rows of the weights, at least 1.</param>
    /// <param name="columns">Columns of the weights, at least 1.</param>
    /// <param name="panels"><see cref="Length"/> floats; must not overlap the weights.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or memory overlaps.</exception>
    public static void Pack(ReadOnlySpan<float> weights, int inner, int columns, Span<float> panels) =>
        Pack(weights, Layout.RowMajor(columns), inner, columns, panels);

    /// <summary>Packs weights that are stored per output, [columns, inner].</summary>
    /// <param name="weights">[columns, inner]</param>
    /// <param name="inner">Columns of the array, at least 1.</param>
    /// <param name="columns">Rows of the array, at least 1.</param>
    /// <param name="panels"><see cref="Length"/> floats; must not overlap the weights.</param>
    /// <exception cref="ArgumentException">Lengths do not match, or memory overlaps.</exception>
    public static void PackTransposed(ReadOnlySpan<float> weights, int inner, int columns, Span<float> panels) =>
        Pack(weights, Layout.Transposed(inner), inner, columns, panels);

    /// <summary>Copies one column out of its panel.</summary>
    /// <param name="panels">The panels.</param>
    /// <param name="column">The column, from 0.</param>
    /// <param name="destination">[inner]</param>
    public static void CopyColumn(ReadOnlySpan<float> panels, int column, Span<float> destination)
    {
        int inner = destination.Length;
        ReadOnlySpan<float> panel = panels.Slice(column / Width * inner * Width, inner * Width);
        int at = column % Width;
        for (int k = 0; k < destination.Length; k++, at += Width)
        {
            destination[k] = panel[at];
        }
    }

    private static void Pack(ReadOnlySpan<float> weights, Layout layout, int inner, int columns, Span<float> panels)
    {
        Require.Positive(inner);
        Require.Positive(columns);
        Require.Length(weights.Length, Require.Product(inner, columns));
        Require.Length(panels.Length, Length(inner, columns));
        Require.Apart(weights, panels);
        for (int column = 0; column < columns; column += ColumnsAtOnce)
        {
            Packing.Pack(weights, layout, 0, inner, column, Math.Min(ColumnsAtOnce, columns - column), panels[(column * inner)..]);
        }
    }
}
