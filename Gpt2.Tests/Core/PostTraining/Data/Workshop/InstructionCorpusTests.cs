// The instructions made by rules: every answer follows from its rule, what is held out never occurs in training, and the default model
// can read them.

using System.Globalization;
using System.Text.RegularExpressions;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.PostTraining.Data.Workshop;
using Gpt2.Core.Text;
using Gpt2.Core.Training.Corpus;

namespace Gpt2.Tests.Core.PostTraining.Data.Workshop;

public partial class InstructionCorpusTests
{
    private const int Many = 4000;

    private static readonly InstructionTask[]
        Training = [.. InstructionCorpus.Tasks(1, heldOut: false).Take(Many)], HeldOut = [.. InstructionCorpus.Tasks(1, heldOut: true).Take(Many)];

    [Fact]
    public void Examples_OfTheSameSeed_AreTheSame_AndOfAnotherOthers()
    {
        string[] Texts(ulong seed) =>
            [.. InstructionCorpus.Examples(seed, heldOut: false).Take(200).Select(example => example["instruction"] + example["output"])];

        Texts(7).Should().Equal(Texts(7));
        Texts(8).Should().NotEqual(Texts(7));
    }

    [Fact]
    public void Tasks_OfBothParts_AreOfAllFamilies_AndDifferent_ButForQuestionsAboutFactsInTraining()
    {
        string[] families = ["adverb", "capital", "country", "language", "man", "more", "opposite", "past", "relative", "sum", "woman"];
        foreach (InstructionTask[] part in (InstructionTask[][])[Training, HeldOut])
        {
            part.Should().HaveCount(Many);
            part.Where(task => part == HeldOut || !task.IsFact).Select(task => (task.Instruction, task.Input)).Should().OnlyHaveUniqueItems();
            part.Select(task => task.Family).Distinct().Should().BeEquivalentTo(families);
        }

        IGrouping<string, InstructionTask>[] facts = [.. Training.Where(task => task.IsFact).GroupBy(task => task.Instruction)];
        facts.Max(group => group.Count()).Should().Be(16);
        facts.Sum(group => group.Count()).Should().BeInRange(Many / 5, Many / 3);
    }

    [Fact]
    public void HeldOutFacts_AreNeverAskedInTraining_InAnyWording()
    {
        Fact[] heldOut = [.. Fact.All.Where(fact => fact.IsHeldOut)];
        HashSet<string> asked = [.. Training.Select(task => task.Instruction)];

        heldOut.Select(fact => fact.Family).Distinct().Should().HaveCount(7);
        heldOut.Length.Should().BeInRange(Fact.All.Length / 15, Fact.All.Length / 7);
        heldOut.SelectMany(fact => fact.Questions).Where(asked.Contains).Should().BeEmpty();
        HeldOut.Where(task => task.Input.Length == 0).Select(task => task.Instruction)
            .Should().BeSubsetOf(heldOut.SelectMany(fact => fact.Questions));
    }

    [Fact]
    public void HeldOutCombinations_OfTextTasks_NeverOccurInTraining()
    {
        HashSet<string> Combinations(InstructionTask[] tasks) =>
            [.. tasks.Where(task => task.Input.Length > 0).Select(Combination)];

        HashSet<string> training = Combinations(Training), heldOut = Combinations(HeldOut);

        training.Count.Should().BeGreaterThan(500);
        heldOut.Count.Should().BeGreaterThan(100);
        heldOut.Where(training.Contains).Should().BeEmpty();
    }

    [Fact]
    public void Training_KeepsWhatTheTrainingTextHoldsOut() =>
        Training.Select(task => $"{task.Input} {task.Instruction} {task.Output}").Where(text => !Gpt2.Core.Training.Corpus.HeldOut.IsKeptBy(text))
            .Should().BeEmpty();

    [Fact]
    public void Answers_OfEveryFamily_FollowFromTheRule()
    {
        foreach (InstructionTask task in Training.Concat(HeldOut))
        {
            task.Output.Should().Be(Expected(task), "{0} {1}", task.Input, task.Instruction);
        }
    }

