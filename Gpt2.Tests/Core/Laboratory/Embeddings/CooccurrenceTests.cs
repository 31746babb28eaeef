// Counts, weights and vectors of texts so short that they can be counted by hand, and of the text of the lessons.

using Gpt2.Core.Laboratory;
using Gpt2.Core.Laboratory.Embeddings;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Laboratory.Embeddings;

public class CooccurrenceTests
{
    [Theory]
    [InlineData("Ice is cold. Steam isn’t!", "ice is cold|steam isn't")]
    [InlineData("It took 3.5 days\n\nthen more\nand more", "it took 3 5 days|then more and more")]
    [InlineData("a-b 'c' d'", "a b c d")]
    [InlineData(" ... !?", "")]
    [InlineData("", "")]
    public void Sentences_OfAText_AreItsWords(string text, string sentences) =>
        string.Join('|', WordSplitting.Sentences(text).Select(words => string.Join(' ', words))).Should().Be(sentences);

    [Fact]
    public void Counts_Window_ReachesAsFarAsItSaysAndNotIntoTheNextSentence()
    {
        CooccurrenceCounts counts = Count("a b c d e. a x", window: 3);

        counts.Words.Should().Equal("a", "b", "c", "d", "e", "x");
        counts.Length.Should().Be(7);
        Of(counts, "a", "b").Should().Be(1);
        Of(counts, "a", "d").Should().Be(1);
        Of(counts, "a", "e").Should().Be(0, "it is four words away");
        Of(counts, "d", "a").Should().Be(1, "it is symmetric");
        Of(counts, "e", "x").Should().Be(0, "it is another sentence");
        Of(counts, "a", "x").Should().Be(1);
        Of(Count("a b c d e", window: 1000), "a", "e").Should().Be(1);
    }

    [Fact]
    public void Counts_AWordBesideItself_CountsFromBothSides() => Of(Count("so so so", 1), "so", "so").Should().Be(4);

    [Fact]
    public void Counts_OfMorePairsThanAnIntHas_AreRight()
    {
        const int Words = 1_200_000, Window = 1000;

        long count = Of(Count(string.Concat(Enumerable.Repeat("a ", Words)), Window), "a", "a");

        // Each word has 1000 after it, but for the last 1000, which have 999, 998, …, 0. Pairs count twice.
        count.Should().Be(2 * (((Words - Window) * (long)Window) + (Window * (Window - 1L) / 2))).And.BeGreaterThan(int.MaxValue);
    }

    [Fact]
    public void Counting_CanBeCancelledInEveryPart()
    {
        var cancelled = new CancellationToken(canceled: true);
        string text = string.Join(' ', Enumerable.Range(0, 400).Select(i => $"w{i % 200}"));
        CooccurrenceCounts counts = CooccurrenceCounts.Of(text, 2, 1, 1000, []);
        Action[] parts =
        [
            () => WordSplitting.Sentences(text, cancelled), () => CooccurrenceCounts.Of(text, 2, 1, 1000, [], cancelled),
            () => WordVectors.Of(counts, CooccurrenceWeighting.Ppmi, 2, cancelled),
        ];

        parts.Should().AllSatisfy(part => part.Should().Throw<OperationCanceledException>());
    }

    [Fact]
    public void Counts_RareWords_AreLeftOutUnlessWanted_ButKeepTheirPlace()
    {
        var counts = CooccurrenceCounts.Of("a rare b. a b. odd a", window: 1, least: 2, most: 10, wanted: ["odd"]);

        counts.Words.Should().Equal("a", "b", "odd");
        counts.Distinct.Should().Be(4);
        Of(counts, "a", "b").Should().Be(1, "in the first sentence there is a word between them");
        CooccurrenceCounts.Of("a a b b c", 1, 1, most: 1, []).Words.Should().Equal("a");
        counts.Find("rare").Should().BeNull();
    }

