// Experiments as JSON: written and read again, and what is refused.

using Gpt2.Core;
using Gpt2.Core.Laboratory;

namespace Gpt2.Tests.Core.Laboratory;

public class EditFileTests
{
    private static readonly PassEdit[] OneOfEach =
    [
        new SetCell("model_wte", 1, 2, 0.1f), new FillRow("h0.step16", 3, -1.5f), new ScaleRow("h1.step7", 0, 2),
        new SwapRows("token_embeddings", 1, 2),
        new SilenceHead(0, 2), new SilenceNeuron(1, 300), new SilencePosition(4), new SilencePosition(),
    ];

    [Fact]
    public void Write_EveryKindOfEdit_IsReadAgain()
    {
        string json = EditFile.Write(new Experiment(OneOfEach, "Mike \"is\" quick."));

        Experiment read = EditFile.Read(json, "edits.json");

        read.Prompt.Should().Be("Mike \"is\" quick.");
        read.Edits.Should().Equal(OneOfEach);
        OneOfEach.Select(edit => edit.GetType()).Distinct().Should().HaveCount(
            typeof(PassEdit).Assembly.GetTypes().Count(type => type.IsSubclassOf(typeof(PassEdit))), "there is one of each kind above");
    }

    [Fact]
    public void Write_HoldsWhatAnEditIsMadeFrom_AndNothingElse() =>
        EditFile.Write(new Experiment([new SilenceHead(0, 2), new SetCell("h0.step16", 5, 3, -2.5f)]))
            .ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal)
            .Should().Be(
                """{"edits":[{"edit":"silence_head","block":0,"head":2},"""
                + """{"edit":"set_cell","matrix":"h0.step16","row":5,"column":3,"value":-2.5}],"prompt":null}""");

    [Fact]
    public void Read_WithTheTargetThatFilesOnceHeld_IsTheSameEdit() =>
        EditFile.Read("""{"edits":[{"edit":"silence_head","block":0,"head":2,"target":"h0.step8"}]}""", "edits.json")
            .Edits.Should().Equal(new SilenceHead(0, 2));

    [Fact]
    public void Read_ByHand_TakesWhatIsLeftOut() =>
        EditFile.Read("""{"edits":[{"edit":"silence_position"},{"edit":"silence_head","block":0,"head":2}]}""", "edits.json")
            .Edits.Should().Equal(new SilencePosition(), new SilenceHead(0, 2));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"edits":null}""")]
    [InlineData("""{"edits":[null]}""")]
    [InlineData("""{"edits":[{}]}""")]
    [InlineData("""{"edits":[{"edit":"silence_cat","block":0}]}""")]
    [InlineData("""{"edits":[{"edit":"silence_head","block":0}]}""")]
    [InlineData("""{"edits":[{"edit":"silence_head","block":0,"head":"two"}]}""")]
    [InlineData("""{"edits":[{"edit":"silence_head","block":0,"head":1,"tail":1}]}""")]
    [InlineData("""{"edits":[{"edit":"fill_row","matrix":null,"row":0,"value":1}]}""")]
    [InlineData("""{"edits":[],"prompt":3}""")]
    public void Read_AnythingElse_IsRefusedWithTheForm(string json)
    {
        Gpt2Exception refusal = FluentActions.Invoking(() => EditFile.Read(json, "edits.json")).Should().Throw<Gpt2Exception>().Which;

        refusal.Message.Should().StartWith("edits.json").And.Contain("expected {\"edits\":");
    }

    [Fact]
    public void Read_TooManyEdits_IsRefused()
    {
        string json = EditFile.Write(new Experiment([.. Enumerable.Repeat(new SilenceHead(0, 0), EditFile.MostEdits + 1)]));

        FluentActions.Invoking(() => EditFile.Read(json, "edits.json")).Should().Throw<Gpt2Exception>()
            .WithMessage("edits.json: there are 1001 edits, expected at most 1000");
    }
}
