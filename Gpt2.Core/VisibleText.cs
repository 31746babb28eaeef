// What comes from a file or a client must not command the terminal that shows it.

using static System.FormattableString;

namespace Gpt2.Core;

/// <summary>Texts of others, safe to show.</summary>
internal static class VisibleText
{
    private const int MaxBrief = 60;

    /// <summary>The text with its control characters spelled out, except line ends.</summary>
    public static string Of(string text) =>
        text.Any(IsCommand) ? string.Concat(text.Select(c => IsCommand(c) ? Invariant($"\\u{(int)c:X4}") : c.ToString())) : text;

    /// <summary>The beginning of a text that may be long, in one line.</summary>
    public static string Brief(string text) => Of((text.Length <= MaxBrief ? text : text[..MaxBrief] + "…").ReplaceLineEndings(" "));

    /// <summary>Control characters, and those that turn the direction of writing.</summary>
    private static bool IsCommand(char c) =>
        (char.IsControl(c) && c is not ('\n' or '\r')) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
