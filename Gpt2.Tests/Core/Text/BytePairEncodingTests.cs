// Merging: against the definition on thousands of random words and vocabularies, pass by pass too, and long words.

using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Text;

public sealed class BytePairEncodingTests
{
    [Theory]
    [InlineData(1, 8, 1)]
    [InlineData(2, 12, 2)]
    [InlineData(3, 30, 3)]
    [InlineData(6, 60, 4)]
    public void Encode_RandomWords_AgreesWithRepeatedPasses(int letters, int merges, int seed)
    {
        var generator = new RandomGenerator((ulong)seed);
        for (int round = 0; round < 40; round++)
        {
            Vocabulary vocabulary = TextData.RandomVocabulary(generator, letters, merges);
            var tokenizer = new Tokenizer(vocabulary);
            for (int i = 0; i < 50; i++)
            {
                string word = TextData.RandomWord(generator, letters, 1 + TextData.Below(generator, 40));

                tokenizer.Encode(word).Should().Equal(SlowEncoder.Encode(vocabulary, word), "'{0}' in round {1}", word, round);
            }
        }
    }

    [Fact]
    public void Encode_RepeatedWordsInOneText_GivesEachItsTokens()
    {
        // Short words come from memory the second time, long ones are merged again.
        var generator = new RandomGenerator(5);
        Vocabulary vocabulary = TextData.RandomVocabulary(generator, 3, 40);
        string[] words = [.. Enumerable.Range(1, 100).Select(length => TextData.RandomWord(generator, 3, length))];
        string[] text = [.. words, .. words.Reverse(), .. words];

        new Tokenizer(vocabulary).Encode(string.Join('.', text))
            .Should().Equal(
                text.SelectMany((word, i) => i == 0 ? SlowEncoder.Encode(vocabulary, word) : [13, .. SlowEncoder.Encode(vocabulary, word)]));
    }

    [Fact]
    public void Explain_RandomWords_ShowsThePassesOfTheDefinition()
    {
        var generator = new RandomGenerator(6);
        for (int round = 0; round < 300; round++)
        {
            Vocabulary vocabulary = TextData.RandomVocabulary(generator, 3, 20);
            string word = TextData.RandomWord(generator, 3, 1 + TextData.Below(generator, 30));
            List<List<int>> passes = SlowEncoder.Passes(vocabulary, word);

            WordExplanation explanation = new Tokenizer(vocabulary).Explain(word).Should().ContainSingle().Subject;

            explanation.Word.Should().Be(word);
            explanation.Bytes.Should().Equal(passes[0]);
            explanation.Ids.Should().Equal(passes[^1]);
            explanation.Passes.Should().HaveCount(passes.Count - 1);
            for (int i = 0; i < explanation.Passes.Count; i++)
            {
                explanation.Passes[i].Ids.Should().Equal(passes[i + 1], "pass {0} of '{1}'", i, word);
                explanation.Passes[i].Merge.Should().Be(vocabulary.Merges[explanation.Passes[i].Rank]);
            }
        }
    }

    [Fact]
    public void Explain_AnyText_AgreesWithEncode()
    {
        Vocabulary vocabulary = VocabularyOf("t h", "th e", "Ġ t", "i k", "M ik", "Mik e", "0 2", "Ġ Ġ");
        var tokenizer = new Tokenizer(vocabulary);

        SeededProperty.Holds(TextData.BrokenTexts, text =>
        {
            WordExplanation[] words = [.. tokenizer.Explain(text)];

            words.SelectMany(word => word.Ids).Should().Equal(tokenizer.Encode(text));
            string.Concat(words.Select(word => word.Word)).Should().Be(text);
        });
    }

    [Fact]
    public void Encode_OverlappingOccurrences_AreJoinedFromTheLeft()
    {
        var tokenizer = new Tokenizer(VocabularyOf("a a"));

        tokenizer.Encode("aaa").Should().Equal(256, 64);
        tokenizer.Encode("aaaaa").Should().Equal(256, 256, 64);
    }

    [Fact]
    public void Encode_LowerRank_GoesFirstEverywhere()
    {
        // "bc" is listed before "ab": abc is a·bc, though ab is further left.
        new Tokenizer(VocabularyOf("b c", "a b")).Encode("abc").Should().Equal(64, 256);
        new Tokenizer(VocabularyOf("a b", "b c")).Encode("abc").Should().Equal(256, 66);
    }

    [Fact]
    public void Encode_WordOfAMegabyte_IsMergedToItsEnd()
    {
        // "abcabc…": ab, then abc, then abcabc, 174763 of them in 2²⁰ + 2 letters.
        var tokenizer = new Tokenizer(VocabularyOf("a b", "ab c", "abc abc"));
        const int Pairs = 174_763;

        int[] ids = tokenizer.Encode(string.Concat(Enumerable.Repeat("abcabc", Pairs)) + "abca");

        ids.Should().HaveCount(Pairs + 2);
        ids.AsSpan(0, Pairs).ContainsAnyExcept(258).Should().BeFalse();
        ids[^2..].Should().Equal(257, 64);
    }

    [Fact]
    public void Encode_MegabyteOfOneLetter_DoublesItsTokensToTheEnd()
    {
        // a·a, aa·aa, …: ten merges, 2¹⁰ letters in a token.
        string[] merges = [.. Enumerable.Range(0, 10).Select(i => $"{new string('a', 1 << i)} {new string('a', 1 << i)}")];

        int[] ids = new Tokenizer(VocabularyOf(merges)).Encode(new string('a', (1 << 20) + 5));

        ids.Should().HaveCount(1026);
        ids.AsSpan(0, 1024).ContainsAnyExcept(265).Should().BeFalse();
        ids[^2..].Should().Equal(257, 64);
    }

    internal static Vocabulary VocabularyOf(params string[] merges)
    {
        var builder = new VocabularyBuilder();
        foreach (string merge in merges)
        {
            string[] parts = merge.Split(' ');
            builder.Add(parts[0], parts[1]).Should().BeNull();
        }

        return builder.Build();
    }
}
