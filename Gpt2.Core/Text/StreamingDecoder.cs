// Decodes tokens as they arrive. A token may end inside a UTF-8 character: incomplete characters wait for the next
// token.

using System.Text;

namespace Gpt2.Core.Text;

/// <summary>Turns a stream of token ids into a stream of whole characters.</summary>
public sealed class StreamingDecoder(Vocabulary vocabulary)
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();

    /// <summary>Returns the characters that this token completes; empty if there are none.</summary>
    /// <exception cref="Gpt2Exception">The id is outside the vocabulary.</exception>
    public string Push(int id) => Convert(vocabulary.BytesOf(id), flush: false);

    /// <summary>Returns what is still held back, as U+FFFD, at the end of the stream.</summary>
    public string Flush() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        Span<char> characters = new char[decoder.GetCharCount(bytes, flush)];
        int count = decoder.GetChars(bytes, characters, flush);
        return new string(characters[..count]);
    }
}
