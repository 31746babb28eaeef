// The passes of byte-pair encoding over a short text, as the sheet's formulas will compute them: what its cells show before that.

using Gpt2.Core.Text;

namespace Gpt2.Cli.Workbook;

/// <summary>A pass.</summary>
/// <param name="pieces">The pieces before it, as ids.</param>
/// <param name="vocabulary">The vocabulary.</param>
internal sealed class PassOfText(int[] pieces, Vocabulary vocabulary)
{
    /// <summary>The lowest rank of two neighbours; null if none can be joined.</summary>
    public int? Best { get; } = Ranks(pieces, vocabulary).Where(rank => rank >= 0).Select(rank => (int?)rank).Min();

    /// <summary>The passes of a text; null after the last, and everywhere if there is no text or it is not in ASCII.</summary>
    public static PassOfText?[] Of(string? text, Vocabulary vocabulary, int count)
    {
        var passes = new PassOfText?[count];
        if (text is null || !text.All(c => char.IsBetween(c, ' ', '~') || c == '\n'))
        {
            return passes;
        }

        PassOfText? next = new([.. text.Select(c => ByteAlphabet.IdOf((byte)c))], vocabulary);
        for (int i = 0; i < count && next is not null; i++)
        {
            passes[i] = next;
            next = next.Next();
        }

        return passes;
    }

    public string? PieceAt(int k) => k < pieces.Length ? vocabulary.WrittenForm(pieces[k]) : null;

    public int? IdAt(int k) => k < pieces.Length ? pieces[k] : null;

    /// <summary>The rank of a piece with the next, −1 if there is none; null for the last piece.</summary>
    public int? RankAt(int k) => k + 1 < pieces.Length ? vocabulary.RankOf(pieces[k], pieces[k + 1]) : null;

    /// <summary>Which piece of the next pass a piece becomes, or becomes a part of, from 1; null if there is no such piece.</summary>
    public int? PlaceAt(int k)
    {
        if (k >= pieces.Length)
        {
            return null;
        }

        int place = 1;
        bool isJoined = false; // the piece before with the one before that
        for (int i = 1; i <= k; i++)
        {
            isJoined = RankAt(i - 1) == Best && !isJoined;
            place += isJoined ? 0 : 1;
        }

        return place;
    }

    private PassOfText? Next()
    {
        if (Best is null)
        {
            return null;
        }

        int[] joined = [.. Enumerable.Range(0, pieces.Length).GroupBy(PlaceAt).Select(
            group => group.Count() == 2 ? 256 + Best.Value : pieces[group.First()])];
        return new PassOfText(joined, vocabulary);
    }

    private static IEnumerable<int> Ranks(int[] pieces, Vocabulary vocabulary) =>
        pieces.Zip(pieces.Skip(1), (left, right) => vocabulary.RankOf(left, right));
}
