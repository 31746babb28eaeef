// A text as sentences of words, for counting: nothing to do with the tokens of a model.

namespace Gpt2.Core.Laboratory.Embeddings;

/// <summary>Splits texts into words.</summary>
internal static class WordSplitting
{
    /// <summary>
    /// The sentences of a text, each a list of words in small letters. A word is a run of letters, digits and combining marks; an
    /// apostrophe between letters belongs to it. A sentence ends at ., ! or ? before white space, and at an empty line.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<string>> Sentences(string text, CancellationToken cancellation = default)
    {
        var sentences = new List<IReadOnlyList<string>>();
        var words = new List<string>();
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && IsInWord(text, i))
            {
                start = start < 0 ? i : start;
                continue;
            }

            if (start >= 0)
            {
                cancellation.ThrowIfCancellationRequested();
                words.Add(Normal(text[start..i]));
                start = -1;
            }

            if (words.Count > 0 && (i == text.Length || EndsSentence(text, i)))
            {
                sentences.Add(words);
                words = [];
            }
        }

        return sentences;
    }

    /// <summary>A word as the sentences have it: in small letters, with a straight apostrophe and no white space around it.</summary>
    public static string Normal(string word) => word.Trim().ToLowerInvariant().Replace('’', '\'');

    private static bool IsInWord(string text, int i) => IsLetter(text[i])
        || (text[i] is '\'' or '’' && i > 0 && i + 1 < text.Length && IsLetter(text[i - 1]) && IsLetter(text[i + 1]));

    private static bool IsLetter(char character) => char.IsLetterOrDigit(character) || char.IsSurrogate(character)
        || char.GetUnicodeCategory(character) is System.Globalization.UnicodeCategory.NonSpacingMark
            or System.Globalization.UnicodeCategory.SpacingCombiningMark;

    private static bool EndsSentence(string text, int i) => text[i] switch
    {
        '.' or '!' or '?' => i + 1 == text.Length || !char.IsLetterOrDigit(text[i + 1]),
        '\n' => text.AsSpan(i + 1).TrimStart(" \t\r") is ['\n', ..],
        _ => false,
    };
}
