// What each template makes of each kind of example, and what is no template.

using Gpt2.Core;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining.Data;

public class PromptTemplateTests
{
    private static readonly Example
        WithInput = Example.Instruction("How does Mike move?", "Mike is quick.", "He moves quickly."),
        WithoutInput = Example.Instruction("Where is Paris?", "", "In France."),
        Completion = TestExamples.Completion("The king", " sat."),
        Preference = Example.Preference("Who?", " I.", " Go away!"),
        Conversation = Example.Conversation(
        [
            new("system", "Be kind."), new("user", "Hello"), new("assistant", "Good day."),
            new("user", "Who are you?"), new("assistant", "A friend."),
        ]);

    [Fact]
    public void Alpaca_OfAnInstruction_HasASectionForTheInputIfThereIsOne()
    {
        Assert(PromptTemplate.Alpaca, WithInput,
            "An instruction says what to do. An input belongs to it. The response does it.\n\n### Instruction:\nHow does Mike move?\n\n"
            + "### Input:\nMike is quick.\n\n### Response:\n", "He moves quickly.");
        Assert(PromptTemplate.Alpaca, WithoutInput,
            "An instruction says what to do. The response does it.\n\n### Instruction:\nWhere is Paris?\n\n### Response:\n", "In France.");
    }

    [Fact]
    public void Short_OfAnInstruction_LeavesTheLastSpaceToTheAnswer()
    {
        Assert(PromptTemplate.Short, WithInput, "Question: Mike is quick. How does Mike move? Answer:", " He moves quickly.");
        Assert(PromptTemplate.Short, WithoutInput, "Question: Where is Paris? Answer:", " In France.");
    }

    [Fact]
    public void Plain_OfEveryKind_AddsNothing()
    {
        Assert(PromptTemplate.Plain, Completion, "The king", " sat.");
        Assert(PromptTemplate.Plain, Preference, "Who?", " I.", " Go away!");
        Assert(PromptTemplate.Plain, WithInput, "How does Mike move?\nMike is quick.", "He moves quickly.");
        Assert(PromptTemplate.Plain, TestExamples.Completion("The king ", "sat."), "The king", " sat.");
    }

    [Fact]
    public void Chat_OfAConversation_HasALineForEachTurn()
    {
        Assert(
            PromptTemplate.Chat, Conversation, "System: Be kind.\nUser: Hello\nAssistant: Good day.\nUser: Who are you?\nAssistant:", " A friend.");
        Assert(PromptTemplate.Chat, WithoutInput, "User: Where is Paris?\nAssistant:", " In France.");
    }

    [Theory]
    [InlineData("{messages}|{prompt}|{instruction}|{input}|{output}", "User: Who?|Who?|Who?||")]
    [InlineData("{{{prompt}}} {#input}never{/input}{completion}", "{Who?}")]
    [InlineData("{#prompt}<{prompt}>{/prompt}\r\n{completion}\r\n", "<Who?>\n")]
    [InlineData("{#input}a{/input}{#instruction}b{/instruction}{completion}", "b")]
    public void Parse_PlaceholdersSectionsAndBraces_StandForTheirTexts(string template, string prompt) =>
        PromptTemplate.Parse("own", template).Fill(Preference).Prompt.Should().Be(prompt);

    [Theory]
    [InlineData("", "found no answer", "{output} or {completion} at the end", 1)]
    [InlineData("{prompt}", "found no answer", "{output} or {completion} at the end", 1)]
    [InlineData("a\nb {question} {output}", "found the placeholder {question}", "{instruction} or {input} or *, or {{ for a brace", 2)]
    [InlineData("{chosen}", "found the placeholder {chosen}", "*", 1)]
    [InlineData("{Input}{output}", "found the placeholder {Input}", "*", 1)]
    [InlineData("a {", "found a { without }", "{{ for a brace", 1)]
    [InlineData("a } {output}", "found a } without {", "}} for a brace", 1)]
    [InlineData("{output} yes", "found ' yes' after the answer", "nothing, since the answer ends with <|endoftext|>", 1)]
    [InlineData("{output}{output}", "found '{output}' after the answer", "*", 1)]
    [InlineData("{#input}{output}{/input}", "found the answer within {#input}", "{/input} before it", 1)]
    [InlineData("{#input}{#prompt}{output}", "found {#prompt}", "sections such as {#input} … {/input}, *", 1)]
    [InlineData("{#input}\n{/prompt}{output}", "found {/prompt}", "sections such as *", 2)]
    [InlineData("{/input}{output}", "found {/input}", "sections such as *", 1)]
    [InlineData("{#output}{output}", "found {#output}", "sections such as *", 1)]
    [InlineData("{##input}{output}", "found {##input}", "sections such as *", 1)]
    public void Parse_NoTemplate_SaysWhereAndWhy(string template, string found, string expected, int line) =>
        FluentActions.Invoking(() => PromptTemplate.Parse("own.txt", template)).Should().Throw<Gpt2Exception>()
            .With(found, expected, where: $"own.txt line {line}");

    [Fact]
    public void All_OfTheirTexts_AreThemselves()
    {
        foreach (PromptTemplate template in PromptTemplate.All)
        {
            PromptTemplate again = PromptTemplate.Parse("again", template.Text);
            foreach (Example example in (Example[])[WithInput, WithoutInput, Completion, Preference, Conversation])
            {
                again.Fill(example).Should().BeEquivalentTo(template.Fill(example), template.Name);
            }
        }
    }

    [Fact]
    public void StandardFor_Instructions_DependsOnWhatTheModelCanRead()
    {
        PromptTemplate.StandardFor(ExampleKind.Instructions, 128).Should().BeSameAs(PromptTemplate.Short);
        PromptTemplate.StandardFor(ExampleKind.Instructions, 1024).Should().BeSameAs(PromptTemplate.Alpaca);
        PromptTemplate.StandardFor(ExampleKind.Conversations, 128).Should().BeSameAs(PromptTemplate.Chat);
        PromptTemplate.StandardFor(ExampleKind.Preferences, 1024).Should().BeSameAs(PromptTemplate.Plain);
        PromptTemplate.StandardFor(ExampleKind.Completions, 1024).Should().BeSameAs(PromptTemplate.Plain);
    }

    private static void Assert(PromptTemplate template, Example example, string prompt, params string[] answers)
    {
        (string its, IReadOnlyList<string> itsAnswers) = template.Fill(example);
        its.Should().Be(prompt);
        itsAnswers.Should().Equal(answers);
    }
}
