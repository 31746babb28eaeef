// No weight of a model may be NaN or infinite.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Weights;

/// <summary>Finds the numbers of a matrix that are not finite.</summary>
internal static class NotFiniteNumbers
{
    /// <summary>How many there are and where the first is, in words; null if all numbers are finite.</summary>
    public static string? In(Matrix matrix)
    {
        ReadOnlySpan<float> numbers = matrix.Span;
        int count = 0, first = -1;
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!float.IsFinite(numbers[i]))
            {
                first = count++ == 0 ? i : first;
            }
        }

        if (count == 0)
        {
            return null;
        }

        string many = count == 1 ? "a number is not finite," : $"{count} numbers are not finite, the first";
        string number = float.IsNaN(numbers[first]) ? "NaN" : "an infinity";
        return $"{many} {number} in row {(first / matrix.Columns) + 1} column {(first % matrix.Columns) + 1}";
    }
}