    [Fact]
    public void Weights_Ppmi_AreTheLogarithmOfHowMuchMoreOftenThanByChance()
    {
        // Pairs, both ways: a b 2, a c 1, so that 6 in all; sums a 3, b 2, c 1.
        CooccurrenceCounts counts = Count("a b. b a. a c", window: 1);

        double[,] ppmi = counts.Weighted(CooccurrenceWeighting.Ppmi), log = counts.Weighted(CooccurrenceWeighting.Log);

        ppmi[0, 1].Should().BeApproximately(Math.Log(2 * 6 / (3.0 * 2)), 1e-15);
        ppmi[0, 2].Should().BeApproximately(Math.Log(1 * 6 / (3.0 * 1)), 1e-15);
        ppmi[1, 2].Should().Be(0, "they are never near each other");
        log[1, 0].Should().BeApproximately(Math.Log(3), 1e-15);
        counts.Weighted(CooccurrenceWeighting.Count)[0, 1].Should().Be(2);
        Count("a a a a b", 4).Weighted(CooccurrenceWeighting.Ppmi).Cast<double>().Should().OnlyContain(weight => weight >= 0);
    }

    [Fact]
    public void Vectors_OfTwoWords_HaveTheClosedForm()
    {
        // ppmi = ln 2 · (0 1; 1 0), whose singular values are ln 2 twice
        var vectors = WordVectors.Of(Count("a b", 1), CooccurrenceWeighting.Ppmi, columns: 5);

        vectors.SingularValues.Should().HaveCount(2).And.OnlyContain(value => Math.Abs(value - Math.Log(2)) < 1e-14);
        vectors.Kept.Should().BeApproximately(1, 1e-14);
        vectors.Vectors.Rows.Span.ToArray().Should().OnlyContain(x => Math.Abs(Math.Abs(x) - Math.Sqrt(Math.Log(2) / 2)) < 1e-6);
    }

    [Fact]
    public void Vectors_OfWordsWithoutNeighbours_AreZero()
    {
        var vectors = WordVectors.Of(Count("a. b. c"), CooccurrenceWeighting.Ppmi, columns: 2);

        vectors.Kept.Should().Be(0);
        vectors.Vectors.Rows.Span.ToArray().Should().OnlyContain(x => x == 0);
    }

    [Fact]
    public void Vectors_OfTheTextOfTheLessons_HaveIceNearColdAndSteamNearHot()
    {
        string text = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "lessons", "ice-and-steam.txt"));
        WordSplitting.Sentences(text).Should().HaveCountGreaterThan(60);
        var counts = CooccurrenceCounts.Of(text, window: 3, least: 2, most: 1000, []);

        foreach (int columns in (int[])[5, 6, 8, 10])
        {
            var table = new EmbeddingTable(WordVectors.Of(counts, CooccurrenceWeighting.Ppmi, columns).Vectors.Rows);
            double Cosine(string one, string other) =>
                VectorGeometry.Cosine(table[counts.Find(one)!.Value], table[counts.Find(other)!.Value])!.Value;

            (Cosine("ice", "cold") > Cosine("ice", "hot")).Should().BeTrue("of {0} columns", columns);
            (Cosine("steam", "hot") > Cosine("steam", "cold")).Should().BeTrue("of {0} columns", columns);
            (Cosine("ice", "solid") > Cosine("ice", "gas")).Should().BeTrue("of {0} columns", columns);
            (Cosine("steam", "gas") > Cosine("steam", "solid")).Should().BeTrue("of {0} columns", columns);
            (Cosine("ice", "water") > Cosine("ice", "fashion")).Should().BeTrue("of {0} columns", columns);
            (Cosine("steam", "water") > Cosine("steam", "fashion")).Should().BeTrue("of {0} columns", columns);
        }
    }

    private static CooccurrenceCounts Count(string text, int window = 3) => CooccurrenceCounts.Of(text, window, least: 1, most: 100, []);

    private static long Of(CooccurrenceCounts counts, string one, string other) => counts[counts.Find(one)!.Value, counts.Find(other)!.Value];
}
