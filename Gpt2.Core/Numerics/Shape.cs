// Matrix shapes are checked at module boundaries.

using System.Diagnostics;

namespace Gpt2.Core.Numerics;

/// <summary>Shape checks, also in Release: nothing is computed with a wrong shape.</summary>
internal static class Shape
{
    /// <summary>Throws unless the matrix is [rows, columns].</summary>
    /// <exception cref="ArgumentException">
    /// It is not; the message names the matrix, its shape and the expected shape.
    /// </exception>
    [DebuggerStepThrough]
    public static void Require(Matrix matrix, int rows, int columns)
    {
        if (matrix.Rows != rows || matrix.Columns != columns)
        {
            throw new ArgumentException($"{matrix} has the wrong shape, expected [{rows}, {columns}]");
        }
    }
}
