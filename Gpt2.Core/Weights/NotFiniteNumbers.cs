// Finds what no weight may be: NaN and infinities.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Weights;

/// <summary>The numbers of a matrix that are not finite.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Row">Row of the first, from 1.</param>
/// <param name="Column">Column of the first, from 1.</param>
/// <param name="First">The first.</param>
internal readonly record struct NotFiniteNumbers(int Count, int Row, int Column, float First)
{
    /// <summary>"NaN", or "an infinity".</summary>
    public string FirstName => float.IsNaN(First) ? "NaN" : "an infinity";

    /// <summary>Looks through a matrix; null where all is finite.</summary>
    public static NotFiniteNumbers? In(Matrix matrix)
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

        return count == 0 ? null : new NotFiniteNumbers(count, (first / matrix.Columns) + 1, (first % matrix.Columns) + 1, numbers[first]);
    }
}
