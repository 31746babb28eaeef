// The learner's definition, written down as it reads: count every pair again in every pass.

using System.Text;
using Gpt2.Core.Text;

namespace Gpt2.Tests.Core.Text;

/// <summary>What BytePairLearner must agree with.</summary>
internal sealed class SlowLearner
{
    private readonly long[] counts;
    private readonly HashSet<string> made = [];
    private readonly List<string> tokens = [.. Enumerable.Range(0, 256).Select(id => ByteAlphabet.Write([ByteAlphabet.ByteOf(id)]))];

    public SlowLearner(IReadOnlyList<WordCount> words)
    {
        counts = [.. words.Select(word => word.Count)];
        Words = [.. words.Select(word => Encoding.UTF8.GetBytes(word.Word).Select(ByteAlphabet.IdOf).ToArray())];
    }

    public int[][] Words { get; }

    /// <summary>One pass; false if no pair occurs twice.</summary>
    public bool TryPass(out (Merge Merge, long Count) best)
    {
        var count = new Dictionary<Merge, long>();
        var seen = new List<Merge>();
        for (int word = 0; word < Words.Length; word++)
        {
            for (int i = 0; i + 1 < Words[word].Length; i++)
            {
                var pair = new Merge(Words[word][i], Words[word][i + 1]);
                if (!count.TryGetValue(pair, out long before))
                {
                    seen.Add(pair);
                }

                count[pair] = before + counts[word];
            }
        }

        // MaxBy takes the first of equals, and the list is in the order of first sight.
        Merge[] candidates = [.. seen.Where(pair => count[pair] >= 2 && !made.Contains(tokens[pair.Left] + tokens[pair.Right]))];
        if (candidates.Length == 0)
        {
            best = default;
            return false;
        }

        Merge merge = candidates.MaxBy(pair => count[pair]);
        best = (merge, count[merge]);
        made.Add(tokens[merge.Left] + tokens[merge.Right]);
        tokens.Add(tokens[merge.Left] + tokens[merge.Right]);
        for (int word = 0; word < Words.Length; word++)
        {
            Words[word] = Joined(Words[word], merge, tokens.Count - 1);
        }

        return true;
    }

    private static int[] Joined(int[] word, Merge merge, int token)
    {
        var joined = new List<int>();
        for (int i = 0; i < word.Length; i++)
        {
            bool here = i + 1 < word.Length && word[i] == merge.Left && word[i + 1] == merge.Right;
            joined.Add(here ? token : word[i]);
            i += here ? 1 : 0;
        }

        return [.. joined];
    }
}
