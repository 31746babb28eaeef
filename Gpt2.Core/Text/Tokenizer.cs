// Text to token ids and back: finding added tokens, splitting into words, merging, decoding.

using System.Text;

namespace Gpt2.Core.Text;

/// <summary>
/// GPT-2's byte-level tokenizer. Any text can be encoded, and decodes to itself. Immutable, safe to share.
/// </summary>
public sealed class Tokenizer(Vocabulary vocabulary)
{
    public Vocabulary Vocabulary => vocabulary;

    /// <summary>Encodes a text.</summary>
    /// <param name="text">Any text; half of a surrogate pair becomes U+FFFD, since UTF-8 cannot represent it.</param>
    /// <param name="allowSpecial">
    /// Whether <c>&lt;|endoftext|&gt;</c> in the text is that token; otherwise it is plain text.
    /// </param>
    public int[] Encode(ReadOnlySpan<char> text, bool allowSpecial = false)
    {
        var encoder = new BytePairEncoder(vocabulary);
        var ids = new List<int>(text.Length / 3);
        while (FindWhole(text, allowSpecial) is (int start and >= 0, int length, int id))
        {
            EncodePlain(text[..start], encoder, ids);
            ids.Add(id);
            text = text[(start + length)..];
        }

        EncodePlain(text, encoder, ids);
        return [.. ids];
    }

    /// <summary>
    /// Every word of a text with its merges in order, computed one by one while enumerating. An added token is a word of its own,
    /// without merges.
    /// </summary>
    public IEnumerable<WordExplanation> Explain(string text)
    {
        var encoder = new BytePairEncoder(vocabulary);
        int rest = 0;
        while (true)
        {
            (int start, int length, int id) = FindWhole(text.AsSpan(rest), allowSpecial: false);
            string plain = start < 0 ? text[rest..] : text.Substring(rest, start);
            for (int word = 0, end; word < plain.Length; word = end)
            {
                end = PreTokenizer.WordEnd(plain, word);
                yield return encoder.Explain(plain.AsSpan(word..end));
            }

            if (start < 0)
            {
                yield break;
            }

            yield return new WordExplanation(text.Substring(rest + start, length), [id], []);
            rest += start + length;
        }
    }

    /// <summary>
    /// The text of ids. Bytes that are not UTF-8 become U+FFFD, as often as the Unicode standard advises.
    /// </summary>
    /// <exception cref="Gpt2Exception">An id is outside the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids) => Encoding.UTF8.GetString(DecodeBytes(ids));

    /// <summary>The bytes of ids.</summary>
    /// <exception cref="Gpt2Exception">An id is outside the vocabulary.</exception>
    public byte[] DecodeBytes(ReadOnlySpan<int> ids)
    {
        var bytes = new List<byte>(4 * ids.Length);
        foreach (int id in ids)
        {
            bytes.AddRange(vocabulary.BytesOf(id));
        }

        return [.. bytes];
    }

    /// <summary>The first token of a text that is taken whole: an added one or, if it is allowed, the end of text.</summary>
    /// <returns>Where it begins, its length and its id; −1 if there is none.</returns>
    private (int Start, int Length, int Id) FindWhole(ReadOnlySpan<char> text, bool allowSpecial) =>
        (allowSpecial ? vocabulary.AddedAndEnd : vocabulary.Added) is AddedTokenSearch added ? added.FindFirst(text)
        : allowSpecial ? (text.IndexOf(Vocabulary.EndOfTextToken, StringComparison.Ordinal), Vocabulary.EndOfTextToken.Length, vocabulary.EndOfText)
        : (-1, 0, -1);

    private static void EncodePlain(ReadOnlySpan<char> text, BytePairEncoder encoder, List<int> ids)
    {
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = PreTokenizer.WordEnd(text, start);
            encoder.Encode(text[start..end], ids);
        }
    }
}
