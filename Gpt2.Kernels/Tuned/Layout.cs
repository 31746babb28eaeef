// How a matrix lies in memory.

namespace Gpt2.Kernels.Tuned;

/// <summary>Where the elements of a matrix stand in memory.</summary>
/// <param name="Stride">From a row to the next, or where exchanged from a column to the next.</param>
/// <param name="Exchanged">Whether the elements of a column stand side by side, in place of those of a row.</param>
internal readonly record struct Layout(int Stride, bool Exchanged)
{
    /// <summary>The index of an element.</summary>
    public int At(int row, int column) => Exchanged ? (column * Stride) + row : (row * Stride) + column;

    /// <summary>From an element to the one below it.</summary>
    public nint RowStride => Exchanged ? 1 : Stride;

    /// <summary>From an element to the next of its row.</summary>
    public nint DepthStride => Exchanged ? Stride : 1;
}
