// Weights of reduced precision, packed once in the order in which a product reads them, as WeightPanels does for
// floats.

using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>
/// Weights [inner, columns] in one of the reduced types, as panels of <see cref="MatMul.WeightPanels.Width"/> columns
/// one after another; the last is padded with zeros. The bytes are the same on every machine. <see cref="WeightType"/>
/// states the errors.
/// </summary>
/// <remarks>
/// A panel is lines of 64 bytes, read as 16 little-endian integers of 32 bits; integer i belongs to columns i and
/// 16 + i. BFloat16: one line per input, with column i in the lower half and column 16 + i in the upper. Int8, Int4: groups
/// of 64 and 32 inputs, each a line of scales in bfloat16 and then two lines for every 4 or 8 inputs, columns 0–15 and
/// 16–31. In an integer the even inputs are in the lower half and the odd inputs in the upper, the first in the lowest
/// bits, all stored as q + 128 or q + 8. The last group is padded with zeros to a whole number of such lines. Reading
/// is fastest if the memory begins at a multiple of 64 bytes.
/// </remarks>
public static class ReducedPanels
{
    /// <summary>Number of bytes in the panels of a weight matrix.</summary>
    /// <param name="type">One of the reduced types.</param>
    /// <param name="inner">Rows of the weights, at least 1.</param>
    /// <param name="columns">Columns of the weights, at least 1.</param>
    /// <exception cref="ArgumentException">More than an array holds, or a size below 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The type is not a reduced one.</exception>
    public static int Length(WeightType type, int inner, int columns)
    {
        Require.Positive(inner);
        Require.Positive(columns);
        long bytes = sizeof(uint) * (long)Panels.Count(columns) * PanelLength(type, inner);
        return bytes <= int.MaxValue ? (int)bytes
            : throw new ArgumentException($"weights of {inner} times {columns} take {bytes} bytes, expected at most {int.MaxValue}");
    }

    /// <summary>Rounds and packs weights.</summary>
    /// <param name="type">One of the reduced types.</param>
    /// <param name="weights">[inner, columns]</param>
    /// <param name="inner">Rows of the weights, at least 1.</param>
    /// <param name="columns">Columns of the weights, at least 1.</param>
    /// <param name="panels"><see cref="Length"/> bytes.</param>
    /// <exception cref="ArgumentException">
    /// Lengths do not match; or, for Int8 and Int4, a weight is not a number between −2¹²⁶ and 2¹²⁶.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The type is not a reduced one.</exception>
    public static void Pack(WeightType type, ReadOnlySpan<float> weights, int inner, int columns, Span<byte> panels) =>
        Pack(type, weights, Layout.RowMajor(columns), inner, columns, panels);

    /// <summary>Rounds and packs weights that are stored per output, [columns, inner].</summary>
    /// <param name="type">One of the reduced types.</param>
    /// <param name="weights">[columns, inner]</param>
    /// <param name="inner">Columns of the array, at least 1.</param>
    /// <param name="columns">Rows of the array, at least 1.</param>
    /// <param name="panels"><see cref="Length"/> bytes.</param>
    /// <exception cref="ArgumentException">
    /// Lengths do not match; or, for Int8 and Int4, a weight is not a number between −2¹²⁶ and 2¹²⁶.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The type is not a reduced one.</exception>
    public static void PackTransposed(WeightType type, ReadOnlySpan<float> weights, int inner, int columns, Span<byte> panels) =>
        Pack(type, weights, Layout.Transposed(inner), inner, columns, panels);

    /// <summary>Copies one column out of its panel, as floats.</summary>
    /// <param name="type">One of the reduced types.</param>
    /// <param name="panels">The panels.</param>
    /// <param name="column">The column, from 0.</param>
    /// <param name="destination">[inner]</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The type is not a reduced one.</exception>
    public static void CopyColumn(WeightType type, ReadOnlySpan<byte> panels, int column, Span<float> destination)
    {
        Require.NotNegative(column);
        int length = PanelLength(type, destination.Length);
        ReadOnlySpan<uint> integers = MemoryMarshal.Cast<byte, uint>(panels);
        if (length == 0 || column / Panels.Width >= integers.Length / length)
        {
            throw new ArgumentException($"column is {column}, expected one of the {panels.Length} bytes of panels of {destination.Length} inputs");
        }

        ReadOnlySpan<uint> panel = integers.Slice(column / Panels.Width * length, length);
        switch (type)
        {
            case WeightType.BFloat16:
                BFloat16.CopyColumn(panel, column % Panels.Width, destination);
                break;
            case WeightType.Int8:
                QuantisedPanel<Int8>.CopyColumn(panel, column % Panels.Width, destination);
                break;
            default:
                QuantisedPanel<Int4>.CopyColumn(panel, column % Panels.Width, destination);
                break;
        }
    }

    /// <summary>Number of 32-bit integers in a panel.</summary>
    internal static int PanelLength(WeightType type, int inner) => type switch
    {
        WeightType.BFloat16 => checked(inner * BFloat16.LineLength),
        WeightType.Int8 => QuantisedPanel<Int8>.Length(inner),
        WeightType.Int4 => QuantisedPanel<Int4>.Length(inner),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, $"the type is {type}, expected BFloat16, Int8 or Int4"),
    };

    private static void Pack(WeightType type, ReadOnlySpan<float> weights, Layout layout, int inner, int columns, Span<byte> panels)
    {
        Require.Length(panels.Length, Length(type, inner, columns));
        Require.Length(weights.Length, Require.Product(inner, columns));
        Span<uint> integers = MemoryMarshal.Cast<byte, uint>(panels);
        int length = PanelLength(type, inner);
        for (int column = 0; column < columns; column += Panels.Width)
        {
            var source = new PanelSource(weights, layout, inner, column, Math.Min(Panels.Width, columns - column));
            Span<uint> panel = integers.Slice(column / Panels.Width * length, length);
            switch (type)
            {
                case WeightType.BFloat16:
                    BFloat16.Pack(source, panel);
                    break;
                case WeightType.Int8:
                    QuantisedPanel<Int8>.Pack(source, panel);
                    break;
                default:
                    QuantisedPanel<Int4>.Pack(source, panel);
                    break;
            }
        }
    }
}
