// Learning merges: the lecture's example by hand, then against a learner that counts everything again in every pass.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Text;

public class BytePairLearningTests
{
    /// <summary>The lecture's words, with its mark for the end of a word.</summary>
    private static readonly WordCount[] LowestWords = [new("low_", 5), new("lower_", 2), new("newest_", 6), new("widest_", 3)];

    [Fact]
    public void Learn_LowestWidest_MakesTheLecturesTenMerges()
    {
        LearnedMerges learned = BytePairLearner.LearnWords(LowestWords, merges: 10, keepWords: true);

        Tokens(learned).Should().Equal("es", "est", "est_", "lo", "low", "ne", "new", "newest_", "low_", "wi");
        learned.Passes.Select(pass => pass.Count).Should().Equal(9, 9, 9, 7, 7, 6, 6, 6, 5, 3);
        learned.Passes.Select(pass => pass.Token).Should().Equal(Enumerable.Range(256, 10));
        learned.Passes[^1].Words!.Select(word => string.Join('·', word.Select(learned.Vocabulary.WrittenForm)))
            .Should().Equal("low_", "low·e·r·_", "newest_", "wi·d·est_");
        (learned.Words, learned.DifferentWords).Should().Be((16, 4));
    }

    [Fact]
    public void Learn_LowestWidestAsText_CountsTheWordsInIt()
    {
        string text = string.Concat(LowestWords.SelectMany(word => Enumerable.Repeat(word.Word[..^1] + "\n", (int)word.Count)));

        LearnedMerges learned = BytePairLearner.Learn(text, vocabularySize: 257 + 6);

        Tokens(learned).Should().Equal("es", "est", "lo", "low", "ne", "new"); // line feeds are words of their own
    }

    [Fact]
    public void Learn_EquallyFrequentPairs_TakesTheOneSeenFirst()
    {
        Tokens(BytePairLearner.Learn("zy ab zy ab", 258)).Should().Equal("zy");
        Tokens(BytePairLearner.Learn("ab zy ab zy", 258)).Should().Equal("ab");
    }

    [Fact]
    public void Learn_NoPairTwice_StopsBeforeTheWantedSize()
    {
        LearnedMerges learned = BytePairLearner.Learn("abab cd", 1000);

        Tokens(learned).Should().Equal("ab");
        learned.Vocabulary.Count.Should().Be(258);
        BytePairLearner.Learn("", 1000).Vocabulary.Count.Should().Be(257);
        BytePairLearner.Learn("aaaa", 257).Passes.Should().BeEmpty();
    }

    [Fact]
    public void Learn_RunOfOneLetter_JoinsFromTheLeft()
    {
        LearnedMerges learned = BytePairLearner.LearnWords([new("aaaaa", 2)], 5, keepWords: true);

        Tokens(learned).Should().Equal("aa", "aaaa", "aaaaa");
        learned.Passes.Select(pass => pass.Count).Should().Equal(8, 2, 2); // four places overlap
        learned.Passes[0].Words![0].Should().Equal(256, 256, 64);
    }

    [Fact]
    public void Learn_TokenThatExists_IsNotMadeTwice()
    {
        // After "ab" and "bc", "abc" could be made of ab + c and of a + bc.
        LearnedMerges learned = BytePairLearner.LearnWords(
            [new("ab", 9), new("xbc", 8), new("ybc", 8), new("abc", 4), new("abcabc", 2)], 20);

        Tokens(learned).Should().OnlyHaveUniqueItems().And.Contain("ab").And.Contain("bc").And.Contain("abc");
    }

    [Fact]
    public void Learn_EndOfText_SeparatesDocumentsAndIsNoWord()
    {
        const string Document = "ab<|endoftext|>";
        LearnedMerges learned = BytePairLearner.Learn(string.Concat(Enumerable.Repeat(Document, 5)), 300);

        Tokens(learned).Should().Equal("ab");
        (learned.Words, learned.DifferentWords).Should().Be((5, 1));
        WordCounts.Of("a<|endoftext|>").Should().Equal(new WordCount("a", 1));
    }

    [Fact]
    public void Learn_CharactersOfSeveralBytes_JoinsTheirBytes()
    {
        LearnedMerges learned = BytePairLearner.Learn("éé", 300);

        learned.Vocabulary.BytesOf(256).ToArray().Should().Equal(0xC3, 0xA9);
        new Tokenizer(learned.Vocabulary).Encode("éé").Should().Equal(256, 256);
    }

    [Fact]
    public void Learn_RandomWords_IsWhatCountingAnewInEveryPassGives()
    {
        Gen<ulong> seeds = Gen.Choose(0, int.MaxValue).Select(seed => (ulong)seed);
        SeededProperty.Holds(seeds, seed =>
        {
            var random = new RandomGenerator(seed);
            string[] different = [.. Enumerable.Range(0, 1 + TextData.Below(random, 12))
                .Select(_ => TextData.RandomWord(random, letters: 1 + TextData.Below(random, 4), TextData.Below(random, 14)))
                .Distinct()];
            WordCount[] words = [.. different.Select(word => new WordCount(word, 1 + TextData.Below(random, 4)))];

            LearnedMerges learned = BytePairLearner.LearnWords(words, 30, keepWords: true);

            var slow = new SlowLearner(words);
            foreach (LearningPass pass in learned.Passes)
            {
                slow.TryPass(out (Merge Merge, long Count) expected).Should().BeTrue();
                (pass.Merge, pass.Count).Should().Be(expected);
                pass.Words.Should().BeEquivalentTo(slow.Words, options => options.WithStrictOrdering());
            }

            (learned.Passes.Count == 30 || !slow.TryPass(out _)).Should().BeTrue();
        });
    }

    [Fact]
    public void Learn_AnyText_GivesAVocabularyThatDecodesToTheText()
    {
        SeededProperty.Holds(TextData.Texts, text =>
        {
            var tokenizer = new Tokenizer(BytePairLearner.Learn(text + text + text, 400).Vocabulary);

            tokenizer.Decode(tokenizer.Encode(text)).Should().Be(text);
        });
    }

    [Fact]
    public void Learn_SameTextTwice_GivesTheSameMerges()
    {
        string text = string.Concat(Enumerable.Range(0, 3000).Select(i => $" {i * 7919 % 1237}th word"));

        BytePairLearner.Learn(text, 600).Passes.Should().Equal(BytePairLearner.Learn(text, 600).Passes);
    }

    [Fact]
    public void Learn_Cancelled_Throws()
    {
        Action learn = () => BytePairLearner.Learn("abab", 300, cancellation: new CancellationToken(canceled: true));

        learn.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Learn_WrongArguments_AreRefused()
    {
        ((Action)(() => BytePairLearner.Learn("ab", 256))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => BytePairLearner.LearnWords([new WordCount("ab", 0)], 1))).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static IEnumerable<string> Tokens(LearnedMerges learned) =>
        learned.Passes.Select(pass => learned.Vocabulary.WrittenForm(pass.Token));
}
