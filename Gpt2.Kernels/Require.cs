// Checks of lengths where every operation begins, in Release too: the kernels that it calls may then
// trust their spans. The messages name the argument, what was found and what was expected. The
// debugger steps through.

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

    /// <summary>Throws unless <paramref name="length"/> is whole rows of <paramref name="columns"/>; returns their count.</summary>
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

    /// <summary>Throws unless the columns from <paramref name="first"/> on are columns of a matrix that has <paramref name="all"/>.</summary>
    [DebuggerStepThrough]
    public static void Inside(int first, int columns, int all, [CallerArgumentExpression(nameof(first))] string name = "")
    {
        Positive(all);
        if (first < 0 || columns < 0 || first > all - columns)
        {
            throw new ArgumentException($"{name} is {first} with {columns} columns from there, expected columns within 0 to {all - 1}");
        }
    }

    /// <summary>Throws if source and destination share memory: the operation would read what it has just written.</summary>
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

    /// <summary>Throws if the spans share memory without being the same span: in place is right, shifted is not.</summary>
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

    /// <summary>Rows × columns, refused where it does not fit a span's length.</summary>
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
