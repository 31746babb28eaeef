// Checks of matrix shapes at module boundaries.

using System.Diagnostics;

namespace Gpt2.Core.Numerics;

/// <summary>Shape checks that stay on in Release: a wrong shape is named, not computed with.</summary>
internal static class Shape
{
    /// <summary>Throws unless the matrix is [rows, columns].</summary>
    /// <exception cref="ArgumentException">It is not; the message names matrix, shape and expectation.</exception>
    [DebuggerStepThrough]
    public static void Require(Matrix matrix, int rows, int columns)
    {
        if (matrix.Rows != rows || matrix.Columns != columns)
        {
            throw new ArgumentException($"{matrix} has the wrong shape, expected [{rows}, {columns}]");
        }
    }
}
