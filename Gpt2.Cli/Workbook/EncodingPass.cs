// A pass of byte-pair encoding over a short text, as the sheet's formulas will compute it: what its cells show before that.

using Gpt2.Core.Text;

namespace Gpt2.Cli.Workbook;

/// <summary>A pass.</summary>
/// <param name="pieces">The pieces before it, as ids.</param>
/// <param name="lowestRank">The lowest rank of two neighbours, which it joins; null if none can be joined.</param>
/// <param name="vocabulary">The vocabulary.</param>
internal sealed class EncodingPass(IReadOnlyList<int> pieces, int? lowestRank, Vocabulary vocabulary)
{
    public int? LowestRank => lowestRank;

    /// <summary>The passes of a word; none if there is no text, or it is not in ASCII or not one word. The last one joins nothing.</summary>
    public static EncodingPass[] Of(string? text, Vocabulary vocabulary)
    {
        if (text is null || !text.All(c => char.IsBetween(c, ' ', '~') || c == '\n'))
        {
            return [];
        }

        if (new Tokenizer(vocabulary).Explain(text).ToArray() is not [WordExplanation word])
        {
            return [];
        }

        return
        [
            .. word.Passes.Select(pass => pass.Ids).Prepend(word.Bytes)
                .Select((pieces, i) => new EncodingPass(pieces, i < word.Passes.Count ? word.Passes[i].Rank : null, vocabulary)),
        ];
    }

    public string? PieceAt(int k) => k < pieces.Count ? vocabulary.WrittenForm(pieces[k]) : null;

    public int? IdAt(int k) => k < pieces.Count ? pieces[k] : null;

    /// <summary>The rank of a piece with the next, −1 if there is none; null for the last piece.</summary>
    public int? RankAt(int k) => k + 1 < pieces.Count ? vocabulary.RankOf(pieces[k], pieces[k + 1]) : null;

    /// <summary>Which piece of the next pass a piece becomes, or becomes a part of, from 1; null if there is no such piece.</summary>
    public int? NextPieceAt(int k)
    {
        if (k >= pieces.Count)
        {
            return null;
        }

        int next = 1;
        bool isJoined = false; // the piece before with the one before that
        for (int i = 1; i <= k; i++)
        {
            isJoined = RankAt(i - 1) == lowestRank && !isJoined;
            next += isJoined ? 0 : 1;
        }

        return next;
    }
}
