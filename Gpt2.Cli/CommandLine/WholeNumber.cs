// Whole numbers on the command line, and the errors for texts that are not one or are out of range. The options
// themselves are defined elsewhere.

using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Gpt2.Cli.CommandLine;

/// <summary>Reads whole numbers: digits with or without a sign, in every culture alike.</summary>
internal static class WholeNumber
{
    /// <summary>Reads the value of an option; null, with an error, if it is not a number in the range.</summary>
    /// <param name="result">The parsed argument.</param>
    /// <param name="name">The option, for the message.</param>
    /// <param name="expected">What is expected, for the error if the text is not a whole number.</param>
    /// <param name="least">The smallest number allowed.</param>
    /// <param name="most">The largest number allowed.</param>
    public static T? Parse<T>(ArgumentResult result, string name, string expected, T least, T most)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        string text = result.Tokens[0].Value;
        if (!IsWhole(text))
        {
            result.AddError($"{name}: found '{text}', expected {expected}");
            return null;
        }

        // A whole number that cannot be parsed is one that does not fit the type.
        bool fits = T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T number);
        if (fits && number >= least && number <= most)
        {
            return number;
        }

        bool tooSmall = fits ? number < least : text[0] == '-';
        string range = tooSmall && most == T.MaxValue ? $"at least {Text(least)}" : $"{Text(least)} to {Text(most)}";
        result.AddError($"{name}: found {text}, expected {range}");
        return null;
    }

    /// <summary>Whether a text is a whole number, of any size.</summary>
    public static bool IsWhole(string text)
    {
        ReadOnlySpan<char> digits = text.AsSpan(text.StartsWith('-') || text.StartsWith('+') ? 1 : 0);
        return digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9');
    }

    private static string Text<T>(T number)
        where T : INumber<T> => number.ToString(null, CultureInfo.InvariantCulture);
}
