// A pass of byte-pair encoding over a short text, as the formulas of the sheet tokenize will compute it: their cached values.

using Gpt2.Core.Text;

namespace Gpt2.Cli.Workbook.Tokenize;

/// <summary>A pass.</summary>
/// <param name="pieces">The pieces before it, as ids.</param>
/// <param name="begins">For each character of the text 0, or another number if a word begins with it.</param>
/// <param name="vocabulary">The vocabulary.</param>
internal sealed class EncodingPass(int[] pieces, int[] begins, Vocabulary vocabulary)
{
    private readonly int[] ranks = [.. Ranks(pieces, begins, vocabulary)];

    /// <summary>The lowest rank of two neighbours, which it joins; null if none can be joined.</summary>
    public int? LowestRank => ranks.Where(rank => rank >= 0).Select(rank => (int?)rank).Min();

    /// <summary>The passes of a text; none if there is no text or it is not in ASCII. The last one joins nothing.</summary>
    public static EncodingPass[] Of(string? text, Vocabulary vocabulary)
    {
        if (string.IsNullOrEmpty(text) || !text.All(c => char.IsBetween(c, ' ', '~') || c == '\n'))
        {
            return [];
        }

        List<EncodingPass> passes = [new([.. text.Select(c => ByteAlphabet.IdOf((byte)c))], WordBeginnings.Of(text), vocabulary)];
        while (passes[^1].LowestRank is int rank)
        {
            passes.Add(passes[^1].Next(rank));
        }

        return [.. passes];
    }

    public string? PieceAt(int k) => k < pieces.Length ? vocabulary.WrittenForm(pieces[k]) : null;

    public int? IdAt(int k) => k < pieces.Length ? pieces[k] : null;

    /// <summary>The rank of a piece with the next, −1 if there is none or a word begins with that; null for the last piece.</summary>
    public int? RankAt(int k) => k < ranks.Length ? ranks[k] : null;

    /// <summary>Which piece of the next pass a piece becomes, or becomes a part of, from 1; null if there is no such piece.</summary>
    public int? NextPieceAt(int k)
    {
        if (k >= pieces.Length)
        {
            return null;
        }

        int next = 1;
        bool isJoined = false; // the piece before with the one before that
        for (int i = 1; i <= k; i++)
        {
            isJoined = RankAt(i - 1) == LowestRank && !isJoined;
            next += isJoined ? 0 : 1;
        }

        return next;
    }

    private EncodingPass Next(int rank) => new(
        [
            .. Enumerable.Range(0, pieces.Length).GroupBy(NextPieceAt)
                .Select(piece => piece.Count() == 2 ? 256 + rank : pieces[piece.First()]),
        ],
        begins, vocabulary);

    private static IEnumerable<int> Ranks(int[] pieces, int[] begins, Vocabulary vocabulary)
    {
        int character = 0;
        for (int k = 0; k + 1 < pieces.Length; k++)
        {
            character += vocabulary.BytesOf(pieces[k]).Length;
            yield return begins[character] > 0 ? -1 : vocabulary.RankOf(pieces[k], pieces[k + 1]);
        }
    }
}
