// Checks of lesson 1: merges that were worked out by hand, and the vocabulary of the workshop's model.

using Exercises.Support;
using Gpt2.Core.Text;

namespace Exercises.Checks;

public sealed class Lesson01TokensChecks
{
    private static readonly int[] Counts = [5, 2, 6, 3];

    /// <summary>low, lower, newest and widest, after the merges so far.</summary>
    private static string[][] Words(params string[] words) => [.. words.Select(word => word.Split(' '))];

    [Fact(DisplayName = "1.1 The most frequent pair")]
    public void MostFrequentPair()
    {
        (string Left, string Right) Of(params string[] words) => Lesson01Tokens.MostFrequentPair(Words(words), Counts);
        string[] Pair((string Left, string Right) pair) => [pair.Left, pair.Right];

        Check.Same(
            "The most frequent pair of low_ (5), lower_ (2), newest_ (6) and widest_ (3)",
            Pair(Of("l o w _", "l o w e r _", "n e w e s t _", "w i d e s t _")), Pair(("e", "s")),
            ("Every word was counted once. A word that occurs 6 times has each of its pairs 6 times.", Pair(("l", "o"))),
            ("e s, s t and t _ occur 9 times each: of equals, take the pair that is seen first.", Pair(("t", "_"))));
        Check.Same(
            "The pair after the merges es and est", Pair(Of("l o w _", "l o w e r _", "n e w est _", "w i d est _")), Pair(("est", "_")));
        Check.Same(
            "The pair after es, est and est_", Pair(Of("l o w _", "l o w e r _", "n e w est_", "w i d est_")), Pair(("l", "o")));
        Check.Same("The pair after nine merges", Pair(Of("low_", "low e r _", "newest_", "w i d est_")), Pair(("w", "i")));
    }

    [Fact(DisplayName = "1.2 Apply a merge")]
    public void ApplyMerge()
    {
        Check.Same(
            "The parts of newest after the merge (e, s)",
            Lesson01Tokens.ApplyMerge(["n", "e", "w", "e", "s", "t"], "e", "s"), (string[])["n", "e", "w", "es", "t"],
            ("The s is there twice, in es and alone: after a merge, go on with the part after the pair.", (string[])["n", "e", "w", "es", "s", "t"]));
        Check.Same(
            "The parts of banana after the merge (a, n)", Lesson01Tokens.ApplyMerge(["b", "a", "n", "a", "n", "a"], "a", "n"),
            (string[])["b", "an", "an", "a"],
            ("Only the first place was merged: join the pair wherever it stands.", (string[])["b", "an", "a", "n", "a"]));
        Check.Same(
            "The parts of a a a after the merge (a, a)", Lesson01Tokens.ApplyMerge(["a", "a", "a"], "a", "a"), (string[])["aa", "a"],
            ("This is from right to left; merges go from left to right.", (string[])["a", "aa"]));
        Check.Same("The parts of a word without the pair", Lesson01Tokens.ApplyMerge(["a"], "a", "a"), (string[])["a"]);
    }

    [Fact(DisplayName = "1.3 Encode a word")]
    public void Encode()
    {
        var few = new Dictionary<(string, string), int> { [("b", "c")] = 0, [("a", "b")] = 1 };
        Check.Same(
            "ababc with the merges b c (rank 0) and a b (rank 1)", Lesson01Tokens.Encode("ababc", few), (string[])["ab", "a", "bc"],
            ("The pair that is most frequent in the word, or comes first, was merged before the pair of the lowest rank.",
                (string[])["ab", "ab", "c"]));

        // The ranks that GPT-2's own vocabulary has; Ġ stands for the space.
        var quick = new Dictionary<(string, string), int>
        {
            [("i", "c")] = 35,
            [("q", "u")] = 165,
            [("ic", "k")] = 368,
            [("Ġ", "qu")] = 371,
            [("Ġqu", "ick")] = 1812,
        };
        Check.Same("Ġquick with five merges of GPT-2", Lesson01Tokens.Encode("Ġquick", quick), (string[])["Ġquick"]);
        Check.Same(
            "Ġquill with five merges of GPT-2", Lesson01Tokens.Encode("Ġquill", quick), (string[])["Ġqu", "i", "l", "l"],
            ("The parts go on being merged until no pair of neighbours has a rank.", (string[])["Ġ", "qu", "i", "l", "l"]));

        Vocabulary vocabulary = Workshop.Model.Tokenizer.Vocabulary;
        var ranks = new Dictionary<(string, string), int>();
        foreach (Merge merge in vocabulary.Merges)
        {
            ranks.TryAdd((vocabulary.WrittenForm(merge.Left), vocabulary.WrittenForm(merge.Right)), ranks.Count);
        }

        foreach (string word in (string[])["quickly", "strawberry", "unhappiness", "x"])
        {
            string[] expected = [.. Workshop.Model.Tokenizer.Encode(word).Select(vocabulary.WrittenForm)];
            Check.Same($"{word} with the merges of the workshop's model", Lesson01Tokens.Encode(word, ranks), expected);
        }
    }
}
