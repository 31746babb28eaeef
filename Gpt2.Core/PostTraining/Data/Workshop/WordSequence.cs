// A text as its words: how the rules look for an answer or a phrase in it.

using System.Text.RegularExpressions;

namespace Gpt2.Core.PostTraining.Data.Workshop;

/// <summary>Words and numbers in small letters.</summary>
internal static partial class WordSequence
{
    public static string[] Of(string text) => [.. Words().Matches(text).Select(word => word.Value.ToLowerInvariant())];

    /// <summary>Whether the words of a phrase stand in a text one after another.</summary>
    public static bool Contains(ReadOnlySpan<string> text, ReadOnlySpan<string> phrase) => text.IndexOf(phrase) >= 0;

    [GeneratedRegex("[A-Za-z]+|[0-9]+")]
    private static partial Regex Words();
}
