// What the text keeps back: pairs of a name and an adjective, and whole names; and what follows "NAME is ADJECTIVE.".

using System.Text.RegularExpressions;
using Gpt2.Core.Training.Corpus;

namespace Gpt2.Tests.Core.Training.Corpus;

public sealed partial class HoldOutTests
{
    private static readonly Dictionary<string, string> PronounOf =
        WorkshopCorpus.Names.Concat(WorkshopCorpus.HeldOutNames).ToDictionary(person => person.Name, person => person.Pronoun);

    private static readonly Dictionary<string, CorpusAdjective> AdjectiveOf =
        WorkshopCorpus.Adjectives.ToDictionary(entry => entry.Adjective);

    [Fact]
    public void HeldOutPairs_AreMany_AndSpreadOverAllNamesAndAdjectives()
    {
        WorkshopCorpus.HeldOutPairs.Should().HaveCountGreaterThanOrEqualTo(220).And.OnlyHaveUniqueItems();
        foreach (CorpusName person in WorkshopCorpus.Names)
        {
            WorkshopCorpus.HeldOutPairs.Count(pair => pair.Name == person.Name).Should().BeInRange(1, 8, person.Name);
        }

        foreach (CorpusAdjective entry in WorkshopCorpus.Adjectives)
        {
            WorkshopCorpus.HeldOutPairs.Count(pair => pair.Adjective == entry.Adjective).Should().BeInRange(1, 8, entry.Adjective);
        }
    }

    [Theory]
    [InlineData("Mike", "quick")]
    [InlineData("Sally", "quiet")]
    public void HeldOutPairs_LeaveTheLecturesOwn(string name, string adjective) =>
        WorkshopCorpus.HeldOutPairs.Should().NotContain((name, adjective));

    [Fact]
    public void HeldOutPairs_NeverMeetInADocument()
    {
        HashSet<(string, string)> heldOut = [.. WorkshopCorpus.HeldOutPairs];
        foreach (string document in CorpusText.Documents)
        {
            HashSet<string> words = WordsOf(document);
            IEnumerable<CorpusAdjective> described = WorkshopCorpus.Adjectives
                .Where(entry => words.Contains(entry.Adjective) || words.Contains(entry.Adverb));
            foreach (CorpusAdjective entry in described)
            {
                words.Where(word => heldOut.Contains((word, entry.Adjective))).Should().BeEmpty("{0} is held out in: {1}", entry.Adjective, document);
            }
        }
    }

    [Fact]
    public void HeldOutNames_OccurButNeverBesideAnAdjectiveOfTheTable()
    {
        HashSet<string> names = [.. WorkshopCorpus.HeldOutNames.Select(person => person.Name)];
        HashSet<string> described = [.. WorkshopCorpus.Adjectives.SelectMany(entry => new[] { entry.Adjective, entry.Adverb })];
        Dictionary<string, int> seen = names.ToDictionary(name => name, _ => 0);
        foreach (string document in CorpusText.Documents)
        {
            HashSet<string> words = WordsOf(document);
            string[] here = [.. names.Where(words.Contains)];
            foreach (string name in here)
            {
                seen[name]++;
            }

            if (here.Length > 0)
            {
                words.Where(described.Contains).Should().BeEmpty(document);
            }
        }

        seen.Values.Should().OnlyContain(count => count >= 100);
    }

    [Fact]
    public void NameIsAdjective_IsAlwaysFollowedByTheRightPronoun()
    {
        int checkedPairs = 0;
        foreach (string document in CorpusText.Documents)
        {
            foreach (Match match in Statement().Matches(document))
            {
                if (PronounOf.TryGetValue(match.Groups["name"].Value, out string? pronoun)
                    && AdjectiveOf.ContainsKey(match.Groups["adjective"].Value))
                {
                    match.Groups["next"].Value.Should().Be(pronoun, document);
                    checkedPairs++;
                }
            }
        }

        checkedPairs.Should().BeGreaterThan(25_000);
    }

    /// <summary>Behind "NAME is ADJECTIVE. He VERB" nothing else comes than the adverb.</summary>
    [Fact]
    public void NameIsAdjective_Verb_IsAlwaysFollowedByTheAdverb()
    {
        Dictionary<string, int> seen = AdjectiveOf.Keys.ToDictionary(adjective => adjective, _ => 0);
        foreach (string document in CorpusText.Documents)
        {
            foreach (Match match in Action().Matches(document))
            {
                string adjective = match.Groups["adjective"].Value;
                if (PronounOf.ContainsKey(match.Groups["name"].Value) && AdjectiveOf.TryGetValue(adjective, out CorpusAdjective? entry))
                {
                    entry.Verbs.Should().Contain(match.Groups["verb"].Value, document);
                    match.Groups["next"].Value.Should().Be(entry.Adverb, document);
                    seen[adjective]++;
                }
            }
        }

        seen.Values.Should().OnlyContain(count => count >= 100);
    }

    private static HashSet<string> WordsOf(string document) => [.. Word().Matches(document).Select(match => match.Value)];

    [GeneratedRegex("[A-Za-z]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\b(?<name>[A-Z][a-z]+) (is|was) (very )?(?<adjective>[a-z]+)\.(?<end>[\s""]*)(?<next>[A-Za-z]*)")]
    private static partial Regex Statement();

    [GeneratedRegex(@"\b(?<name>[A-Z][a-z]+) is (very )?(?<adjective>[a-z]+)\.\s(He|She) (?!always\b|also\b|is\b)(?<verb>[a-z]+) (?<next>[a-z]+)")]
    private static partial Regex Action();
}
