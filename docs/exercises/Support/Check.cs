// Compares what an exercise computed with what is right. A failure says which step of the computation is wrong, the first wrong cell, and
// how many are right; and if the values are those of a mistake that people often make, it says which.

using Xunit.Sdk;

namespace Exercises.Support;

public static class Check
{
    /// <summary>How far a number may be from the right one: float32 sums in another order differ by less.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>Fails unless all cells are right.</summary>
    /// <param name="what">The step of the computation, worded to begin a sentence.</param>
    /// <param name="actual">What the exercise computed.</param>
    /// <param name="expected">What is right.</param>
    /// <param name="mistakes">What comes of mistakes that people often make, each with a sentence that helps.</param>
    public static void Same(string what, Cells? actual, Cells? expected, params (string Sentence, Cells? Values)[] mistakes) =>
        Same(what, actual, expected, Tolerance, mistakes);

    /// <summary>The same with another tolerance.</summary>
    public static void Same(string what, Cells? actual, Cells? expected, double tolerance, params (string Sentence, Cells? Values)[] mistakes)
    {
        if (actual is null)
        {
            throw new XunitException($"{what}: the method returned null.");
        }

        bool AreRight(Cells wanted) => actual.HasShapeOf(wanted)
            && Enumerable.Range(0, actual.Count).All(cell => actual.IsRight(wanted, cell, tolerance));
        if (!AreRight(expected!))
        {
            string known = string.Concat(mistakes.Where(mistake => AreRight(mistake.Values!)).Take(1).Select(mistake => "\n" + mistake.Sentence));
            throw new XunitException(Difference(what, actual, expected!, tolerance) + known);
        }
    }

    /// <summary>Fails, with a sentence that helps, unless something is so.</summary>
    public static void That(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            throw new XunitException(otherwise);
        }
    }

    private static string Difference(string what, Cells actual, Cells expected, double tolerance)
    {
        if (!actual.HasShapeOf(expected))
        {
            return $"{what}: found {actual.ShapeBeside(expected)} ({actual}), expected {expected.ShapeBeside(actual)} ({expected}).";
        }

        bool[] right = [.. Enumerable.Range(0, actual.Count).Select(cell => actual.IsRight(expected, cell, tolerance))];
        int first = Array.IndexOf(right, false), count = right.Count(isRight => isRight);
        string difference = $"{actual.Shown(first, expected)}, expected {expected.Shown(first, actual)}";
        return right.Length == 1
            ? $"{what}: found {difference}."
            : $"{what}: cell {actual.AddressOf(first)} is {difference}; {count} of {right.Length} cells ({100 * count / right.Length} %) are right.";
    }
}
