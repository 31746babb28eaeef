// Files of examples that cannot be read, and rows that are skipped: what is said of each.

using Gpt2.Core;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining.Data;

public class ExampleReaderErrorTests
{
    private const string Good = """{"prompt": "p", "completion": "c"}""", Chat = """{"messages": [{"role": "user", "content": "u"}, """;

    [Theory]
    [InlineData("", "found no rows", "at least one example", null, "file")]
    [InlineData(" \r\n \n", "found no rows", "at least one example", null, "file")]
    [InlineData("prompt,completion\n", "found no rows", "at least one example", null, "file")]
    [InlineData("[{}]", "found a JSON array", "JSON Lines, an object on each line, or CSV", "convert it, *: jq -c '.*' file", "file")]
    [InlineData("{}", "found no fields", "the fields of a kind: prompt, chosen, rejected; instruction, output; *", "rename them", "file line 1")]
    [InlineData("""{"question": "q", "answer": "a"}""", "found the fields question, answer", "the fields of a kind: *", "rename them", "file line 1")]
    [InlineData("\nquestion,answer\nq,a\n", "found the fields question, answer", "the fields of a kind: *", "rename them", "file line 2")]
    [InlineData("prompt,completion,prompt\n1,2,3\n", "the header has prompt twice", "every field once", null, "file line 1")]
    [InlineData(
        "prompt,completion\na,\"b\nc,d\n", "a cell in quotes does not end, or is far too long",
        "a closing quote, and at most 1048576 characters in a row",
        "write a quote inside a quoted cell twice", "file line 2")]
    public void Read_NoFileOfExamples_SaysWhatItIs(string text, string found, string expected, string? remedy, string where) =>
        Reading(text, "100%").Should().Throw<Gpt2Exception>().With(found, expected, remedy, where);

    [Fact]
    public void Read_QuoteThatSwallowsALargeFile_IsFoundBeforeItFillsTheMemory() =>
        Reading("prompt,completion\na,\"" + new string('x', 9_000_000), "100%")
            .Should().Throw<Gpt2Exception>().With("a cell in quotes does not end*", where: "file line 2");

    [Fact]
    public void Read_AnotherKindFurtherDown_IsRefusedWithItsLine() =>
        Reading($"{Good}\n\n" + """{"instruction": "i", "output": "o"}""", "100%").Should().Throw<Gpt2Exception>().With(
            "found instructions (instruction, output)", "completions (prompt, completion) as in the rows before",
            "put each kind into a file of its own", "file line 3");

    [Theory]
    [InlineData("{nothing", "1 malformed", "not valid JSON")]
    [InlineData("""{"prompt": "p", "completion": "c", "prompt": "q"}""", "1 malformed", "the key 'prompt' occurs twice")]
    [InlineData("[1]", "1 malformed", "a list, expected an object")]
    [InlineData("12", "1 malformed", "a number, expected an object")]
    [InlineData("""{"prompt": "p"}""", "1 malformed", "no completion")]
    [InlineData("""{"prompt": "p", "completion": 7}""", "1 malformed", "completion is a number, expected a text")]
    [InlineData("""{"prompt": ["p"], "completion": "c"}""", "1 malformed", "prompt is a list, expected a text")]
    [InlineData("""{"prompt": "\ud800", "completion": "c"}""", "1 malformed", "prompt has half of a surrogate pair, expected a text")]
    [InlineData("""{"prompt": "p", "completion": null}""", "1 empty", "completion is empty")]
    [InlineData("""{"prompt": " \n", "completion": "c"}""", "1 empty", "prompt is empty")]
    public void Read_RowOfJsonThatCannotBeUsed_IsSkippedAndNamed(string row, string reason, string problem) =>
        AssertSkipped($"{Good}\n{row}\n{Good}", reason, $"line 2: {problem}");

    [Theory]
    [InlineData("7", "messages is a number, expected a list of objects with role and content")]
    [InlineData("[\"hello\"]", "messages is a list with a text, expected a list of objects with role and content")]
    [InlineData("[]", "no messages, expected a question, and last the answer of the assistant")]
    [InlineData("""[{"role": "assistant", "content": "a"}]""", "1 message, the last from the assistant, expected a question, *")]
    [InlineData("""[{"role": "user", "content": "u"}, {"role": "user", "content": "u"}]""", "2 messages, the last from the user, expected *")]
    [InlineData("""[{"role": "robot", "content": "u"}]""", "the role 'robot', expected system, user, assistant")]
    [InlineData(
        """[{"role": "user", "content": "u"}, {"role": "system", "content": "s"}, {"role": "assistant", "content": "a"}]""",
        "message 2 is the system's, expected the first alone")]
    [InlineData("""[{"role": "user", "content": 1}, {"role": "assistant", "content": "a"}]""", "content is a number, expected a text")]
    public void Read_ConversationThatCannotBeUsed_IsSkippedAndNamed(string messages, string problem)
    {
        string good = Chat + """{"role": "assistant", "content": "a"}]}""";
        AssertSkipped($"{good}\n{{\"messages\": {messages}}}\n{good}", "1 malformed", $"line 2: {problem}");
    }

