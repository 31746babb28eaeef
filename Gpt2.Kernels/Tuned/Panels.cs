// The form in which the right side of a product is packed.

namespace Gpt2.Kernels.Tuned;

/// <summary>
/// A panel is <see cref="Width"/> columns of the right side: [depth, Width], beginning with the columns of k = 0. What is missing
/// of it is zeros. The left side needs none: a tile reads few elements of it at a time, and reads them where they lie.
/// </summary>
internal static class Panels
{
    /// <summary>Columns of a panel, for vectors of every width: NR of the widest, and a whole number of NR of the others.</summary>
    public const int Width = 32;

    /// <summary>How many panels some columns take.</summary>
    public static int Count(int columns) => (columns + Width - 1) / Width;
}
