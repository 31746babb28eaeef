// The passes of byte-pair encoding over a short text, as the sheet's formulas will compute them: what its cells show before that.

using Gpt2.Core.Text;

namespace Gpt2.Cli.Workbook;

/// <summary>A pass.</summary>
/// <param name="pieces">The pieces before it, as ids.</param>
/// <param name="vocabulary">The vocabulary.</param>
/// <param name="words">For each character of the text 0, or another number if a word begins with it.</param>
internal sealed class PassOfText(int[] pieces, Vocabulary vocabulary, int[] words)
{
    /// <summary>The lowest rank of two neighbours; null if none can be joined.</summary>
    public int? Best { get; } = Ranks(pieces, vocabulary, words).Where(rank => rank >= 0).Select(rank => (int?)rank).Min();

    /// <summary>The passes of a text; null after the last, and everywhere if there is no text or it is not in ASCII.</summary>
    public static PassOfText?[] Of(string? text, Vocabulary vocabulary, int count)
    {
        var passes = new PassOfText?[count];
        if (text is null || !text.All(c => char.IsBetween(c, ' ', '~') || c == '\n'))
        {
            return passes;
        }

        PassOfText? next = new([.. text.Select(c => ByteAlphabet.IdOf((byte)c))], vocabulary, WordBeginnings.Of(text));
        for (int i = 0; i < count && next is not null; i++)
        {
            passes[i] = next;
            next = next.Next();
        }

        return passes;
    }

    public string? PieceAt(int k) => k < pieces.Length ? vocabulary.WrittenForm(pieces[k]) : null;

    public int? IdAt(int k) => k < pieces.Length ? pieces[k] : null;

    /// <summary>The rank of a piece with the next, −1 if there is none or a word begins with that; null for the last piece.</summary>
    public int? RankAt(int k) => k + 1 < pieces.Length ? Ranks(pieces, vocabulary, words).ElementAt(k) : null;

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
        return new PassOfText(joined, vocabulary, words);
    }

    private static IEnumerable<int> Ranks(int[] pieces, Vocabulary vocabulary, int[] words)
    {
        int place = 0;
        for (int k = 0; k + 1 < pieces.Length; k++)
        {
            place += vocabulary.BytesOf(pieces[k]).Length;
            yield return words[place] > 0 ? -1 : vocabulary.RankOf(pieces[k], pieces[k + 1]);
        }
    }
}
