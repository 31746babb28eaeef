// The tokens and merges of a byte-level vocabulary, as defined by vocab.bpe alone. VocabularyFile reads the file,
// BytePairEncoder uses the merges.

namespace Gpt2.Core.Text;

/// <summary>
/// Ids 0 … 255 are the bytes in the order of <see cref="ByteAlphabet"/>, then comes one id per merge in order, and
/// last <c>&lt;|endoftext|&gt;</c>. Immutable.
/// </summary>
public sealed class Vocabulary
{
    /// <summary>The only special token: it ends a text, and merges never create it.</summary>
    public const string EndOfTextToken = "<|endoftext|>";

    /// <summary>Tokens that every vocabulary has: the bytes and the end of text.</summary>
    public const int SmallestCount = 257;

    private readonly byte[][] bytes;
    private readonly Merge[] merges;
    private readonly Dictionary<long, int> rankOfPair;

    /// <summary>Builds the vocabulary from its merges, each a pair of ids below the id it makes.</summary>
    /// <exception cref="ArgumentException">
    /// A merge uses an id that is not defined yet, or makes a token that exists.
    /// </exception>
    public Vocabulary(IReadOnlyList<Merge> merges)
    {
        this.merges = [.. merges];
        bytes = new byte[256 + this.merges.Length + 1][];
        rankOfPair = new Dictionary<long, int>(this.merges.Length);
        for (int id = 0; id < 256; id++)
        {
            bytes[id] = [ByteAlphabet.ByteOf(id)];
        }

        var tokens = new HashSet<string>(this.merges.Length);
        for (int rank = 0; rank < this.merges.Length; rank++)
        {
            Merge merge = this.merges[rank];
            int made = 256 + rank;
            if (merge.Left < 0 || merge.Left >= made || merge.Right < 0 || merge.Right >= made)
            {
                throw new ArgumentException($"merge {rank} joins {merge.Left} and {merge.Right}, expected ids below {made}");
            }

            bytes[made] = [.. bytes[merge.Left], .. bytes[merge.Right]];
            if (!tokens.Add(ByteAlphabet.Write(bytes[made])))
            {
                throw new ArgumentException(
                    $"merge {rank} joins {merge.Left} and {merge.Right}, which makes a token that exists, expected every token once");
            }

            rankOfPair.Add(Key(merge.Left, merge.Right), rank);
        }

        bytes[EndOfText] = System.Text.Encoding.ASCII.GetBytes(EndOfTextToken);
    }

    /// <summary>Number of tokens.</summary>
    public int Count => bytes.Length;

    /// <summary>The merges in order; the merge of rank r makes the token 256 + r.</summary>
    public IReadOnlyList<Merge> Merges => merges;

    /// <summary>Id of <c>&lt;|endoftext|&gt;</c>, which is the last.</summary>
    public int EndOfText => bytes.Length - 1;

    /// <summary>The bytes of a token.</summary>
    /// <exception cref="Gpt2Exception">There is no such id.</exception>
    public ReadOnlySpan<byte> BytesOf(int id)
    {
        if (id < 0 || id >= bytes.Length)
        {
            throw new Gpt2Exception($"token id {id} is outside the vocabulary") { Expected = $"0 to {bytes.Length - 1}" };
        }

        return bytes[id];
    }

    /// <summary>A token as written in files: in the byte alphabet; the end of text is unchanged.</summary>
    public string WrittenForm(int id) => id == EndOfText ? EndOfTextToken : ByteAlphabet.Write(BytesOf(id));

    /// <summary>The rank of the merge of two neighbours, or −1 if there is none.</summary>
    public int RankOf(int left, int right) => rankOfPair.TryGetValue(Key(left, right), out int rank) ? rank : -1;

    // The hash of a long is its upper half xor its lower half: without the multiplication it would be left xor right,
    // which up to 244 of GPT-2's pairs share. An odd factor keeps different pairs different.
    private static long Key(int left, int right) =>
        unchecked((((long)left << 32) | (uint)right) * (long)0x9E3779B97F4A7C15);
}

/// <summary>One merge: the ids of two neighbours that become one token.</summary>
public readonly record struct Merge(int Left, int Right);
