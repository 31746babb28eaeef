// Tokens that were added to a vocabulary after its merges were learned. They are found in a text before anything else is done
// with it, as in Hugging Face's tokenizers: the leftmost first, and of several at the same place the longest.

using System.Buffers;

namespace Gpt2.Core.Text;

/// <summary>Finds added tokens in texts. Immutable, safe to share.</summary>
internal sealed class AddedTokenSearch
{
    private readonly Dictionary<string, int> idOf;
    private readonly SearchValues<char> beginnings;
    private readonly int[] lengths; // the longest first

    /// <param name="tokens">The tokens with their ids, none of them empty.</param>
    public AddedTokenSearch(IEnumerable<(string Token, int Id)> tokens)
    {
        idOf = tokens.ToDictionary(token => token.Token, token => token.Id, StringComparer.Ordinal);
        beginnings = SearchValues.Create([.. idOf.Keys.Select(token => token[0]).Distinct()]);
        lengths = [.. idOf.Keys.Select(token => token.Length).Distinct().OrderDescending()];
    }

    /// <summary>The first token in a text.</summary>
    /// <returns>Where it begins, its length and its id; −1 if there is none.</returns>
    public (int Start, int Length, int Id) FindFirst(ReadOnlySpan<char> text)
    {
        var lookup = idOf.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int start = 0; start < text.Length; start++)
        {
            int next = text[start..].IndexOfAny(beginnings);
            if (next < 0)
            {
                break;
            }

            start += next;
            foreach (int length in lengths)
            {
                if (length <= text.Length - start && lookup.TryGetValue(text.Slice(start, length), out int id))
                {
                    return (start, length, id);
                }
            }
        }

        return (-1, 0, -1);
    }
}
