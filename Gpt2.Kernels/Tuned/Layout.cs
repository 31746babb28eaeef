// How a matrix lies in memory.

namespace Gpt2.Kernels.Tuned;

/// <summary>Element [r, c] stands at r · RowStride + c · ColumnStride. One of the strides is 1.</summary>
/// <param name="RowStride">From an element to the one below it.</param>
/// <param name="ColumnStride">From an element to the next of its row.</param>
internal readonly record struct Layout(int RowStride, int ColumnStride)
{
    /// <summary>Row after row, so many elements apart.</summary>
    public static Layout RowMajor(int stride) => new(stride, 1);

    /// <summary>The transpose of a matrix that stands row after row: column after column.</summary>
    public static Layout Transposed(int stride) => new(1, stride);

    /// <summary>Whether the elements of a row stand side by side.</summary>
    public bool HasContiguousRows => ColumnStride == 1;

    /// <summary>The index of an element.</summary>
    public int At(int row, int column) => (row * RowStride) + (column * ColumnStride);
}
