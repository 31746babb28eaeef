// Weights with few decimal digits make small CSV files.

using System.Globalization;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.Training;

/// <summary>Rounds weights.</summary>
internal static class DecimalDigits
{
    /// <summary>Rounds all numbers of matrices, in place.</summary>
    /// <param name="matrices">The matrices.</param>
    /// <param name="digits">How many significant digits to keep; 0 for all.</param>
    public static void Keep(IEnumerable<Matrix> matrices, int digits)
    {
        if (digits == 0)
        {
            return;
        }

        string format = "G" + digits.ToString(CultureInfo.InvariantCulture);
        foreach (Matrix matrix in matrices)
        {
            foreach (ref float weight in matrix.Span)
            {
                weight = float.Parse(weight.ToString(format, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            }
        }
    }
}
