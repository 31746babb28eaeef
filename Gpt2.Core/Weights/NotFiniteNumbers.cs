// No weight of a model may be NaN or infinite.

using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.Weights;

/// <summary>Finds the numbers of a matrix that are not finite.</summary>
internal static class NotFiniteNumbers
{
    /// <summary>Throws for the first of some weights that has any.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="holder">What cannot hold them: "a CSV folder".</param>
    /// <param name="remedy">What to do; null for nothing.</param>
    /// <exception cref="Gpt2Exception">There is one.</exception>
    public static void RequireNone(Gpt2Weights weights, string holder, string? remedy = null)
    {
        foreach (Matrix matrix in weights.Matrices())
        {
            if (In(matrix) is string problem)
            {
                throw new Gpt2Exception($"{problem}, which {holder} cannot hold: the model is broken")
                {
                    Where = matrix.ToString(),
                    Remedy = remedy,
                };
            }
        }
    }

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
