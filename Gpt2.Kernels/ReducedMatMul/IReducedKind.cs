// What distinguishes the kinds of reduced weights in a product.

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>A kind of weights, and how rows are multiplied by a panel of them.</summary>
internal interface IReducedKind
{
    /// <summary>Rows of a full tile.</summary>
    public static abstract int MR { get; }

    /// <summary>Length of a prepared row, in floats.</summary>
    public static abstract int RowLength(int inner);

    /// <summary>Integers in a panel.</summary>
    public static abstract int PanelLength(int inner);

    /// <summary>Brings the rows of a tile into the order in which <see cref="Multiply"/> reads them.</summary>
    /// <param name="input">[rows, inner]</param>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="inner">Columns of the input.</param>
    /// <param name="prepared">[rows · row length]</param>
    public static abstract void Prepare(ReadOnlySpan<float> input, int rows, int inner, Span<float> prepared);

    /// <summary>Panels that a tile of some rows is best multiplied by at the same time, at least 1.</summary>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="panels">Number of panels of the weights.</param>
    /// <param name="threads">Threads that share them.</param>
    public static abstract int PanelsTogether(int rows, int panels, int threads);

    /// <summary>tile += rows · panels.</summary>
    /// <param name="prepared">The prepared rows.</param>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="inner">Columns of the input.</param>
    /// <param name="panels">As many panels as are multiplied together, or what is left, of <see cref="PanelLength"/> each.</param>
    /// <param name="tile">[rows, panels · width of a panel]</param>
    public static abstract void Multiply(ReadOnlySpan<float> prepared, int rows, int inner, ReadOnlySpan<uint> panels, Span<float> tile);
}
