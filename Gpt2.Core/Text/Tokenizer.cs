// Text to token ids and back: splitting into words, merging, decoding.

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
        while (allowSpecial && text.IndexOf(Vocabulary.EndOfTextToken, StringComparison.Ordinal) is int special and >= 0)
        {
            EncodePlain(text[..special], encoder, ids);
            ids.Add(vocabulary.EndOfText);
            text = text[(special + Vocabulary.EndOfTextToken.Length)..];
        }

        EncodePlain(text, encoder, ids);
        return [.. ids];
    }

    /// <summary>Every word of a text with its merges in order, computed one by one while enumerating.</summary>
    public IEnumerable<WordExplanation> Explain(string text)
    {
        var encoder = new BytePairEncoder(vocabulary);
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = PreTokenizer.WordEnd(text, start);
            yield return encoder.Explain(text.AsSpan(start..end));
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

    private static void EncodePlain(ReadOnlySpan<char> text, BytePairEncoder encoder, List<int> ids)
    {
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = PreTokenizer.WordEnd(text, start);
            encoder.Encode(text[start..end], ids);
        }
    }
}
