// Byte-pair encoding by its definition, for comparison: look at all neighbours, take the pair of the lowest rank,
// join all its occurrences from left to right, and begin again.

using System.Text;
using Gpt2.Core.Text;

namespace Gpt2.Tests.Core.Text;

internal static class SlowEncoder
{
    /// <summary>The ids after every pass: first the bytes, last the word's tokens.</summary>
    public static List<List<int>> Passes(Vocabulary vocabulary, string word)
    {
        List<List<int>> passes = [[.. Encoding.UTF8.GetBytes(word).Select(value => ByteAlphabet.IdOf(value))]];
        while (true)
        {
            List<int> ids = passes[^1];
            int lowest = int.MaxValue;
            for (int i = 0; i + 1 < ids.Count; i++)
            {
                int rank = vocabulary.Merges.ToList().IndexOf(new Merge(ids[i], ids[i + 1]));
                lowest = rank >= 0 ? Math.Min(lowest, rank) : lowest;
            }

            if (lowest == int.MaxValue)
            {
                return passes;
            }

            Merge pair = vocabulary.Merges[lowest];
            var joined = new List<int>();
            for (int i = 0; i < ids.Count; i++)
            {
                bool here = i + 1 < ids.Count && ids[i] == pair.Left && ids[i + 1] == pair.Right;
                joined.Add(here ? 256 + lowest : ids[i]);
                i += here ? 1 : 0;
            }

            passes.Add(joined);
        }
    }

    public static int[] Encode(Vocabulary vocabulary, string word) => [.. Passes(vocabulary, word)[^1]];
}
