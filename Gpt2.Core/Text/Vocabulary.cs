// The tokens and merges of a byte-level vocabulary, as defined by vocab.bpe, and tokens that were added to it. VocabularyFile reads
// the file, BytePairEncoder uses the merges, AddedTokenSearch finds added tokens.

using System.Globalization;
using System.Text;

namespace Gpt2.Core.Text;

/// <summary>
/// Ids 0 … 255 are the bytes in the order of <see cref="ByteAlphabet"/>, then comes one id per merge in order, then
/// <c>&lt;|endoftext|&gt;</c>, and last the added tokens, if there are any. A model may have more ids than tokens, since sizes that are
/// multiples of 64 are computed faster: those are unused, have no text, and no text has them. Immutable.
/// </summary>
public sealed class Vocabulary
{
    /// <summary>The only special token: it ends a text, and merges never create it.</summary>
    public const string EndOfTextToken = "<|endoftext|>";

    /// <summary>Tokens that every vocabulary has: the bytes and the end of text.</summary>
    public const int SmallestCount = 257;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[][] bytes;
    private readonly Merge[] merges;
    private readonly string[] added;
    private readonly Dictionary<long, int> rankOfPair;

    /// <summary>Builds the vocabulary from its merges, each a pair of ids below the id it makes.</summary>
    /// <exception cref="ArgumentException">
    /// A merge uses an id that is not defined yet, or makes a token that exists.
    /// </exception>
    public Vocabulary(IReadOnlyList<Merge> merges)
        : this(merges, [], unused: 0)
    {
    }

    private Vocabulary(IReadOnlyList<Merge> merges, string[] added, int unused)
    {
        this.merges = [.. merges];
        this.added = added;
        UnusedCount = unused;
        bytes = new byte[256 + this.merges.Length + 1 + added.Length + unused][];
        bytes.AsSpan(bytes.Length - unused).Fill([]);
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

        bytes[EndOfText] = Encoding.ASCII.GetBytes(EndOfTextToken);
        for (int i = 0; i < added.Length; i++)
        {
            bytes[EndOfText + 1 + i] = StrictUtf8.GetBytes(added[i]);
        }

        Added = added.Length == 0 ? null : new AddedTokenSearch(added.Select((token, i) => (token, EndOfText + 1 + i)));
        AddedAndEnd = added.Length == 0 ? null
            : new AddedTokenSearch(added.Select((token, i) => (token, EndOfText + 1 + i)).Prepend((EndOfTextToken, EndOfText)));
    }

    /// <summary>Number of ids, which is the number of tokens unless some ids are unused.</summary>
    public int Count => bytes.Length;

    /// <summary>The merges in order; the merge of rank r makes the token 256 + r.</summary>
    public IReadOnlyList<Merge> Merges => merges;

    /// <summary>Id of <c>&lt;|endoftext|&gt;</c>, which follows those of the merges.</summary>
    public int EndOfText => 256 + merges.Length;

    /// <summary>The tokens that were added; the first has the id after <see cref="EndOfText"/>.</summary>
    public IReadOnlyList<string> AddedTokens => added;

    /// <summary>How many ids, the last ones, have no token.</summary>
    internal int UnusedCount { get; }

    /// <summary>Number of tokens.</summary>
    internal int TokenCount => Count - UnusedCount;

    /// <summary>Finds the added tokens; null if there are none.</summary>
    internal AddedTokenSearch? Added { get; }

    /// <summary>Finds the added tokens and the end of text; null if there are no added tokens.</summary>
    internal AddedTokenSearch? AddedAndEnd { get; }

    /// <summary>The same vocabulary with more tokens after its last.</summary>
    /// <param name="tokens">The texts of the tokens.</param>
    /// <exception cref="Gpt2Exception">One is empty, is not Unicode, or is a token already, or there are unused ids.</exception>
    public Vocabulary WithAdded(IEnumerable<string> tokens)
    {
        string[] more = [.. tokens];
        if (more.Length > 0)
        {
            RequireNoUnused("a vocabulary with added tokens");
        }

        HashSet<string> there = [.. Enumerable.Range(0, Count).Select(WrittenBytes)];
        foreach (string token in more)
        {
            string? problem = token.Length == 0 ? "an added token is empty"
                : !IsUnicode(token) ? $"the added token '{token}' has half of a surrogate pair"
                : !there.Add(ByteAlphabet.Write(StrictUtf8.GetBytes(token))) ? $"the added token '{VisibleText.Of(token)}' is a token already"
                : null;
            if (problem is not null)
            {
                throw new Gpt2Exception(problem) { Expected = "a text that is no token of the vocabulary" };
            }
        }

        return new Vocabulary(merges, [.. added, .. more], UnusedCount);
    }

    /// <summary>The same vocabulary with ids after its last that have no token.</summary>
    /// <param name="count">How many more.</param>
    internal Vocabulary WithUnused(int count) => count == 0 ? this : new Vocabulary(merges, added, UnusedCount + count);

    /// <summary>Throws if there are unused ids.</summary>
    /// <param name="holder">What cannot hold them, for messages.</param>
    /// <exception cref="Gpt2Exception">There are.</exception>
    internal void RequireNoUnused(string holder)
    {
        if (UnusedCount > 0)
        {
            throw new Gpt2Exception($"the model has {Plural.Of(UnusedCount, "row")} of wte without a token, which {holder} cannot hold")
            {
                Expected = $"a row for each of the {TokenCount} tokens and no other",
            };
        }
    }

    /// <summary>Whether an id has no token.</summary>
    internal bool IsUnused(int id) => id >= TokenCount && id < Count;

    /// <summary>The bytes of a token; none of an unused id.</summary>
    /// <exception cref="Gpt2Exception">There is no such id.</exception>
    public ReadOnlySpan<byte> BytesOf(int id)
    {
        if (id < 0 || id >= bytes.Length)
        {
            throw new Gpt2Exception($"token id {id} is outside the vocabulary") { Expected = $"0 to {bytes.Length - 1}" };
        }

        return bytes[id];
    }

    /// <summary>
    /// A token as written in files: in the byte alphabet; the end of text and added tokens are unchanged. An unused id is in no file; to be
    /// shown it is &lt;unused 50300&gt;.
    /// </summary>
    public string WrittenForm(int id) => id == EndOfText ? EndOfTextToken
        : IsUnused(id) ? string.Create(CultureInfo.InvariantCulture, $"<unused {id}>")
        : id > EndOfText && id < Count ? added[id - EndOfText - 1]
        : WrittenBytes(id);

    /// <summary>The rank of the merge of two neighbours, or −1 if there is none.</summary>
    public int RankOf(int left, int right) => rankOfPair.TryGetValue(Key(left, right), out int rank) ? rank : -1;

    private string WrittenBytes(int id) => ByteAlphabet.Write(BytesOf(id));

    private static bool IsUnicode(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])))
            {
                return false;
            }

            i += char.IsSurrogate(text[i]) ? 1 : 0;
        }

        return true;
    }

    // The hash of a long is its upper half xor its lower half: without the multiplication it would be left xor right,
    // which up to 244 of GPT-2's pairs share. An odd factor keeps different pairs different.
    private static long Key(int left, int right) =>
        unchecked((((long)left << 32) | (uint)right) * (long)0x9E3779B97F4A7C15);
}

/// <summary>One merge: the ids of two neighbours that become one token.</summary>
public readonly record struct Merge(int Left, int Right);
