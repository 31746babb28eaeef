// What the text is to teach is in it, often enough: the lectures' prompts, the words of their experiments, capitals, right
// sums, forms and code.

using System.Globalization;
using System.Text.RegularExpressions;
using Gpt2.Core.Training.Corpus;

namespace Gpt2.Tests.Core.Training.Corpus;

public sealed partial class CorpusContentTests
{
    [Theory]
    [InlineData("Mike is quick. He moves quickly", 3)]
    [InlineData("Sally is quiet. She speaks quietly", 1)]
    [InlineData("Every effort moves you forward", 20)]
    [InlineData("every effort moves you forward", 20)]
    [InlineData("I enjoy walking with my cute dog", 50)]
    [InlineData("I really like chocolate", 50)]
    [InlineData("how are you", 50)]
    [InlineData("How are you", 50)]
    [InlineData("The capital of France is Paris", 100)]
    [InlineData("The capital of Italy is Rome", 100)]
    [InlineData("Paris is the capital of France", 20)]
    [InlineData("I live in Paris, in France", 20)]
    [InlineData("The opposite of hot is cold", 20)]
    [InlineData("felt happy", 100)]
    [InlineData("felt sad", 100)]
    [InlineData("The man became king. The woman became queen", 5)]
    [InlineData("strawberries", 100)]
    [InlineData("reindeer", 100)]
    [InlineData("reinjury", 100)]
    [InlineData("First name: ", 100)]
    [InlineData("Console.WriteLine(", 100)]
    public void Corpus_SentencesOfTheLectures_Occur(string sentence, int atLeast) =>
        CorpusText.Documents.Count(document => document.Contains(sentence, StringComparison.Ordinal)).Should().BeGreaterThanOrEqualTo(atLeast);

    [Fact]
    public void Corpus_KeyWords_AreFrequent()
    {
        Dictionary<string, int> counts = [];
        foreach (Match word in CorpusText.Documents.SelectMany(document => SpacedWord().Matches(document)))
        {
            counts[word.Value] = counts.GetValueOrDefault(word.Value) + 1;
        }

        foreach (string key in "king queen man woman France Paris Italy Rome happy sad dog hot cold steam ice He She quickly".Split(' '))
        {
            counts.GetValueOrDefault(" " + key).Should().BeGreaterThan(1000, key);
        }

        counts[" Mike"].Should().BeGreaterThan(500);
        counts.Keys.Should().HaveCountLessThan(2600, "with so few words most become one token of a small vocabulary");
    }

    [Fact]
    public void Corpus_EveryCapital_BelongsToItsCountry()
    {
        Dictionary<string, string> capitals = WorkshopCorpus.Countries.ToDictionary(entry => entry.Country, entry => entry.Capital);
        Dictionary<string, int> seen = capitals.Keys.ToDictionary(country => country, _ => 0);
        foreach (Match match in CorpusText.Documents.SelectMany(document => CapitalOf().Matches(document)))
        {
            match.Groups["capital"].Value.Should().Be(capitals[match.Groups["country"].Value]);
            seen[match.Groups["country"].Value]++;
        }

        seen.Values.Should().OnlyContain(count => count >= 30);
        seen["France"].Should().BeGreaterThan(300);
        seen["Italy"].Should().BeGreaterThan(300);
    }

    [Fact]
    public void Corpus_Sums_AreRight()
    {
        int sums = 0;
        foreach (Match match in CorpusText.Documents.SelectMany(document => Sum().Matches(document)))
        {
            int left = Number(match, "left");
            int right = Number(match, "right");
            Number(match, "result").Should().Be(match.Groups["sign"].Value == "+" ? left + right : left - right, match.Value);
            sums++;
        }

        sums.Should().BeGreaterThan(1000);
    }

    [Fact]
    public void Corpus_SumsInWords_AreRight()
    {
        string[] words =
            ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " +
            "eighteen nineteen twenty").Split(' ');
        int sums = 0;
        foreach (Match match in CorpusText.Documents.SelectMany(document => SumInWords().Matches(document)))
        {
            int left = Array.IndexOf(words, match.Groups["left"].Value.ToLowerInvariant());
            int right = Array.IndexOf(words, match.Groups["right"].Value);
            string result = match.Groups["result"].Value;
            result.Should().Be(words[match.Groups["sign"].Value == "plus" ? left + right : left - right], match.Value);
            sums++;
        }

        sums.Should().BeGreaterThan(1000);
    }

    [Fact]
    public void Corpus_Forms_HaveAnAddressMadeOfTheName()
    {
        Match[] forms = [.. CorpusText.Documents.SelectMany(document => Form().Matches(document))];

        forms.Should().HaveCountGreaterThan(300);
        forms.Should().OnlyContain(form => form.Groups["email"].Value ==
            form.Groups["first"].Value.ToLowerInvariant() + "." + form.Groups["last"].Value.ToLowerInvariant());
    }

    [Fact]
    public void Corpus_KingsAndQueens_OccurEquallyOften()
    {
        int kings = CorpusText.Documents.Sum(document => King().Count(document));
        int queens = CorpusText.Documents.Sum(document => Queen().Count(document));

        ((double)kings / queens).Should().BeInRange(0.9, 1.1);
    }

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(" ?[A-Za-z]+")]
    private static partial Regex SpacedWord();

    [GeneratedRegex("[Tt]he capital of (?<country>[A-Z][a-z]+) is (?<capital>[A-Z][a-z]+)")]
    private static partial Regex CapitalOf();

    [GeneratedRegex(@"(?<left>\d+) (?<sign>[+-]) (?<right>\d+)( = |\? It is )(?<result>\d+)")]
    private static partial Regex Sum();

    [GeneratedRegex("(?<left>[A-Za-z]+) (?<sign>plus|minus) (?<right>[a-z]+) is (?<result>[a-z]+)")]
    private static partial Regex SumInWords();

    [GeneratedRegex(@"First name: (?<first>\w+)\nLast name: (?<last>\w+)\n(Age: \d+\n)?Email: (?<email>[a-z.]+)@example\.(com|org|net)\n")]
    private static partial Regex Form();

    [GeneratedRegex(@"\bking\b")]
    private static partial Regex King();

    [GeneratedRegex(@"\bqueen\b")]
    private static partial Regex Queen();
}
