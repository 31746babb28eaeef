// The pairs made by rules, and the rules as rewards: they prefer what is chosen, always.

using Gpt2.Core;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.PostTraining.Data.Workshop;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining.Data.Workshop;

public class PreferenceCorpusTests
{
    private const string Prompt = "Question: What is the capital of France? Answer:";

    private static readonly Example[]
        Training = [.. PreferenceCorpus.Examples(1, heldOut: false).Take(5000)],
        HeldOut = [.. PreferenceCorpus.Examples(1, heldOut: true).Take(2000)];

    [Fact]
    public void Examples_OfTheSameSeed_AreTheSame_AndOfAnotherOthers()
    {
        string[] Texts(ulong seed) =>
            [.. PreferenceCorpus.Examples(seed, heldOut: true).Take(200).Select(example => example["prompt"] + example["rejected"])];

        Texts(7).Should().Equal(Texts(7));
        Texts(8).Should().NotEqual(Texts(7));
    }

    [Fact]
    public void Helpful_OfEveryPair_PrefersTheChosenAnswer_WhichIsPerfect()
    {
        RuleScorer helpful = RuleScorer.Of("rule:helpful");
        foreach (Example example in Training.Concat(HeldOut))
        {
            helpful.Score(example["prompt"], example["chosen"]).Should().Be(2, example["chosen"]);
            helpful.Score(example["prompt"], example["rejected"]).Should().BeLessThan(1.8, example["rejected"]);
        }
    }

    [Fact]
    public void RejectedAnswers_BreakEveryRule()
    {
        double[] Scores(string rule) => [.. Training.Select(example => RuleScorer.Of(rule).Score(example["prompt"], example["rejected"]))];

        Scores("rule:correct").Count(score => score < 0).Should().BeGreaterThan(1000, "wrong");
        Scores("rule:correct").Count(score => score == 0).Should().BeGreaterThan(1000, "about something else");
        Scores("rule:polite").Count(score => score < 0).Should().BeGreaterThan(1000, "rude");
        Scores("rule:short").Count(score => score < 1).Should().BeGreaterThan(1000, "rambling");
    }

    [Fact]
    public void HeldOutQuestions_AreNeverAskedInTraining()
    {
        HashSet<string> training = [.. Training.Select(example => example["prompt"])];
        string[] heldOut = [.. HeldOut.Select(example => example["prompt"]).Distinct()];

        training.Count.Should().BeGreaterThan(300);
        heldOut.Should().HaveCountGreaterThan(40).And.NotContain(prompt => training.Contains(prompt));
        InstructionCorpus.Examples(1, heldOut: false).Take(4000).Select(example => PreferenceCorpus.PromptOf(example["instruction"]))
            .Where(heldOut.Contains).Should().BeEmpty("they are held out of the instructions, too");
    }

    [Fact]
    public void Examples_AsTheyAre_AreShort_AndOfWordsThatTheDefaultModelKnows()
    {
        TestExamples.Prepared(Training.Concat(HeldOut), PromptTemplate.Plain).Max(example => example.Length).Should().BeLessThanOrEqualTo(70);
        KnownWords.Share(Training.Concat(HeldOut), PromptTemplate.Plain).Should().BeGreaterThan(0.91);
    }

    [Theory]
    [InlineData("rule:correct", " The capital of France is Paris.", 1)]
    [InlineData("rule:correct", " paris", 1)]
    [InlineData("rule:correct", " The capital of France is Rome.", -1)]
    [InlineData("rule:correct", " Paris or Rome.", -1)]
    [InlineData("rule:correct", " The dog barked.", 0)]
    [InlineData("rule:correct", " Parisian", 0)]
    [InlineData("rule:correct", "", 0)]
    [InlineData("rule:polite", " Thank you!", 1)]
    [InlineData("rule:polite", " Thank you, you are foolish.", -1)]
    [InlineData("rule:polite", " I will not help you.", -1)]
    [InlineData("rule:polite", " Thank the king and you.", 0)]
    [InlineData("rule:short", " one two", 1)]
    [InlineData("rule:short", " 1 2 3 4 5 6 7 8 9 10 11 12 13 14", 1)]
    [InlineData("rule:short", " 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", 0.8)]
    [InlineData("rule:short", " . !", -1)]
    [InlineData("rule:helpful", " Paris. Thank you!", 2)]
    [InlineData("rule:helpful", " Rome. Thank you!", 0)]
    [InlineData("rule:helpful", " Paris, go away!", 1)]
    [InlineData("rule:helpful", "", -0.5)]
    public void Score_OfAText_IsTheRules(string rule, string text, double expected) =>
        RuleScorer.Of(rule).Score(Prompt, text).Should().BeApproximately(expected, 1e-12);

    [Fact]
    public void Score_OfMoreOfTheSame_IsNotHigher() =>
        RuleScorer.Of("rule:helpful").Score(Prompt, " Paris. Paris. Thank you! Thank you! Thank you!").Should().Be(2);

    [Fact]
    public void Score_OfSeveralQuestions_IsThatOfTheLast_WhateverIsAroundIt() =>
        RuleScorer.Of("rule:correct").Score(
            "User: What is 2 + 3?\nAssistant: 5\nUser: She is a queen. What is he?\nAssistant:", " king").Should().Be(1);

    [Fact]
    public void Score_QuestionThatTheRuleDoesNotKnow_IsRefused() =>
        FluentActions.Invoking(() => RuleScorer.Of("rule:helpful").Score("Why?", "So.")).Should().Throw<Gpt2Exception>().With(
            "the rule does not know the question 'Why?'", "a question as those of the workshop's own preferences",
            "take a rule that knows no answers, *");

    [Fact]
    public void Of_NoRule_NamesThoseThatThereAre() => FluentActions.Invoking(() => RuleScorer.Of("rule:kind")).Should().Throw<Gpt2Exception>()
        .With("no rule 'rule:kind'", "rule:correct, rule:polite, rule:short, rule:helpful");
}
