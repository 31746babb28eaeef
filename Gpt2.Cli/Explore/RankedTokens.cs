// The vocabulary ranked by its logits in one row, for reading and for searching.

using System.Globalization;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Explore;

/// <summary>A token with its place, the largest logit first.</summary>
internal readonly record struct RankedToken(int Rank, int Id, float Logit, float Probability);

internal static class RankedTokens
{
    /// <summary>The tokens with the largest logits, largest first; of equal ones, the lower id first. NaN comes last.</summary>
    /// <param name="a">The pass.</param>
    /// <param name="row">A row of the logits.</param>
    /// <param name="vocabulary">The texts of the tokens.</param>
    /// <param name="search">Part of a token's text, in upper or lower case, or its id; "" for every token.</param>
    /// <param name="most">The maximum number of tokens to return.</param>
    /// <returns>The tokens, and how many there are in all.</returns>
    public static (RankedToken[] Tokens, int Found) Of(ForwardActivations a, int row, Vocabulary vocabulary, string search, int most)
    {
        ReadOnlySpan<float> logits = a.Logits.Row(row);
        int[] ids = Prediction.Ranked(logits);
        var found = new List<RankedToken>();
        int count = 0;
        for (int place = 0; place < ids.Length; place++)
        {
            int id = ids[place];
            if (search.Length > 0 && !Matches(id, vocabulary, search))
            {
                continue;
            }

            count++;
            if (found.Count < most)
            {
                found.Add(new RankedToken(place + 1, id, logits[id], a.Probabilities[row, id]));
            }
        }

        return ([.. found], count);
    }

    /// <summary>The text of a token that the vocabulary has; bytes that are not a character are U+FFFD.</summary>
    public static string TextOf(Vocabulary vocabulary, int id) => System.Text.Encoding.UTF8.GetString(vocabulary.BytesOf(id));

    private static bool Matches(int id, Vocabulary vocabulary, string search) =>
        id.ToString(CultureInfo.InvariantCulture) == search
        || (id < vocabulary.Count
            && TextOf(vocabulary, id).Contains(search, StringComparison.OrdinalIgnoreCase));
}
