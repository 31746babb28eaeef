// A token as the page shows it: on one line, with its spaces visible.

using Gpt2.Cli.Output;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Explore;

internal static class TokenLabel
{
    /// <summary>Stands for a space.</summary>
    private const char OpenBox = '␣';

    /// <summary>The label of a token; "" if the vocabulary has no such token, which may be if the matrix has more rows than it.</summary>
    public static string Of(Vocabulary vocabulary, int id) =>
        vocabulary.IsUnused(id) ? vocabulary.WrittenForm(id) : id < vocabulary.Count ? Of(vocabulary.BytesOf(id)) : "";

    /// <summary>The bytes as text: line ends and other controls as escapes, bytes that are not a character as \xNN.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) =>
        TokenText.Quoted(bytes)[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace(' ', OpenBox);

    /// <summary>A label with spaces again: the token's text, if nothing in it had to be escaped.</summary>
    public static string WithSpaces(string label) => label.Replace(OpenBox, ' ');
}
