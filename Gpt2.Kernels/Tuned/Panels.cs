// The form in which the right side of a product is packed.

namespace Gpt2.Kernels.Tuned;

/// <summary>
/// A panel is <see cref="Width"/> columns of the right side, [depth, Width], one row for each k. Missing columns are
/// zeros. The left side is mostly read in place: a tile reads few elements of it at a time.
/// </summary>
internal static class Panels
{
    /// <summary>
    /// Columns of a panel, for vectors of every width: NR of the widest, and a multiple of NR of the others.
    /// </summary>
    public const int Width = 32;

    /// <summary>The most panels, or strips of panels, that a few rows read at the same time. More than six gain nothing.</summary>
    public const int MostTogether = 6;

    /// <summary>Number of panels for some columns.</summary>
    public static int Count(int columns) => (columns + Width - 1) / Width;
}
