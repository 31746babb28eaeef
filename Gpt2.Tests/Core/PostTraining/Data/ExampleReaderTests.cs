// Files of examples that can be read: every kind, in JSON Lines and in CSV, with what editors and spreadsheets do to them.

using System.Text;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;

namespace Gpt2.Tests.Core.PostTraining.Data;

public class ExampleReaderTests
{
    [Theory]
    [InlineData("""{"instruction": "Add.", "input": "1 and 2", "output": "3"}""")]
    [InlineData("instruction,input,output\nAdd.,1 and 2,3\n")]
    [InlineData("output,id,input,instruction\n3,17,1 and 2,Add.\n")]
    [InlineData("\ninstruction;input;output\r\nAdd.;1 and 2;3\r\n")]
    [InlineData("instruction\tinput\toutput\nAdd.\t1 and 2\t3")]
    public void Read_Instructions_GivesTheirFields(string text)
    {
        ExampleSet set = Read(text);

        set.Kind.Should().BeSameAs(ExampleKind.Instructions);
        Example example = set.Examples.Should().ContainSingle().Subject;
        (example["instruction"], example["input"], example["output"]).Should().Be(("Add.", "1 and 2", "3"));
        example.Answers.Should().Equal("3");
        set.Skipped.Count.Should().Be(0);
    }

    [Theory]
    [InlineData("""{"instruction": "Go.", "output": "I go."}""")]
    [InlineData("""{"instruction": "Go.", "input": null, "output": "I go."}""")]
    [InlineData("""{"instruction": "Go.", "input": "", "output": "I go.", "text": 5}""")]
    [InlineData("instruction,output\nGo.,I go.\n")]
    [InlineData("instruction,input,output\nGo.,,I go.\n")]
    public void Read_InstructionsWithoutInput_GivesAnEmptyOne(string text) => Read(text).Examples.Single()["input"].Should().BeEmpty();

    [Theory]
    [InlineData("""{"prompt": "The king", "completion": " sat."}""")]
    [InlineData("prompt,completion\nThe king, sat.\n")]
    public void Read_Completions_KeepsTheirSpaces(string text)
    {
        ExampleSet set = Read(text);

        set.Kind.Should().BeSameAs(ExampleKind.Completions);
        set.Examples.Single()["prompt"].Should().Be("The king");
        set.Examples.Single().Answers.Should().Equal(" sat.");
    }

    [Theory]
    [InlineData("""{"prompt": "p", "chosen": "good", "rejected": "bad"}""")]
    [InlineData("""{"messages": [], "completion": "c", "prompt": "p", "chosen": "good", "rejected": "bad"}""")]
    [InlineData("prompt,chosen,rejected\np,good,bad\n")]
    public void Read_Preferences_GivesTheChosenAnswerFirst(string text)
    {
        ExampleSet set = Read(text);

        set.Kind.Should().BeSameAs(ExampleKind.Preferences);
        set.Examples.Single().Answers.Should().Equal("good", "bad");
    }

    [Theory]
    [InlineData("""
        {"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "U"}, {"role": "assistant", "content": "A"}]}
        """)]
    [InlineData(
        "messages\n\"[{\"\"role\"\":\"\"system\"\",\"\"content\"\":\"\"S\"\"},{\"\"role\"\":\"\"user\"\",\"\"content\"\":\"\"U\"\"},"
        + "{\"\"role\"\":\"\"assistant\"\",\"\"content\"\":\"\"A\"\"}]\"\n")]
    public void Read_Conversations_TakesTheLastTurnAsTheAnswer(string text)
    {
        ExampleSet set = Read(text);

        set.Kind.Should().BeSameAs(ExampleKind.Conversations);
        set.Examples.Single().Messages.Should().Equal(
            new ChatMessage("system", "S"), new ChatMessage("user", "U"), new ChatMessage("assistant", "A"));
        set.Examples.Single().Answers.Should().Equal("A");
    }

    [Fact]
    public void Read_ByteOrderMarkCrLfAndBlankLines_AreNoPartOfTheExamples()
    {
        byte[] bytes =
        [
            .. Encoding.UTF8.Preamble,
            .. "{\"prompt\":\"é\",\"completion\":\"b\"}\r\n\r\n  \r\n{\"prompt\":\"c\",\"completion\":\"d\"}\r\n"u8,
        ];

        ExampleSet set = Read(StrictUtf8.Decode(bytes, "file"));

        set.Examples.Select(example => (example["prompt"], example["completion"], example.Line))
            .Should().Equal(("é", "b", 1L), ("c", "d", 4L));
        set.Rows.Should().Be(2);
    }

    [Fact]
    public void Read_CellsInQuotes_KeepLineBreaksQuotesAndCommas_AndLinesAreCounted()
    {
        ExampleSet set = Read("prompt,completion\r\n\"one\r\ntwo, three\",\"say \"\"yes\"\"\"\r\nfour,five\r\n");

        set.Examples.Select(example => (example["prompt"], example["completion"], example.Line))
            .Should().Equal(("one\r\ntwo, three", "say \"yes\"", 2L), ("four", "five", 4L));
    }

    [Fact]
    public void Read_LineSeparatorsOfUnicodeInJson_DoNotEndARow() =>
        Read("{\"prompt\":\"a\u2028b\u0085c\",\"completion\":\"d\"}").Examples.Single()["prompt"].Should().Be("a\u2028b\u0085c");

    private static ExampleSet Read(string text) => ExampleReader.Read(text, "file", SkipLimit.Parse("0"));
}
