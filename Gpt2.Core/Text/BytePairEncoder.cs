// Byte-pair encoding of words: join the neighbours whose listed pair has the lowest rank, leftmost first, until no
// neighbours are listed. Use one encoder per text: it remembers the words it has seen.

using System.Text;

namespace Gpt2.Core.Text;

/// <summary>
/// Encodes words with the merges of a vocabulary (Sennrich, Haddow and Birch, "Neural Machine Translation of Rare
/// Words with Subword Units", section 3.2). Pending pairs are in a priority queue, so a word of n bytes takes O(n log
/// n). Not for use by several threads at once.
/// </summary>
internal sealed class BytePairEncoder(Vocabulary vocabulary)
{
    private const int LongestRemembered = 64;
    private const int MaxRemembered = 1 << 16;

    // The rank is in the upper half, the position in the lower: the lowest rank comes first and, within a rank, the
    // leftmost pair.
    private readonly PriorityQueue<int, long> pending = new();
    private readonly Dictionary<string, int[]> remembered = [];

    // A word as a doubly linked list over its bytes: token ids, and the indices of the neighbours.
    private byte[] bytes = new byte[LongestRemembered];
    private int[] ids = new int[LongestRemembered];
    private int[] next = new int[LongestRemembered];
    private int[] previous = new int[LongestRemembered];

    /// <summary>Appends the ids of one word.</summary>
    public void Encode(ReadOnlySpan<char> word, List<int> output)
    {
        var lookup = remembered.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(word, out int[]? known))
        {
            output.AddRange(known);
            return;
        }

        int start = output.Count;
        Split(word);
        while (TakeLowestPair(out int position, out _))
        {
            Join(position);
        }

        AppendTokens(output);
        if (word.Length <= LongestRemembered && remembered.Count < MaxRemembered)
        {
            lookup[word] = output[start..].ToArray();
        }
    }

    /// <summary>
    /// All merges of a word in the order in which they happen, with the word after each pass over it.
    /// </summary>
    public WordExplanation Explain(ReadOnlySpan<char> word)
    {
        var passes = new List<MergePass>();
        Split(word);
        int[] first = [.. Tokens()];
        while (TakeLowestPair(out int position, out int rank))
        {
            Join(position);
            if (passes.Count > 0 && passes[^1].Rank == rank)
            {
                passes.RemoveAt(passes.Count - 1); // another occurrence of the pair: the same pass
            }

            passes.Add(new MergePass(rank, vocabulary.Merges[rank], [.. Tokens()]));
        }

        return new WordExplanation(word.ToString(), first, passes);
    }

    private void Split(ReadOnlySpan<char> word)
    {
        int length = Encoding.UTF8.GetByteCount(word);
        if (bytes.Length < length)
        {
            bytes = new byte[length];
            ids = new int[length];
            next = new int[length];
            previous = new int[length];
        }

        Encoding.UTF8.GetBytes(word, bytes);
        for (int i = 0; i < length; i++)
        {
            ids[i] = ByteAlphabet.IdOf(bytes[i]);
            next[i] = i + 1 < length ? i + 1 : -1;
            previous[i] = i - 1;
        }

        for (int i = 0; i + 1 < length; i++)
        {
            Consider(i);
        }
    }

    /// <summary>Queues the pair that begins at a position, if it is listed.</summary>
    private void Consider(int position)
    {
        int rank = RankAt(position);
        if (rank >= 0)
        {
            pending.Enqueue(position, ((long)rank << 32) | (uint)position);
        }
    }

    private bool TakeLowestPair(out int position, out int rank)
    {
        while (pending.TryDequeue(out position, out long priority))
        {
            rank = (int)(priority >> 32);
            if (RankAt(position) == rank)
            {
                return true; // otherwise one of the two has meanwhile been joined with another neighbour
            }
        }

        rank = -1;
        return false;
    }

    private void Join(int position)
    {
        int right = next[position];
        ids[position] = 256 + RankAt(position);
        ids[right] = -1;
        next[position] = next[right];
        if (next[position] >= 0)
        {
            previous[next[position]] = position;
            Consider(position);
        }

        if (previous[position] >= 0)
        {
            Consider(previous[position]);
        }
    }

    private int RankAt(int position) =>
        ids[position] >= 0 && next[position] >= 0 ? vocabulary.RankOf(ids[position], ids[next[position]]) : -1;

    private void AppendTokens(List<int> output)
    {
        for (int i = 0; i >= 0; i = next[i])
        {
            output.Add(ids[i]);
        }
    }

    private List<int> Tokens()
    {
        var tokens = new List<int>();
        AppendTokens(tokens);
        return tokens;
    }
}
