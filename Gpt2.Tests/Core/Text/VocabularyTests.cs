// The vocabulary: ids, bytes and ranks of a small one, and what its constructor and its builder refuse.

using System.Text;
using Gpt2.Core;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Text;

public sealed class VocabularyTests
{
    private static readonly Vocabulary Small = new([new Merge(71, 68), new Merge(83, 256), new Merge(220, 257)]); // he, the, Ġthe

    [Fact]
    public void Vocabulary_NoMerges_HasTheBytesAndTheEndOfText()
    {
        var vocabulary = new Vocabulary([]);

        vocabulary.Count.Should().Be(257).And.Be(Vocabulary.SmallestCount);
        vocabulary.EndOfText.Should().Be(256);
        vocabulary.BytesOf(220).ToArray().Should().Equal((byte)' ');
    }

    [Fact]
    public void BytesOf_EveryKindOfToken_GivesItsBytes()
    {
        Small.Count.Should().Be(260);
        Encoding.UTF8.GetString(Small.BytesOf(256)).Should().Be("he");
        Encoding.UTF8.GetString(Small.BytesOf(258)).Should().Be(" the");
        Encoding.UTF8.GetString(Small.BytesOf(259)).Should().Be("<|endoftext|>");
        for (int id = 0; id < 256; id++)
        {
            Small.BytesOf(id).ToArray().Should().Equal(ByteAlphabet.ByteOf(id));
        }
    }

    [Fact]
    public void WrittenForm_Tokens_AreInTheByteAlphabet()
    {
        Small.WrittenForm(258).Should().Be("Ġthe");
        Small.WrittenForm(198).Should().Be("Ċ");
        Small.WrittenForm(259).Should().Be("<|endoftext|>");
    }

    [Fact]
    public void RankOf_ListedAndOtherPairs_IsThePlaceOrMinusOne()
    {
        Small.RankOf(71, 68).Should().Be(0);
        Small.RankOf(220, 257).Should().Be(2);
        Small.RankOf(68, 71).Should().Be(-1);
        Small.RankOf(0, 0).Should().Be(-1);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(260)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void BytesOf_UnknownId_NamesItAndTheRange(int id)
    {
        Action[] uses =
        [
            () => _ = Small.BytesOf(id).Length, () => Small.WrittenForm(id), () => new Tokenizer(Small).Decode([0, id]),
            () => new StreamingDecoder(Small).Push(id),
        ];
        foreach (Action use in uses)
        {
            use.Should().Throw<Gpt2Exception>().With(found: $"token id {id} is outside the vocabulary", expected: "0 to 259");
        }
    }

    [Theory]
    [InlineData(256, 0)]
    [InlineData(0, 256)]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    public void Vocabulary_MergeOfAnIdNotYetMade_IsRefused(int left, int right) =>
        FluentActions.Invoking(() => new Vocabulary([new Merge(left, right)]))
            .Should().Throw<ArgumentException>().WithMessage($"merge 0 joins {left} and {right}, expected ids below 256");

    [Fact]
    public void Vocabulary_SamePairTwice_IsRefused() =>
        FluentActions.Invoking(() => new Vocabulary([new Merge(1, 2), new Merge(1, 2)]))
            .Should().Throw<ArgumentException>().WithMessage("merge 1 joins 1 and 2, *");

    [Fact]
    public void Vocabulary_SameTokenFromOtherPairs_IsRefused()
    {
        // ab, bc, then abc as ab·c and as a·bc.
        Merge[] merges = [new(64, 65), new(65, 66), new(256, 66), new(64, 257)];

        FluentActions.Invoking(() => new Vocabulary(merges))
            .Should().Throw<ArgumentException>().WithMessage("merge 3 joins 64 and 257, *");
    }

    [Fact]
    public void Builder_WrongMerges_AreExplainedAndNotAdded()
    {
        var builder = new VocabularyBuilder();

        builder.Add("h", "e").Should().BeNull();
        builder.Add("h", "e")!.ShouldHave(found: "found 'h e', which makes 'he' a second time", expected: "every token once");
        builder.Add("th", "e")!.ShouldHave(found: "found 'th'", expected: "a byte or a token that an earlier line makes");
        builder.Add("t", "hx")!.ShouldHave(found: "found 'hx'", expected: "a byte or a token that an earlier line makes");
        builder.Add("t", "h\u00AD")!.ShouldHave(found: "found '\u00AD' (U+00AD)", expected: "characters of the byte alphabet only");
        builder.Add("t", "he").Should().BeNull();

        builder.Build().Merges.Should().Equal(new Merge(71, 68), new Merge(83, 256));
    }
}
