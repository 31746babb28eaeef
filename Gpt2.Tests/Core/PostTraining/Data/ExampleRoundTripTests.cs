// What is written is read again as it was, whatever characters it has.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining.Data;

public class ExampleRoundTripTests
{
    private static readonly string[] Pieces =
    [
        "a", "B", "7", " ", "\"", "\"\"", ",", ";", "\t", "\n", "\r\n", "\r", "'", "\\", "{", "}", "é", "😀", "\u2028", "\u0001", "#", "=",
        "<|endoftext|>",
    ];

    private static readonly Gen<string> Text = Gen.Choose(0, 8).SelectMany(count => Gen.Elements(Pieces).ArrayOf(count)).Select(string.Concat);

    private static readonly Gen<string> Filled = from text in Text from word in Gen.Elements("x", "word", " y") select text + word;

    private static readonly Gen<Example[]> Sets = Gen.OneOf(
        ListOf(from a in Filled from b in Text from c in Filled select Example.Instruction(a, b.Trim().Length == 0 ? "" : b, c)),
        ListOf(from a in Filled from b in Filled select Example.Of(ExampleKind.Completions, field => field == "prompt" ? a : b)),
        ListOf(from a in Filled from b in Filled from c in Filled select Example.Preference(a, b, c)),
        ListOf(from a in Filled from b in Filled from c in Filled select Conversation(a, b, c)));

    [Fact]
    public void JsonLines_WrittenAndRead_AreTheSameExamples() => AssertRoundTrip(ExampleWriter.WriteJsonLines);

    [Fact]
    public void Csv_WrittenAndRead_IsTheSameExamples() =>
        AssertRoundTrip((writer, examples) => ExampleWriter.WriteCsv(writer, examples[0].Kind, examples));

    private static Gen<Example[]> ListOf(Gen<Example> examples) => Gen.Choose(1, 5).SelectMany(count => examples.ArrayOf(count));

    private static Example Conversation(string system, string user, string assistant) =>
        Example.Conversation([new ChatMessage("system", system), new ChatMessage("user", user), new ChatMessage("assistant", assistant)]);

    private static void AssertRoundTrip(Action<TextWriter, Example[]> write) => SeededProperty.Holds(Sets, examples =>
    {
        using var text = new StringWriter();
        write(text, examples);

        ExampleSet read = ExampleReader.Read(text.ToString(), "file", SkipLimit.Parse("0"));

        read.Kind.Should().BeSameAs(examples[0].Kind);
        read.Examples.Select(FieldsOf).Should().Equal(examples.Select(FieldsOf));
    });

    private static string FieldsOf(Example example) => string.Join('\0', example.Kind == ExampleKind.Conversations
        ? example.Messages.Select(message => message.ToString())
        : example.Kind.Fields.Select(field => example[field]));
}
