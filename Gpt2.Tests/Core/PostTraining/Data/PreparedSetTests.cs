// Examples in tokens: where prompt and answer meet, which tokens count, and what is too long.

using Gpt2.Core;
using Gpt2.Core.Evaluation;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining.Data;

public class PreparedSetTests
{
    private const int NotCounted = CrossEntropy.NotCounted;

    private static readonly Tokenizer Tokenizer = TestExamples.Tokenizer;

    private static int EndOfText => Tokenizer.Vocabulary.EndOfText;

    [Fact]
    public void Of_Completion_CountsTheAnswerAndTheEnd_AndNotThePrompt()
    {
        PreparedExample example = TestExamples.Prepared([TestExamples.Completion("The king", " wore his crown.")], PromptTemplate.Plain).Single();

        int[] prompt = Tokenizer.Encode("The king"), answer = Tokenizer.Encode(" wore his crown.");
        example.Prompt.Should().Equal(prompt);
        TokenSequence sequence = example.Sequences.Single();
        sequence.Ids.Should().Equal([.. prompt, .. answer]);
        sequence.Targets.Should().Equal([.. Enumerable.Repeat(NotCounted, prompt.Length - 1), .. answer, EndOfText]);
        example.Length.Should().Be(prompt.Length + answer.Length);
        example.TokensOf(0, Tokenizer).Where(token => token.Counts).Select(token => token.Text)
            .Should().Equal([.. answer.Select(id => Tokenizer.Decode([id])), "<|endoftext|>"]);
        string.Concat(example.TokensOf(0, Tokenizer).Select(token => token.Text)).Should().Be("The king wore his crown.<|endoftext|>");
    }

    [Fact]
    public void Of_WordCutByTheBoundary_NeverMergesAcrossIt()
    {
        Tokenizer.Encode(" king").Should().HaveCount(1);

        PreparedExample example = TestExamples.Prepared([TestExamples.Completion("A ki", "ng")], PromptTemplate.Plain).Single();

        example.Sequences.Single().Ids.Should().Equal([.. Tokenizer.Encode("A ki"), .. Tokenizer.Encode("ng")]);
    }

    [Fact]
    public void Of_ShortTemplate_TakesTheSpaceIntoTheFirstTokenOfTheAnswer()
    {
        PreparedExample example =
            TestExamples.Prepared([Example.Instruction("What is the capital of France?", "", "Paris.")], PromptTemplate.Short).Single();

        example.TokensOf(0, Tokenizer).Where(token => token.Counts).Select(token => token.Text).Should().Equal(" Paris", ".", "<|endoftext|>");
        example.Answers.Should().Equal(" Paris.");
        Tokenizer.Decode([.. example.Prompt]).Should().Be(example.PromptText).And.EndWith("Answer:");
    }

    [Fact]
    public void Of_Preference_GivesTwoSequencesWithTheSamePrompt()
    {
        PreparedExample example = TestExamples.Prepared([Example.Preference("The king", " sat.", " wore his crown.")], PromptTemplate.Plain).Single();

        example.Sequences.Should().HaveCount(2);
        example.Sequences.Should().OnlyContain(sequence => sequence.Ids.Take(example.Prompt.Count).SequenceEqual(example.Prompt));
        example.Sequences.Select(sequence => Tokenizer.Decode([.. sequence.Targets.Where(target => target != NotCounted)]))
            .Should().Equal(" sat.<|endoftext|>", " wore his crown.<|endoftext|>");
        example.Length.Should().Be(example.Sequences[1].Ids.Count);
    }

    [Fact]
    public void Of_EndOfTextInAFile_IsPlainText()
    {
        PreparedExample example = TestExamples.Prepared([TestExamples.Completion("a<|endoftext|>", "b<|endoftext|>")], PromptTemplate.Plain).Single();

        example.Sequences[0].Ids.Should().NotContain(EndOfText);
        example.Sequences[0].Targets.Should().ContainSingle(target => target == EndOfText);
    }

    [Fact]
    public void Of_ExampleOfExactlyTheContext_IsUsed_AndOneOfATokenMoreIsSkipped()
    {
        ExampleSet set = TestExamples.SetOf(TestExamples.Completion("a", " b b b"), TestExamples.Completion("a", " b b b b"));

        PreparedSet prepared = PreparedSet.Of(set, PromptTemplate.Plain, Tokenizer, context: 4, SkipLimit.Parse("1"));

        prepared.Examples.Should().ContainSingle().Which.Length.Should().Be(4);
        prepared.Skipped.Reasons.Should().Be("1 long");
        prepared.Skipped.First.Should().Equal("line 0: 5 tokens, expected at most 4");
        set.Skipped.Count.Should().Be(0, "the count of the reader is its own");
    }

    [Fact]
    public void Of_MoreSkippedThanMayBe_CountsThoseOfTheReaderToo()
    {
        ExampleSet set = ExampleReader.Read("prompt,completion\nx\na, b\na, b b b b b b\n", "file", SkipLimit.Parse("1"));

        FluentActions.Invoking(() => PreparedSet.Of(set, PromptTemplate.Plain, Tokenizer, context: 4, SkipLimit.Parse("1")))
            .Should().Throw<Gpt2Exception>().With(
                "2 of 3 rows cannot be used: 1 malformed, 1 long (line 2: 1 cell, *; line 4: 7 tokens, expected at most 4)",
                "at most 1", where: "file");
    }

    [Fact]
    public void Of_TemplateWithNothingBeforeTheAnswer_IsRefused() =>
        FluentActions.Invoking(() => PreparedSet.Of(
            TestExamples.SetOf(TestExamples.Completion("a", "b")), PromptTemplate.Parse("own", "{completion}"), Tokenizer, 128, SkipLimit.Standard))
            .Should().Throw<Gpt2Exception>().With("1 of 1 row cannot be used: 1 empty (line 0: the prompt is empty)");
}
