// Lesson 1: Tokens. 40 minutes. Page: docs/lessons/01-tokens.md
// A text becomes tokens: pieces that are learned by merging, again and again, the two neighbours that stand together most often.

namespace Exercises;

public static class Lesson01Tokens
{
    // 1.1 The most frequent pair
    // hint: For each word, go through its neighbours: (parts[0], parts[1]), (parts[1], parts[2]), … A Dictionary can count them.
    // hint: A word that occurs 6 times counts 6 for each of its pairs.
    // hint: To find the pair seen first among equals, keep a List of the pairs in the order in which they appear, and replace the best
    //   only if another count is larger, not if it is equal.
    // meaning: Learning a vocabulary is nothing but this, some 50,000 times for GPT-2: count pairs, merge the most frequent, count again.
    //   No grammar, no dictionary. Frequent words become one token because they are frequent.
    /// <summary>
    /// Finds the two neighbours that stand together most often.
    /// Example: in "a b" (5 times) and "b c" (twice), the pair (a, b) occurs 5 times and (b, c) twice: the answer is (a, b).
    /// </summary>
    /// <param name="words">The words of a text, each in the parts that it has so far: ["l", "o", "w"].</param>
    /// <param name="counts">How often each word occurs in the text: each of its pairs occurs just as often.</param>
    /// <returns>The most frequent pair; among equally frequent ones, the one that is seen first.</returns>
    public static (string Left, string Right) MostFrequentPair(string[][] words, int[] counts)
    {
        // write: count each pair of neighbours as often as its word occurs, and return the most frequent
        var totals = new Dictionary<(string, string), int>();
        var order = new List<(string Left, string Right)>();
        for (int word = 0; word < words.Length; word++)
        {
            for (int i = 0; i + 1 < words[word].Length; i++)
            {
                var pair = (words[word][i], words[word][i + 1]);
                if (totals.TryAdd(pair, 0))
                {
                    order.Add(pair);
                }

                totals[pair] += counts[word];
            }
        }

        var best = order[0];
        foreach (var pair in order)
        {
            best = totals[pair] > totals[best] ? pair : best;
        }

        return best;
        // end
    }

    // 1.2 Apply a merge
    // hint: Go from left to right with an index, and add to a List of results.
    // hint: Where the pair stands, add left + right and advance by two; elsewhere add the part and advance by one.
    // meaning: A merge never looks back: in "a a a" the first two are taken, the third stays alone. Everyone who applies the same merges
    //   in the same order gets the same tokens, which is why a model and its vocabulary belong together.
    /// <summary>
    /// Joins two neighbours wherever they stand in a word, from left to right.
    /// Example: in [n, e, w, e, s, t] the merge (e, s) gives [n, e, w, es, t].
    /// </summary>
    public static string[] ApplyMerge(string[] parts, string left, string right)
    {
        // write: join left and right wherever they are neighbours, from left to right
        var result = new List<string>();
        for (int i = 0; i < parts.Length; i++)
        {
            if (i + 1 < parts.Length && parts[i] == left && parts[i + 1] == right)
            {
                result.Add(left + right);
                i++;
            }
            else
            {
                result.Add(parts[i]);
            }
        }

        return [.. result];
        // end
    }

    // 1.3 Encode a word
    // hint: Begin with one part per character: [.. word.Select(letter => letter.ToString())].
    // hint: In a loop, find the pair of neighbours with the lowest rank, and join it (ApplyMerge). End when no pair has a rank.
    // meaning: The rank is the order in which the merges were learned. Encoding repeats the learner's work on one word, so it does not
    //   matter what is frequent in this word, only what was frequent in the text that the vocabulary was learned from.
    /// <summary>
    /// Splits a word into tokens: single characters first, then the merge of the lowest rank that is possible, and again, until none is.
    /// Example: with the ranks (q, u) 1 and (i, c) 0, "quick" becomes q u ic k (rank 0 first), then qu ic k.
    /// </summary>
    /// <param name="word">The word.</param>
    /// <param name="ranks">The merges that were learned; the first has rank 0. A pair that is not in it is never merged.</param>
    public static string[] Encode(string word, IReadOnlyDictionary<(string Left, string Right), int> ranks)
    {
        // write: from single characters on, apply the possible merge of the lowest rank until there is none
        string[] parts = [.. word.Select(letter => letter.ToString())];
        while (true)
        {
            var (pair, rank) = (("", ""), int.MaxValue);
            for (int i = 0; i + 1 < parts.Length; i++)
            {
                if (ranks.TryGetValue((parts[i], parts[i + 1]), out int its) && its < rank)
                {
                    (pair, rank) = ((parts[i], parts[i + 1]), its);
                }
            }

            if (rank == int.MaxValue)
            {
                return parts;
            }

            parts = ApplyMerge(parts, pair.Item1, pair.Item2);
        }
        // end
    }
}
