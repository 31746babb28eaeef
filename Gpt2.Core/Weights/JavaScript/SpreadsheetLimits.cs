// The JavaScript edition's page cannot handle every vocabulary. Whoever converts a model for it is told what will not
// work.

using System.Globalization;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights.JavaScript;

/// <summary>Finds the tokens and merges that the page cannot handle.</summary>
internal static class SpreadsheetLimits
{
    private const int MaxShown = 3;

    /// <summary>One sentence for each limit that a vocabulary exceeds.</summary>
    public static IEnumerable<string> Of(Vocabulary vocabulary)
    {
        string?[] texts = [.. Enumerable.Range(0, vocabulary.EndOfText).Select(id => SpreadsheetToken.TextOf(vocabulary.BytesOf(id)))];
        int[] bytes = [.. Enumerable.Range(0, texts.Length).Where(id => texts[id] is null)];
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"tokens that are control characters or incomplete characters: {bytes.Length}; they are written as <0xNN>, a line feed as <0x0A>, "
            + $"and the page finds none of them in a prompt");

        int[] through = [.. Enumerable.Range(0, vocabulary.Merges.Count)
            .Where(rank => texts[256 + rank] is not null && GoesThrough(bytes, vocabulary.Merges[rank]))];
        if (through.Length > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"tokens of whole characters merged from incomplete ones: {through.Length} ({Shown(through, texts)}); "
                + $"the page finds those of a single character and leaves the others in pieces");
        }

        int[] beyond = [.. Enumerable.Range(0, texts.Length).Where(id => texts[id]?.Any(char.IsSurrogate) == true)];
        if (beyond.Length > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"tokens with characters beyond U+FFFF: {beyond.Length} ({Shown([.. beyond.Select(id => id - 256)], texts)}); "
                + $"the page cuts these characters in two and finds none of the tokens");
        }

        if (vocabulary.AddedTokens.Count > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"added tokens: {vocabulary.AddedTokens.Count}; the page knows merges alone and finds none of them in a prompt");
        }

        foreach (string pairs in Confused(vocabulary, texts))
        {
            yield return pairs;
        }
    }

    /// <summary>
    /// The page joins the two sides of a merge with a comma, so commas in tokens can make two merges look the same.
    /// </summary>
    private static IEnumerable<string> Confused(Vocabulary vocabulary, string?[] texts)
    {
        IEnumerable<IGrouping<string, string>> keys = vocabulary.Merges
            .Where(merge => texts[merge.Left] is not null && texts[merge.Right] is not null)
            .Select(merge => $"{texts[merge.Left]},{texts[merge.Right]}")
            .Where(key => key.Count(character => character == ',') > 1)
            .GroupBy(key => key);
        foreach (IGrouping<string, string> key in keys.Where(key => key.Count() > 1))
        {
            yield return $"{key.Count()} merges are '{key.Key}' to the page, which joins their sides with a comma; it uses the last";
        }
    }

    private static bool GoesThrough(int[] bytes, Merge merge) =>
        Array.BinarySearch(bytes, merge.Left) >= 0 || Array.BinarySearch(bytes, merge.Right) >= 0;

    private static string Shown(int[] ranks, string?[] texts) =>
        string.Join(", ", ranks.Take(MaxShown).Select(rank => $"'{texts[256 + rank]}'")) + (ranks.Length > MaxShown ? ", …" : "");
}
