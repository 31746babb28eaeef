// Decodes tokens as they come. A token may end inside a UTF-8 character: what is incomplete waits for the next.

using System.Text;

namespace Gpt2.Core.Text;

/// <summary>Turns a stream of token ids into a stream of whole characters.</summary>
public sealed class StreamingDecoder(Vocabulary vocabulary)
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();

    /// <summary>The characters that are complete with this token; empty while one is not.</summary>
    /// <exception cref="Gpt2Exception">The id is outside the vocabulary.</exception>
    public string Push(int id) => Convert(vocabulary.BytesOf(id), flush: false);

    /// <summary>What is still held back, as U+FFFD, for the end of the stream.</summary>
    public string Flush() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        Span<char> characters = new char[decoder.GetCharCount(bytes, flush)];
        int count = decoder.GetChars(bytes, characters, flush);
        return new string(characters[..count]);
    }
}
