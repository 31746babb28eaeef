// How a text is split: every 20th document, or the last 20th; and texts that are too short.

using Gpt2.Core;
using Gpt2.Core.Text;
using Gpt2.Core.Training;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Training;

public class TrainingDataTests
{
    private static readonly Tokenizer Bytes = new(new Vocabulary([]));
    private static readonly int End = Bytes.Vocabulary.EndOfText;

    [Fact]
    public void FromText_Documents_KeepsEveryTwentiethForValidation()
    {
        // 45 documents a, b, c, …: the 20th and the 40th are for validation, with their ends.
        string text = string.Concat(Enumerable.Range(0, 45).Select(document => (char)('0' + document) + Vocabulary.EndOfTextToken));

        var data = TrainingData.FromText(text, Bytes, context: 2);

        data.Validation.Should().Equal(Bytes.Encode("C").Append(End).Concat(Bytes.Encode("W")).Append(End));
        data.Training.Should().HaveCount(2 * 43).And.NotContain(data.Validation[0]).And.NotContain(data.Validation[2]);
        data.Training.Where((_, i) => i % 2 == 1).Should().OnlyContain(id => id == End);
    }

    [Fact]
    public void FromText_LastDocumentWithoutAnEnd_IsTrainedOnUnchanged()
    {
        var data = TrainingData.FromText("ab" + Vocabulary.EndOfTextToken + "cd", Bytes, context: 2);

        data.Training.Should().Equal(Bytes.Encode("ab").Append(End).Concat(Bytes.Encode("cd")));
        data.Validation.Should().BeEmpty();
    }

    [Fact]
    public void FromText_FewDocuments_AreSplitByPlace()
    {
        // One <|endoftext|> in a long text does not make it documents.
        string text = new string('a', 500) + Vocabulary.EndOfTextToken + new string('b', 499);

        var data = TrainingData.FromText(text, Bytes, context: 8);

        data.Validation.Should().HaveCount(50).And.OnlyContain(id => id == Bytes.Encode("b")[0]);
        data.Training.Should().HaveCount(950).And.Contain(End);
    }

    [Fact]
    public void FromText_NoRoomForValidation_TrainsOnAll()
    {
        TrainingData.FromText(new string('a', 100), Bytes, context: 97).Training.Should().HaveCount(100);
    }

    [Fact]
    public void FromText_OneText_KeepsTheLastTwentieth()
    {
        string first = new('a', 950), last = new('b', 50);

        var data = TrainingData.FromText(first + last, Bytes, context: 8);

        data.Training.Should().Equal(Bytes.Encode(first));
        data.Validation.Should().Equal(Bytes.Encode(last));
    }

    [Theory]
    [InlineData(179, 0)]
    [InlineData(180, 9)]
    public void FromText_ValidationShorterThanAWindow_IsLeftOut(int length, int validation) =>
        TrainingData.FromText(new string('a', length), Bytes, context: 8).Validation.Should().HaveCount(validation);

    [Fact]
    public void FromText_ShorterThanAWindow_IsRefused()
    {
        FluentActions.Invoking(() => TrainingData.FromText("12345678", Bytes, context: 8)).Should().Throw<Gpt2Exception>().With(
            found: "the training text has 8 tokens", expected: "at least 9 for a window of 8", remedy: "take a longer text or a smaller --context");
        TrainingData.FromText("123456789", Bytes, context: 8).Training.Should().HaveCount(9);
    }
}
