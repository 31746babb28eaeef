// The layout of a matrix in memory.

namespace Gpt2.Kernels.Tuned;

/// <summary>Element [r, c] is at index r · RowStride + c · ColumnStride. One of the strides is 1.</summary>
/// <param name="RowStride">Distance to the element below.</param>
/// <param name="ColumnStride">Distance to the next element of the row.</param>
internal readonly record struct Layout(int RowStride, int ColumnStride)
{
    /// <summary>A matrix stored row after row, <paramref name="stride"/> elements apart.</summary>
    public static Layout RowMajor(int stride) => new(stride, 1);

    /// <summary>The transpose of a matrix that is stored row after row.</summary>
    public static Layout Transposed(int stride) => new(1, stride);

    /// <summary>Whether the elements of a row are contiguous.</summary>
    public bool HasContiguousRows => ColumnStride == 1;

    /// <summary>The index of an element.</summary>
    public int At(int row, int column) => (row * RowStride) + (column * ColumnStride);
}
