// Counts the different words of a text, in the order in which they are first seen; merges are learned from the counts.
// PreTokenizer determines where words begin and end.

namespace Gpt2.Core.Text;

/// <summary>A word and how often it occurs.</summary>
internal readonly record struct WordCount(string Word, long Count);

/// <summary>The different words of a text.</summary>
internal static class WordCounts
{
    /// <summary>
    /// The words between the <c>&lt;|endoftext|&gt;</c> that separate documents, in the order of their first
    /// occurrences.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<WordCount> Of(ReadOnlySpan<char> text, CancellationToken cancellation = default)
    {
        var words = new List<string>();
        var counts = new List<long>();
        var placeOf = new Dictionary<string, int>();
        while (!text.IsEmpty)
        {
            int special = text.IndexOf(Vocabulary.EndOfTextToken, StringComparison.Ordinal);
            ReadOnlySpan<char> document = special < 0 ? text : text[..special];
            AddWords(document, words, counts, placeOf, cancellation);
            text = special < 0 ? [] : text[(special + Vocabulary.EndOfTextToken.Length)..];
        }

        var result = new WordCount[words.Count];
        for (int place = 0; place < result.Length; place++)
        {
            result[place] = new WordCount(words[place], counts[place]);
        }

        return result;
    }

    private static void AddWords(
        ReadOnlySpan<char> document, List<string> words, List<long> counts, Dictionary<string, int> placeOf, CancellationToken cancellation)
    {
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = placeOf.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int start = 0, end; start < document.Length; start = end)
        {
            cancellation.ThrowIfCancellationRequested();
            end = PreTokenizer.WordEnd(document, start);
            ReadOnlySpan<char> word = document[start..end];
            if (lookup.TryGetValue(word, out int place))
            {
                counts[place]++;
                continue;
            }

            lookup[word] = words.Count;
            words.Add(word.ToString());
            counts.Add(1);
        }
    }
}
