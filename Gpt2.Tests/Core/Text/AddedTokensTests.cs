// Added tokens: found before anything else, the leftmost and of these the longest, inside words too; any text comes back.

using FsCheck.Fluent;
using Gpt2.Core;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Text;

public sealed class AddedTokensTests
{
    private static readonly Vocabulary Base = BytePairEncodingTests.VocabularyOf("h e", "t he", "Ġ the");

    private static readonly Vocabulary Prices = Base.WithAdded(["10", "12", "112", "121"]);

    [Fact]
    public void WithAdded_TheTokens_FollowTheEndOfText()
    {
        Prices.EndOfText.Should().Be(Base.EndOfText).And.Be(259);
        Prices.Count.Should().Be(264);
        Prices.AddedTokens.Should().Equal("10", "12", "112", "121");
        Prices.WrittenForm(262).Should().Be("112");
        Prices.WrittenForm(259).Should().Be(Vocabulary.EndOfTextToken);
        Prices.WithAdded(["Ü"]).WrittenForm(264).Should().Be("Ü", "added tokens are written as they are, not in the byte alphabet");
        new Tokenizer(Prices).Decode([262, 260]).Should().Be("11210");
        Base.AddedTokens.Should().BeEmpty();
    }

    [Theory]
    [InlineData("112", new[] { 262 })] // not 1, 12: the leftmost and longest
    [InlineData("1121", new[] { 262, 16 })] // not 1, 121
    [InlineData("1112", new[] { 16, 262 })] // nothing begins at the first 1
    [InlineData("1212", new[] { 263, 17 })] // 121, 2
    [InlineData("the10the", new[] { 257, 260, 257 })] // within a word, which it cuts in two
    [InlineData(" 10 the", new[] { 220, 260, 258 })] // the space before it stays a token, the one after it goes with its word
    [InlineData("11", new[] { 16, 16 })] // the beginning of a token at the end of a text
    [InlineData("", new int[0])]
    public void Encode_ByHand_TakesTheLeftmostLongestToken(string text, int[] ids) => new Tokenizer(Prices).Encode(text).Should().Equal(ids);

    [Fact]
    public void Encode_EndOfText_IsATokenOnlyIfAllowed()
    {
        var tokenizer = new Tokenizer(Prices.WithAdded(["x<|end"]));

        tokenizer.Encode("12<|endoftext|>10", allowSpecial: true).Should().Equal(261, 259, 260);
        tokenizer.Encode("12<|endoftext|>10").Should().NotContain(259).And.StartWith(261).And.EndWith(260);
        tokenizer.Encode("x<|endoftext|>", allowSpecial: true).Should().StartWith(264, "what begins further left is taken");
    }

    [Fact]
    public void Encode_AnyTextAndTokens_TakesWhatASlowSearchTakes_AndComesBack() => SeededProperty.Holds(
        from text in TextData.Texts
        from more in TextData.Texts
        from seed in Gen.Choose(1, 1000)
        select (text + more, (ulong)seed),
        sample =>
        {
            (string text, ulong seed) = sample;
            var random = new RandomGenerator(seed);
            Vocabulary vocabulary = Base.WithAdded(PartsOf(text + "a Mike 2024the", random));
            var tokenizer = new Tokenizer(vocabulary);

            int[] ids = tokenizer.Encode(text);

            tokenizer.Decode(ids).Should().Be(text);
            ids.Should().Equal(SlowlyEncoded(text, vocabulary));
            tokenizer.Explain(text).SelectMany(word => word.Ids).Should().Equal(ids);
            string.Concat(tokenizer.Explain(text).Select(word => word.Word)).Should().Be(text);
            var decoder = new StreamingDecoder(vocabulary);
            (string.Concat(ids.Select(decoder.Push)) + decoder.Flush()).Should().Be(text);
        },
        count: 1000);

    [Theory]
    [InlineData("", "an added token is empty")]
    [InlineData("12", "the added token '12' is a token already")]
    [InlineData("1", "the added token '1' is a token already")] // a byte
    [InlineData("the", "the added token 'the' is a token already")] // a merge
    [InlineData(" the", "the added token ' the' is a token already")]
    [InlineData("<|endoftext|>", "the added token '<|endoftext|>' is a token already")]
    public void WithAdded_WhatCannotBeOne_IsRefused(string token, string found) =>
        Prices.Invoking(vocabulary => vocabulary.WithAdded(["new", token])).Should().Throw<Gpt2Exception>().With(found: found);

    [Fact]
    public void WithAdded_HalfOfASurrogatePair_IsRefused()
    {
        foreach (string broken in (string[])["a\uD83D", "\uDE00b", "\uD83Dx"])
        {
            Prices.Invoking(vocabulary => vocabulary.WithAdded([broken])).Should().Throw<Gpt2Exception>().With(found: "*half of a surrogate pair*");
        }

        Prices.WithAdded(["\uD83D\uDE00"]).Count.Should().Be(265);
    }

    [Fact]
    public void WithAdded_OneTokenTwice_IsRefused() =>
        Base.Invoking(vocabulary => vocabulary.WithAdded(["ab", "ab"])).Should().Throw<Gpt2Exception>()
            .With(found: "the added token 'ab' is a token already");

    private static IEnumerable<string> PartsOf(string text, RandomGenerator random)
    {
        HashSet<string> parts = [];
        for (int i = 0; i < 6; i++)
        {
            int start = TextData.Below(random, text.Length), length = 1 + TextData.Below(random, Math.Min(4, text.Length - start));
            string part = text.Substring(start, length);
            bool isWhole = !char.IsLowSurrogate(part[0]) && !char.IsHighSurrogate(part[^1]);
            if (isWhole && new Tokenizer(Base).Encode(part).Length > 1)
            {
                parts.Add(part);
            }
        }

        return parts.Where(part => part != Vocabulary.EndOfTextToken);
    }

    /// <summary>Looks at every place for the longest token that begins there.</summary>
    private static IEnumerable<int> SlowlyEncoded(string text, Vocabulary vocabulary)
    {
        var plain = new Tokenizer(Base);
        int done = 0;
        List<int> ids = [];
        for (int start = 0; start < text.Length;)
        {
            string? found = vocabulary.AddedTokens.Where(token => string.CompareOrdinal(text, start, token, 0, token.Length) == 0)
                .OrderByDescending(token => token.Length).FirstOrDefault();
            if (found is null)
            {
                start++;
                continue;
            }

            ids.AddRange(plain.Encode(text.AsSpan(done..start)));
            ids.Add(vocabulary.EndOfText + 1 + vocabulary.AddedTokens.ToList().IndexOf(found));
            start = done = start + found.Length;
        }

        return ids.Concat(plain.Encode(text.AsSpan(done..)));
    }
}
