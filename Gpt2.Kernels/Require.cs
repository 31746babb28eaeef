// Checks of lengths at the beginning of every operation, in Release too, so that the kernels may trust their spans. The
// messages name the argument, what was found and what was expected. The debugger steps through.

using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Gpt2.Kernels;

internal static class Require
{
    /// <summary>Throws unless the span called <paramref name="name"/> has exactly the expected length.</summary>
    [DebuggerStepThrough]
    public static void Length(int found, int expected, [CallerArgumentExpression(nameof(found))] string name = "")
    {
        if (found != expected)
        {
            throw new ArgumentException($"{name} is {found}, expected {expected}");
        }
    }

    /// <summary>Throws unless <paramref name="length"/> is a whole number of rows; returns that number.</summary>
    [DebuggerStepThrough]
    public static int WholeRows(int length, int columns, [CallerArgumentExpression(nameof(length))] string name = "")
    {
        Positive(columns);
        if (length % columns != 0)
        {
            throw new ArgumentException($"{name} is {length}, expected a multiple of the {columns} columns");
        }

        return length / columns;
    }

    [DebuggerStepThrough]
    public static void Positive(int found, [CallerArgumentExpression(nameof(found))] string name = "")
    {
        if (found <= 0)
        {
            throw new ArgumentOutOfRangeException(name, found, $"{name} is {found}, expected at least 1");
        }
    }

    [DebuggerStepThrough]
    public static void NotNegative(int found, [CallerArgumentExpression(nameof(found))] string name = "")
    {
        if (found < 0)
        {
            throw new ArgumentOutOfRangeException(name, found, $"{name} is {found}, expected at least 0");
        }
    }

    /// <summary>
    /// Throws unless the columns from <paramref name="first"/> on are within a matrix of <paramref name="all"/>
    /// columns.
    /// </summary>
    [DebuggerStepThrough]
    public static void Inside(int first, int columns, int all, [CallerArgumentExpression(nameof(first))] string name = "")
    {
        Positive(all);
        if (first < 0 || columns < 0 || first > all - columns)
        {
            throw new ArgumentException($"{name} is {first} with {columns} columns from there, expected columns within 0 to {all - 1}");
        }
    }

    /// <summary>
    /// Throws if source and destination share memory: the operation would read what it has just written.
    /// </summary>
    [DebuggerStepThrough]
    public static void Apart(
        ReadOnlySpan<float> source, ReadOnlySpan<float> destination,
        [CallerArgumentExpression(nameof(source))] string sourceName = "",
        [CallerArgumentExpression(nameof(destination))] string destinationName = "")
    {
        if (source.Overlaps(destination))
        {
            throw new ArgumentException($"{destinationName} shares memory with {sourceName}, expected separate matrices");
        }
    }

    /// <summary>
    /// Throws if the spans share memory without being the same span: working in place is correct, working shifted is
    /// not.
    /// </summary>
    [DebuggerStepThrough]
    public static void SameOrApart(
        ReadOnlySpan<float> source, ReadOnlySpan<float> destination,
        [CallerArgumentExpression(nameof(source))] string sourceName = "",
        [CallerArgumentExpression(nameof(destination))] string destinationName = "")
    {
        if (source.Overlaps(destination, out int offset) && offset != 0)
        {
            throw new ArgumentException(
                $"{destinationName} is {sourceName} shifted by {offset}, expected the same or separate memory");
        }
    }

    /// <summary>Rows × columns; throws if that is more than a span's length can be.</summary>
    [DebuggerStepThrough]
    public static int Product(int left, int right)
    {
        long product = (long)left * right;
        if (product > int.MaxValue)
        {
            throw new ArgumentException($"{left} times {right} elements, expected at most {int.MaxValue}");
        }

        return (int)product;
    }
}
