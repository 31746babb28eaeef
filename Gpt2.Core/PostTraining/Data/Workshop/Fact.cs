// Questions with one right answer each, from the world of the default model: its capitals, opposites, words for men and women, sums.

using System.Globalization;
using Gpt2.Core.Training.Corpus;

namespace Gpt2.Core.PostTraining.Data.Workshop;

/// <summary>Something that can be asked.</summary>
/// <param name="Family">What kind of question it is.</param>
/// <param name="Questions">The same question in several wordings.</param>
/// <param name="Sentence">A sentence with the answer, in which {answer} stands for it.</param>
/// <param name="Answer">The one right answer, a word.</param>
/// <param name="Others">The answers to other questions of the family, all wrong here.</param>
/// <param name="IsHeldOut">Whether it is never asked in training, in any wording.</param>
internal sealed record Fact(
    string Family, string[] Questions, string Sentence, string Answer, IReadOnlyList<string> Others, bool IsHeldOut)
{
    public static readonly Fact[] All = [.. Capitals(), .. Countries(), .. Languages(), .. Opposites(), .. Persons(), .. Sums()];

    private static readonly string[] Families = [.. All.Select(fact => fact.Family).Distinct()];

    private static readonly ILookup<(string Family, bool IsHeldOut), Fact> ByFamily = All.ToLookup(fact => (fact.Family, fact.IsHeldOut));

    /// <summary>A fact, each family with the same probability.</summary>
    public static Fact Some(Dice dice, bool heldOut) => dice.Of(ByFamily[(dice.Of(Families), heldOut)].ToArray());

    /// <summary>The sentence with an answer, right or wrong.</summary>
    public string SentenceWith(string answer) => Articles.Fix(Sentence.Replace("{answer}", answer, StringComparison.Ordinal));

    private static IEnumerable<Fact> Capitals() => CountryWords.All.Select((entry, index) => Make(
        "capital", [$"What is the capital of {entry.Country}?", $"What city is the capital of {entry.Country}?"],
        $"The capital of {entry.Country} is {{answer}}.", entry.Capital,
        CountryWords.All.Select(other => other.Capital), HeldOutTasks.Holds(index, 0)));

    private static IEnumerable<Fact> Countries() => CountryWords.All.Select((entry, index) => Make(
        "country", [$"Where is {entry.Capital}?", $"In what country is {entry.Capital}?"],
        $"{entry.Capital} is in {{answer}}.", entry.Country, CountryWords.All.Select(other => other.Country), HeldOutTasks.Holds(index, 1)));

    private static IEnumerable<Fact> Languages() => CountryWords.All.Select((entry, index) => Make(
        "language", [$"What do people speak in {entry.Country}?", $"How do people speak in {entry.Country}?"],
        $"In {entry.Country} people speak {{answer}}.", entry.Language,
        CountryWords.All.Select(other => other.Language), HeldOutTasks.Holds(index, 2)));

    private static IEnumerable<Fact> Opposites()
    {
        (string One, string Other)[] pairs = [.. OppositePassages.Pairs.Distinct()];
        (string Word, string Opposite)[] both = [.. pairs, .. pairs.Select(pair => (pair.Other, pair.One))];
        string[] words = [.. both.Select(pair => pair.Word).Distinct()];
        return both.GroupBy(pair => pair.Word).Where(group => group.Count() == 1) // old is the opposite of young and of new
            .SelectMany(group => group)
            .Select((pair, index) => Make(
                "opposite", [$"What is the opposite of {pair.Word}?", $"If it is not {pair.Word}, what is it?"],
                $"The opposite of {pair.Word} is {{answer}}.", pair.Opposite, words, HeldOutTasks.Holds(index, 3)));
    }

    private static IEnumerable<Fact> Persons()
    {
        (string He, string She)[] pairs = [.. FamilyWords.Pairs.Distinct()];
        return pairs.SelectMany((pair, index) => (Fact[])
        [
            Make(
                "woman", [$"What is the word for a female {pair.He}?", Articles.Fix($"He is a {pair.He}. What is she?")],
                "She is a {answer}.", pair.She, pairs.Select(other => other.She), HeldOutTasks.Holds(index, 4)),
            Make(
                "man", [$"What is the word for a male {pair.She}?", Articles.Fix($"She is a {pair.She}. What is he?")],
                "He is a {answer}.", pair.He, pairs.Select(other => other.He), HeldOutTasks.Holds(index, 5)),
        ]);
    }

    private static IEnumerable<Fact> Sums()
    {
        string[] numbers = [.. Enumerable.Range(0, 21).Select(number => number.ToString(CultureInfo.InvariantCulture))];
        return from left in Enumerable.Range(1, 9)
               from right in Enumerable.Range(1, 9)
               select Make(
                   "sum", [$"What is {numbers[left]} + {numbers[right]}?", $"How much is {numbers[left]} + {numbers[right]}?"],
                   $"{numbers[left]} + {numbers[right]} = {{answer}}.", numbers[left + right], numbers, HeldOutTasks.Holds(left, right));
    }

    /// <summary>What stands in the questions or the sentence is no wrong answer, or repeating the question would be wrong.</summary>
    private static Fact Make(string family, string[] questions, string sentence, string answer, IEnumerable<string> words, bool isHeldOut)
    {
        string[] said = [.. WordSequence.Of(string.Join(' ', [.. questions, sentence]))];
        string[] others = [.. words.Distinct().Where(word => word != answer && !said.Contains(word.ToLowerInvariant()))];
        return new Fact(family, questions, sentence, answer, others, isHeldOut);
    }
}