    [Fact]
    public void Examples_InTheShortForm_AreShort_AndOfWordsThatTheDefaultModelKnows()
    {
        Example[] examples = [.. InstructionCorpus.Examples(1, heldOut: false).Take(999), .. InstructionCorpus.Examples(1, heldOut: true).Take(1000)];

        TestExamples.Prepared(examples, PromptTemplate.Short).Max(example => example.Length).Should().BeLessThanOrEqualTo(30);
        TestExamples.Prepared(examples, PromptTemplate.Alpaca).Max(example => example.Length).Should().BeLessThanOrEqualTo(100);
        KnownWords.Share(examples, PromptTemplate.Short).Should().BeGreaterThan(0.93);
    }

    /// <summary>The two words or numbers that make a task held out or not.</summary>
    private static string Combination(InstructionTask task)
    {
        string[] words = task.Input.Split(' ', '.');
        return task.Family switch
        {
            "adverb" => $"adverb {words[0]} {words[2]}",
            "past" => $"past {words[0]} {words[1]}",
            "more" => $"more {string.Join(' ', Numbers().Matches(task.Input).Select(match => match.Value))}",
            _ => $"relative {words[0]} {words[5]}",
        };
    }

    /// <summary>The answer by a way of its own: from the tables of the training text and the words of the task.</summary>
    private static string Expected(InstructionTask task)
    {
        string[] asked = task.Instruction.TrimEnd('?', '.').Split(' '), given = task.Input.TrimEnd('.').Split(' ');
        switch (task.Family)
        {
            case "capital":
                return WorkshopCorpus.Countries.Single(entry => entry.Country == asked[^1]).Capital + ".";
            case "country":
                return WorkshopCorpus.Countries.Single(entry => entry.Capital == asked[^1]).Country + ".";
            case "language":
                return WorkshopCorpus.Countries.Single(entry => entry.Country == asked[^1]).Language + ".";
            case "sum":
                return Numbers().Matches(task.Instruction).Sum(match => int.Parse(match.Value, CultureInfo.InvariantCulture)) + ".";
            case "opposite":
                string word = asked[0] == "If" ? asked[4].TrimEnd(',') : asked[^1];
                return OppositePassages.Pairs.Where(pair => pair.One == word || pair.Other == word)
                    .Select(pair => pair.One == word ? pair.Other : pair.One).Distinct().Single() + ".";
            case "woman":
                return FamilyWords.Pairs.First(pair => asked.Any(said => said.TrimEnd('.') == pair.He)).She + ".";
            case "man":
                return FamilyWords.Pairs.First(pair => asked.Any(said => said.TrimEnd('.') == pair.She)).He + ".";
            case "adverb":
                CorpusAdjective adjective = WorkshopCorpus.Adjectives.Single(entry => entry.Adjective == given[^1]);
                string verb = VerbWords.Of(asked[^1]).Third;
                adjective.Verbs.Should().Contain(verb);
                return $"{WorkshopCorpus.Names.Single(person => person.Name == given[0]).Pronoun} {verb} {adjective.Adverb}.";
            case "past":
                return $"{given[0]} {VerbWords.All.Single(entry => entry.Third == given[1]).Past} {string.Join(' ', given[2..])}.";
            case "relative": // Anna is the mother of Tom
                return asked switch
                {
                    ["Who", "is", ..] => $"{given[0]}.",
                    ["Who", "has", ..] => $"{given[^1]}.",
                    _ => $"{WorkshopCorpus.Names.Single(person => person.Name == given[0]).Pronoun} {string.Join(' ', given[1..])}.",
                };
            default: // Anna has 7 apples. Tom has 3 apples.
                int ones = int.Parse(given[2], CultureInfo.InvariantCulture), others = int.Parse(given[6], CultureInfo.InvariantCulture);
                return asked[0] == "Who" ? $"{(ones > others ? given[0] : given[4])}." : (asked[1] == given[0]) == (ones > others) ? "Yes." : "No.";
        }
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Numbers();
}

/// <summary>How many words are known.</summary>
internal static class KnownWords
{
    /// <summary>The share of the words of examples that are one token of the default model's vocabulary.</summary>
    public static double Share(IEnumerable<Example> examples, PromptTemplate template)
    {
        int words = 0, known = 0;
        foreach (string text in examples.Select(template.Fill).SelectMany(filled => filled.Answers.Prepend(filled.Prompt)))
        {
            for (int start = 0, end; start < text.Length; start = end)
            {
                end = PreTokenizer.WordEnd(text, start);
                words++;
                known += TestExamples.Tokenizer.Encode(text.AsSpan(start..end)).Length == 1 ? 1 : 0;
            }
        }

        return (double)known / words;
    }
}
