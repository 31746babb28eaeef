// GPT-2's tokenizer against Microsoft's, on thousands of random texts from all of Unicode.

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FsCheck.Fluent;
using Gpt2.Tests.Support;
using Microsoft.ML.Tokenizers;

namespace Gpt2.Tests.Core.Text;

public sealed class PeerTokenizerTests
{
    /// <summary>With a vocabulary, a pattern and an end of text of its own; it cuts texts by UTF-16 units.</summary>
    private static readonly Lazy<TiktokenTokenizer> AsPublished = new(() => TiktokenTokenizer.CreateForModel("gpt2"));

    /// <summary>With the same vocabulary, and a pattern for code points.</summary>
    private static readonly Lazy<TiktokenTokenizer> ByCodePoints = new(() =>
    {
        string tokens = string.Concat(Enumerable.Range(0, TextData.Gpt2.Vocabulary.EndOfText).Select(id => string.Create(
            CultureInfo.InvariantCulture, $"{Convert.ToBase64String(TextData.Gpt2.Vocabulary.BytesOf(id))} {id}\n")));
        return TiktokenTokenizer.Create(
            new MemoryStream(Encoding.ASCII.GetBytes(tokens)), new RegexPreTokenizer(CodePointPattern(), specialTokens: null), normalizer: null);
    });

    [Fact]
    public void Encode_TextsOfTheFirstPlane_AgreesWithMicrosofts() =>
        SeededProperty.Holds(UnicodeTexts.FirstPlane, text =>
        {
            int[] ids = TextData.Gpt2.Encode(text, allowSpecial: true);

            ids.Should().Equal(AsPublished.Value.EncodeToIds(text), "the text is {0}", Escaped(text));
            TextData.Gpt2.Decode(ids).Should().Be(AsPublished.Value.Decode(ids)).And.Be(text);
        }, count: 3000);

    [Fact]
    public void Encode_TextsOfAllPlanes_AgreesWithMicrosofts() =>
        SeededProperty.Holds(UnicodeTexts.AllPlanes, text =>
            TextData.Gpt2.Encode(text).Should().Equal(ByCodePoints.Value.EncodeToIds(text), "the text is {0}", Escaped(text)), count: 3000);

    [Fact]
    public void Encode_TextsWithLoneSurrogates_AgreesWithMicrosoftsOnTheirReplacements() =>
        SeededProperty.Holds(UnicodeTexts.WithLoneSurrogates, text =>
        {
            // Microsoft's writes a lone surrogate as three bytes that are no UTF-8; OpenAI's tiktoken takes U+FFFD for it, as here.
            string replaced = Encoding.Unicode.GetString(Encoding.Unicode.GetBytes(text));

            replaced.Should().NotBe(text);
            TextData.Gpt2.Encode(text).Should().Equal(ByCodePoints.Value.EncodeToIds(replaced), "the text is {0}", Escaped(text));
        }, count: 1000);

    [Fact]
    public void Decode_RandomIds_AgreesWithMicrosofts() =>
        SeededProperty.Holds(Gen.ListOf(Gen.Choose(0, 50256)), ids =>
            TextData.Gpt2.Decode([.. ids]).Should().Be(AsPublished.Value.Decode(ids), "the ids are {0}", string.Join(' ', ids)), count: 1000);

    /// <summary>OpenAI's pattern, in which letters and numbers beyond the first plane are pairs of surrogates.</summary>
    private static Regex CodePointPattern()
    {
        string letter = PairsOf(category => category <= UnicodeCategory.OtherLetter);
        string number = PairsOf(category => category is >= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber);
        string other = $@"(?!{letter}|{number})[\uD800-\uDBFF][\uDC00-\uDFFF]|[^\s\p{{L}}\p{{N}}\uD800-\uDBFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])";
        return new Regex($@"'s|'t|'re|'ve|'m|'ll|'d| ?(?:\p{{L}}|{letter})+| ?(?:\p{{N}}|{number})+| ?(?:{other})+|\s+(?!\S)|\s+");
    }

    /// <summary>An alternative for each high surrogate: the low ones that make a code point of some categories with it.</summary>
    private static string PairsOf(Func<UnicodeCategory, bool> belongs)
    {
        var alternatives = new List<string>();
        for (int high = 0xD800; high < 0xDC00; high++)
        {
            string low = string.Concat(Enumerable.Range(0xDC00, 0x400)
                .Where(unit => belongs(CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32((char)high, (char)unit))))
                .Select(unit => $@"\u{unit:X4}"));
            if (low.Length > 0)
            {
                alternatives.Add($@"\u{high:X4}[{low}]");
            }
        }

        return $"(?:{string.Join('|', alternatives)})";
    }

    private static string Escaped(string text) => string.Concat(text.Select(unit => unit is >= ' ' and <= '~' ? $"{unit}" : $@"\u{(int)unit:X4}"));
}
