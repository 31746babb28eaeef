// Finds of each new token the two tokens it was made of, by the merges found so far.

namespace Gpt2.Core.Text;

/// <summary>The merges of a list of tokens, one after another. Not for use by several threads at once.</summary>
internal sealed class TokenSplitter
{
    private readonly List<Merge> merges = [];
    private readonly Dictionary<Merge, int> madeBy = new(1 << 16, new PairComparer());
    private int[] ids = new int[64];
    private int[] made = new int[64]; // what each part and the next one make, or no token

    public IReadOnlyList<Merge> Merges => merges;

    /// <summary>
    /// Applies the merges to the bytes of a token, lowest rank first and leftmost first. If two parts remain, they are the next merge.
    /// </summary>
    /// <param name="token">The bytes of the token.</param>
    /// <param name="parts">How many parts remain; 1 means that the token is there already.</param>
    /// <returns>Whether there are two.</returns>
    public bool TryAdd(ReadOnlySpan<byte> token, out int parts)
    {
        Prepare(token);
        parts = token.Length;
        while (parts > 2)
        {
            int at = made.AsSpan(0, parts - 1).IndexOf(Lowest(made.AsSpan(0, parts - 1)));
            if (made[at] == int.MaxValue)
            {
                return false;
            }

            parts = Join(at, parts);
        }

        if (parts == 2 && made[0] != int.MaxValue)
        {
            parts = 1;
        }

        if (parts != 2)
        {
            return false;
        }

        var merge = new Merge(ids[0], ids[1]);
        madeBy.Add(merge, 256 + merges.Count);
        merges.Add(merge);
        return true;
    }

    private void Prepare(ReadOnlySpan<byte> token)
    {
        if (ids.Length < token.Length)
        {
            Array.Resize(ref ids, token.Length);
            Array.Resize(ref made, token.Length);
        }

        for (int i = 0; i < token.Length; i++)
        {
            ids[i] = ByteAlphabet.IdOf(token[i]);
        }

        for (int i = 0; i + 1 < token.Length; i++)
        {
            made[i] = MadeAt(i);
        }
    }

    /// <summary>Joins a part with the next.</summary>
    /// <returns>How many parts there are now.</returns>
    private int Join(int at, int parts)
    {
        ids[at] = made[at];
        Array.Copy(ids, at + 2, ids, at + 1, parts - at - 2);
        Array.Copy(made, at + 1, made, at, parts - at - 2);
        parts--;
        if (at + 1 < parts)
        {
            made[at] = MadeAt(at);
        }

        if (at > 0)
        {
            made[at - 1] = MadeAt(at - 1);
        }

        return parts;
    }

    private int MadeAt(int at) => madeBy.TryGetValue(new Merge(ids[at], ids[at + 1]), out int id) ? id : int.MaxValue;

    private static int Lowest(ReadOnlySpan<int> values)
    {
        int lowest = int.MaxValue;
        foreach (int value in values)
        {
            lowest = Math.Min(lowest, value);
        }

        return lowest;
    }

    private sealed class PairComparer : IEqualityComparer<Merge>
    {
        public bool Equals(Merge x, Merge y) => x == y;

        // Left xor right would be shared by hundreds of pairs: an odd factor spreads them.
        public int GetHashCode(Merge pair) => unchecked((int)((uint)pair.Left * 0x9E3779B1u) ^ pair.Right);
    }
}
