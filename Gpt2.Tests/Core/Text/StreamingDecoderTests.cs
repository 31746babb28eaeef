// Decoding token by token: the pieces together are what Decode gives, and no piece holds half a character.

using System.Text;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Text;

public sealed class StreamingDecoderTests
{
    private static readonly Tokenizer Bytes = new(new Vocabulary([]));
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    [Fact]
    public void Push_CharacterOverFourTokens_ComesWithTheLast()
    {
        var decoder = new StreamingDecoder(Bytes.Vocabulary);

        Bytes.Encode("a😀é").Select(decoder.Push).Should().Equal("a", "", "", "", "😀", "", "é");
        decoder.Flush().Should().BeEmpty();
    }

    [Fact]
    public void Flush_IncompleteCharacter_IsAReplacementCharacter()
    {
        var decoder = new StreamingDecoder(Bytes.Vocabulary);

        Bytes.Encode("😀")[..3].Select(decoder.Push).Should().Equal("", "", "");

        decoder.Flush().Should().Be("\uFFFD");
        decoder.Flush().Should().BeEmpty("a flush empties the decoder");
        decoder.Push(64).Should().Be("a");
    }

    [Fact]
    public void Push_EveryCharacterAtEverySplit_IsNeverHalf()
    {
        // For every split a vocabulary in which the bytes before and after it are one token each.
        foreach (string text in new[] { "aé你😀z", "👨\u200D👩", "\u0085\u3000𝒜", "\U0010FFFF\uFFFD" })
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            for (int cut = 1; cut < bytes.Length; cut++)
            {
                (Vocabulary vocabulary, int[] ids) = TwoTokens(bytes, cut);

                AssertStream(vocabulary, ids, text);
            }
        }
    }

    [Fact]
    public void Push_AnyText_PiecesTogetherAreDecode() =>
        SeededProperty.Holds(TextData.Texts, text => AssertStream(Bytes.Vocabulary, Bytes.Encode(text), text), count: 1000);

    [Fact]
    public void Push_AnyBytes_PiecesTogetherAreDecode()
    {
        // Bytes that begin, continue and break characters, in random order.
        byte[] awkward = [0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC3, 0xE0, 0xE4, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF];
        var generator = new RandomGenerator(8);
        for (int round = 0; round < 20_000; round++)
        {
            int[] ids = new int[1 + TextData.Below(generator, 8)];
            for (int i = 0; i < ids.Length; i++)
            {
                ids[i] = ByteAlphabet.IdOf(awkward[TextData.Below(generator, awkward.Length)]);
            }

            AssertStream(Bytes.Vocabulary, ids, Bytes.Decode(ids));
        }
    }

    private static void AssertStream(Vocabulary vocabulary, int[] ids, string text)
    {
        var decoder = new StreamingDecoder(vocabulary);
        string[] pieces = [.. ids.Select(decoder.Push), decoder.Flush()];

        string.Concat(pieces).Should().Be(text);
        new Tokenizer(vocabulary).Decode(ids).Should().Be(text);
        foreach (string piece in pieces)
        {
            StrictUtf8.GetByteCount(piece); // throws at half of a surrogate pair
        }
    }

    /// <summary>A vocabulary in which the bytes before and after a cut are one token each, and those tokens.</summary>
    private static (Vocabulary Vocabulary, int[] Ids) TwoTokens(byte[] bytes, int cut)
    {
        var merges = new List<Merge>();
        var ids = new List<int>();
        foreach (byte[] part in new[] { bytes[..cut], bytes[cut..] })
        {
            int id = ByteAlphabet.IdOf(part[0]);
            foreach (byte next in part[1..])
            {
                var merge = new Merge(id, ByteAlphabet.IdOf(next));
                int known = merges.IndexOf(merge);
                id = 256 + (known >= 0 ? known : merges.Count);
                if (known < 0)
                {
                    merges.Add(merge);
                }
            }

            ids.Add(id);
        }

        return (new Vocabulary(merges), [.. ids]);
    }
}
