// The tokenizer as a whole: any text comes back, the special token is special only on request, and a small
// vocabulary does by hand what the documentation says.

using System.Text;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Text;

public sealed class TokenizerTests
{
    private static readonly Tokenizer Small = new(BytePairEncodingTests.VocabularyOf("h e", "t he", "Ġ the", "ð Ł", "Ġ Ġ", "Ã ©", "| >"));

    [Fact]
    public void Encode_ByHand_MergesInsideWordsOnly()
    {
        // " the" is one word; in "breathe" the merges apply inside the word; a single space is its own word.
        Small.Encode("the the").Should().Equal(257, 258);
        Small.Encode("breathe").Should().Equal(65, 81, 68, 64, 257);
        Small.Encode("t he").Should().Equal(83, 220, 256);
        Small.Encode("   the").Should().Equal(260, 258);
        Small.Encode("").Should().BeEmpty();
    }

    [Fact]
    public void Decode_EncodedText_IsTheText() =>
        SeededProperty.Holds(TextData.Texts, text => Small.Decode(Small.Encode(text)).Should().Be(text), count: 2000);

    [Fact]
    public void Decode_EncodedEndOfText_IsTheTextBothWays() =>
        SeededProperty.Holds(TextData.Texts, text => Small.Decode(Small.Encode(text, allowSpecial: true)).Should().Be(text), count: 1000);

    [Fact]
    public void Decode_TextEncodedByGpt2_IsTheText() =>
        SeededProperty.Holds(TextData.Texts, text => TextData.Gpt2.Decode(TextData.Gpt2.Encode(text)).Should().Be(text), count: 1000);

    [Fact]
    public void Decode_TextWithLoneSurrogates_HasReplacementCharactersThere()
    {
        Small.Decode(Small.Encode("a\uD83Db")).Should().Be("a\uFFFDb");
        Small.Decode(Small.Encode("\uDE00\uD83D")).Should().Be("\uFFFD\uFFFD");
        SeededProperty.Holds(
            TextData.BrokenTexts,
            text => Small.DecodeBytes(Small.Encode(text)).Should().Equal(Encoding.UTF8.GetBytes(text)),
            count: 1000);
    }

    [Fact]
    public void Encode_EveryCodePoint_ComesBack()
    {
        var all = new StringBuilder();
        for (int value = 0; value <= 0x10FFFF; value++)
        {
            all.Append(Rune.IsValid(value) ? new Rune(value).ToString() : "");
        }

        string text = all.ToString();

        string.Equals(Small.Decode(Small.Encode(text)), text, StringComparison.Ordinal).Should().BeTrue();
    }

    [Fact]
    public void Encode_EndOfText_IsPlainByDefault()
    {
        int[] ids = Small.Encode("<|endoftext|>");

        ids.Should().NotContain(Small.Vocabulary.EndOfText).And.HaveCount(12, "'|>' is the one merge in it");
        Small.Decode(ids).Should().Be("<|endoftext|>");
    }

    [Fact]
    public void Encode_EndOfTextAllowed_IsOneTokenEverywhere()
    {
        int end = Small.Vocabulary.EndOfText;

        Small.Encode("<|endoftext|>", allowSpecial: true).Should().Equal(end);
        Small.Encode("the<|endoftext|> the", allowSpecial: true).Should().Equal(257, end, 258);
        Small.Encode("<|endoftext|><|endoftext|>", allowSpecial: true).Should().Equal(end, end);
        Small.Encode("<|endoftext|", allowSpecial: true).Should().NotContain(end);
        Small.Encode("<|ENDOFTEXT|>", allowSpecial: true).Should().NotContain(end);
        Small.Encode("<|endof<|endoftext|>", allowSpecial: true).Should().Equal([.. Small.Encode("<|endof"), end]);
    }

    [Fact]
    public void Encode_EndOfTextAllowed_CutsWordsThere()
    {
        // The space before the token ends its piece, so it does not wait for the next word.
        Small.Encode("a  <|endoftext|>  the", allowSpecial: true)
            .Should().Equal([64, 260, Small.Vocabulary.EndOfText, 220, 258]);
    }

    [Fact]
    public void Decode_BytesThatAreNotUtf8_BecomeReplacementCharacters()
    {
        // The first half of a four-byte character, alone, before a letter, and before its second half.
        Small.Decode([259]).Should().Be("\uFFFD");
        Small.Decode([259, 64]).Should().Be("\uFFFDa");
        Small.Decode([259, ByteAlphabet.IdOf(0x98), ByteAlphabet.IdOf(0x80)]).Should().Be("😀");
        Small.DecodeBytes([259]).Should().Equal(0xF0, 0x9F);
    }

    [Fact]
    public void Encode_FromSeveralThreads_GivesTheSameIds()
    {
        string text = string.Join(' ', Enumerable.Range(0, 500).Select(i => $"the breathe {i} é"));
        int[] expected = Small.Encode(text);

        int[][] results = new int[8][];
        Parallel.For(0, results.Length, i => results[i] = Small.Encode(text));

        results.Should().OnlyContain(ids => ids.SequenceEqual(expected));
    }
}