    [Fact]
    public void Read_ConversationWithAnEmptyTurn_IsSkippedAsEmpty() =>
        AssertSkipped(
            Chat + """{"role": "assistant", "content": "a"}]}""" + "\n" + Chat + """{"role": "assistant", "content": " "}]}""",
            "1 empty", "line 2: a content is empty");

    [Theory]
    [InlineData("a", "1 malformed", "1 cell, expected 2 as in the header")]
    [InlineData("a,b,c", "1 malformed", "3 cells, expected 2 as in the header")]
    [InlineData("5\" wide,b", "1 malformed", "a quote inside a cell, expected the cell in quotes and the quote twice")]
    [InlineData("\"a\"b,c", "1 malformed", "a quote inside a cell, expected the cell in quotes and the quote twice")]
    [InlineData("a,", "1 empty", "completion is empty")]
    public void Read_RowOfCsvThatCannotBeUsed_IsSkippedAndNamed(string row, string reason, string problem) =>
        AssertSkipped($"prompt,completion\n{row}\np,c\n", reason, $"line 2: {problem}");

    [Fact]
    public void Read_MessagesOfCsvThatAreNoJson_AreSkippedAndNamed() =>
        AssertSkipped(
            "messages\nhello\n\"[{\"\"role\"\":\"\"user\"\",\"\"content\"\":\"\"u\"\"},"
            + "{\"\"role\"\":\"\"assistant\"\",\"\"content\"\":\"\"a\"\"}]\"\n",
            "1 malformed", "line 2: messages is no JSON, expected a list of objects with role and content");

    [Theory]
    [InlineData("{\"prompt\": \"LONG\", \"completion\": \"c\"}\n" + Good)]
    [InlineData("prompt,completion\nLONG,c\np,c\n")]
    public void Read_RowOfAMillionCharacters_IsSkippedAsLong(string text)
    {
        ExampleSet set = Reading(text.Replace("LONG", new string('x', ExampleReader.LongestRow), StringComparison.Ordinal), "1")();

        set.Examples.Should().ContainSingle();
        set.Skipped.Reasons.Should().Be("1 long");
        set.Skipped.First.Single().Should().Match("line *: 1048??? characters, expected at most 1048576");
    }

    [Fact]
    public void Read_MoreBadRowsThanMayBe_NamesTheFirstOfThem()
    {
        string text = string.Join('\n', [
            .. Enumerable.Repeat(Good, 13), .. Enumerable.Repeat("""{"prompt": "p"}""", 6), """{"prompt": "", "completion": "c"}"""]);

        Reading(text, "6").Should().Throw<Gpt2Exception>().With(
            "7 of 20 rows cannot be used: 6 malformed, 1 empty (line 14: no completion; line 15: *; line 18: no completion; and 2 more)",
            "at most 6", "fix them, or allow more with --max-skipped", "file");
        Reading(text, "34%").Should().Throw<Gpt2Exception>().With(expected: "at most 34%");
        Reading(text, "35%")().Skipped.CountOf(SkipReason.Malformed).Should().Be(6);
        Reading(text, "7")().Examples.Should().HaveCount(13);
    }

    [Fact]
    public void Read_NoGoodRow_IsAnErrorWhateverMayBeSkipped() =>
        Reading("prompt,completion\na\n", "100%").Should().Throw<Gpt2Exception>()
            .With("1 of 1 row cannot be used: 1 malformed (line 2: *)", "one that can", "fix them", "file");

    [Theory]
    [InlineData("")]
    [InlineData("%")]
    [InlineData("-1")]
    [InlineData("101%")]
    [InlineData("1.5%")]
    [InlineData("many")]
    [InlineData("9999999999")]
    public void Parse_NoLimit_IsRefused(string text) => FluentActions.Invoking(() => SkipLimit.Parse(text)).Should().Throw<Gpt2Exception>()
        .With($"found '{text}'", "a number of rows such as 20, or a share such as 5%");

    private static Func<ExampleSet> Reading(string text, string limit) => () => ExampleReader.Read(text, "file", SkipLimit.Parse(limit));

    private static void AssertSkipped(string text, string reason, string first)
    {
        ExampleSet set = Reading(text, "1")();

        set.Examples.Should().NotBeEmpty();
        set.Skipped.Reasons.Should().Be(reason);
        set.Skipped.First.Single().Should().Match(first);
    }
}
