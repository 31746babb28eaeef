// Lesson 1: Tokens. 40 minutes. Page: docs/lessons/01-tokens.md
// A text becomes tokens: pieces that are learned by merging, again and again, the two neighbours that stand together most often.

namespace Exercises;

public static class Lesson01Tokens
{
    // 1.1 The most frequent pair
    /// <summary>
    /// Finds the two neighbours that stand together most often.
    /// Example: in "a b" (5 times) and "b c" (twice), the pair (a, b) occurs 5 times and (b, c) twice: the answer is (a, b).
    /// </summary>
    /// <param name="words">The words of a text, each in the parts that it has so far: ["l", "o", "w"].</param>
    /// <param name="counts">How often each word occurs in the text: each of its pairs occurs just as often.</param>
    /// <returns>The most frequent pair; among equally frequent ones, the one that is seen first.</returns>
    public static (string Left, string Right) MostFrequentPair(string[][] words, int[] counts)
    {
        throw new NotImplementedException("count each pair of neighbours as often as its word occurs, and return the most frequent");
    }

    // 1.2 Apply a merge
    /// <summary>
    /// Joins two neighbours wherever they stand in a word, from left to right.
    /// Example: in [n, e, w, e, s, t] the merge (e, s) gives [n, e, w, es, t].
    /// </summary>
    public static string[] ApplyMerge(string[] parts, string left, string right)
    {
        throw new NotImplementedException("join left and right wherever they are neighbours, from left to right");
    }

    // 1.3 Encode a word
    /// <summary>
    /// Splits a word into tokens: single characters first, then the merge of the lowest rank that is possible, and again, until none is.
    /// Example: with the ranks (q, u) 1 and (i, c) 0, "quick" becomes q u ic k (rank 0 first), then qu ic k.
    /// </summary>
    /// <param name="word">The word.</param>
    /// <param name="ranks">The merges that were learned; the first has rank 0. A pair that is not in it is never merged.</param>
    public static string[] Encode(string word, IReadOnlyDictionary<(string Left, string Right), int> ranks)
    {
        throw new NotImplementedException("from single characters on, apply the possible merge of the lowest rank until there is none");
    }
}
