// Rank files: that learned vocabularies come back from the tokens alone, accepted forms, and errors that name the line.

using System.Globalization;
using System.Text;
using Gpt2.Core;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Text;

public sealed class RankFileTests
{
    private const int FirstMerge = 257; // the line, from 1

    [Theory]
    [InlineData(1, 40)]
    [InlineData(2, 400)]
    [InlineData(3, 400)]
    [InlineData(8, 400)]
    [InlineData(26, 2000)]
    public void Read_TokensOfALearnedVocabulary_GivesItsMerges(int letters, int merges)
    {
        // Of few letters, tokens overlap themselves and each other as often as they can.
        var generator = new RandomGenerator((ulong)letters);
        for (int round = 0; round < 10; round++)
        {
            string[] words = [.. Enumerable.Range(0, 2000).Select(_ => TextData.RandomWord(generator, letters, 1 + TextData.Below(generator, 25)))];
            Vocabulary learned = BytePairLearner.Learn(string.Join(' ', words), 257 + merges).Vocabulary;
            learned.Merges.Should().HaveCountGreaterThan(5);

            Read(FileOf(learned)).Merges.Should().Equal(learned.Merges, "of {0} letters in round {1}", letters, round);
        }
    }

    [Fact]
    public void Read_EveryAcceptedForm_GivesTheSameMerges()
    {
        Vocabulary vocabulary = BytePairEncodingTests.VocabularyOf("h e", "Ġ t", "Ġt he");
        string text = FileOf(vocabulary);
        string withoutRanks = string.Concat(text.TrimEnd('\n').Split('\n').Select(line => line.Split(' ')[0] + "\r\n"));

        foreach (string form in (string[])
            [text, text.TrimEnd('\n'), text + "\n\n", text.ReplaceLineEndings("\r\n"), withoutRanks, "Capacity: 260\r\n" + withoutRanks])
        {
            Read(form).Merges.Should().Equal(vocabulary.Merges);
        }
    }

    [Fact]
    public void Read_BytesAlone_IsAVocabularyWithoutMerges() => Read(FileOf(new Vocabulary([]))).Count.Should().Be(257);

    [Theory]
    [InlineData("aGU", 256, "found 'aGU 256'", "a token in base64")]
    [InlineData("a!U=", 256, "found 'a!U= 256'", "a token in base64")]
    [InlineData("", 256, "found ' 256'", "a token in base64")]
    [InlineData("aGU=", 257, "found the rank '257'", "256, one more than in the line before")]
    [InlineData("aGU=", 255, "found the rank '255'", "256, *")]
    [InlineData("aGU=", -1, "found the rank '-1'", "256, *")]
    [InlineData("aGV5", 256, "found the token 'hey', which the tokens before it divide into 3", "two parts")]
    [InlineData("aA==", 256, "found the token 'h' a second time", "every token once")]
    public void Read_WrongLine_NamesFoundAndExpected(string token, int rank, string found, string expected) =>
        ShouldFail(FileOf(new Vocabulary([])) + string.Create(CultureInfo.InvariantCulture, $"{token} {rank}\n"), FirstMerge, found, expected);

    [Fact]
    public void Read_WrongLineAmongOthers_NamesTheLine()
    {
        string text = FileOf(BytePairEncodingTests.VocabularyOf("h e", "he y"));

        ShouldFail(text + "aGU= 258\n", FirstMerge + 2, "found the token 'he' a second time", "every token once");
        ShouldFail(text + "\naGVo 258\n", FirstMerge + 2, "found ''", "a token in base64");
        ShouldFail(text + "aGVo 258 x\n", FirstMerge + 2, "found the rank '258 x'", "258, *");
        ShouldFail(text + "aGVo x\u001B[31m\n", FirstMerge + 2, "found the rank 'x\\u001B[31m'", "258, *");
        ShouldFail(text + new string('A', 8000) + " 258\n", FirstMerge + 2, "found a token of more than 4096 bytes", "a shorter one");
        ShouldFail("Capacity: 3\n" + text + "aGU= 258\n", FirstMerge + 3, "found the token 'he' a second time", "every token once");
    }

    [Fact]
    public void Read_BytesInAnotherOrder_AreRefused()
    {
        string[] lines = FileOf(new Vocabulary([])).Split('\n');

        ShouldFail(string.Join('\n', ["AA== 0", .. lines[1..]]), 1, "found the token 'Ā'", "the byte 0x21, as in GPT-2's order");
        ShouldFail(string.Join('\n', [lines[0], "ISE= 1", .. lines[2..]]), 2, "found the token '!!'", "the byte 0x22, *");
    }

    [Theory]
    [InlineData("IQ== 0\nIg== 1\n", "found 2 tokens", null)]
    [InlineData("Capacity: 50257\n", "found 0 tokens", null)]
    [InlineData("", "found ''", 1)]
    [InlineData("#version: 0.2\nh e\n", "found '#version: 0.2'", 1)]
    public void Read_NoRankFile_IsRefused(string text, string found, int? line) => ShouldFail(text, line, found, "*");

    [Fact]
    public void Read_Gpt2_GivesItsMergesBack() =>
        Read(FileOf(TextData.Gpt2.Vocabulary)).Merges.SequenceEqual(TextData.Gpt2.Vocabulary.Merges).Should().BeTrue();

    private static Vocabulary Read(string text) => RankFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "a.tiktoken");

    private static void ShouldFail(string text, int? line, string found, string expected) =>
        FluentActions.Invoking(() => Read(text)).Should().Throw<Gpt2Exception>()
            .With(found, expected, remedy: "take the file again *", where: line is null ? "a.tiktoken" : $"a.tiktoken line {line}");

    /// <summary>The tokens of a vocabulary without the end of text, as tiktoken has them.</summary>
    private static string FileOf(Vocabulary vocabulary) => string.Concat(Enumerable.Range(0, vocabulary.EndOfText)
        .Select(id => string.Create(CultureInfo.InvariantCulture, $"{Convert.ToBase64String(vocabulary.BytesOf(id))} {id}\n")));
}
