// Figures beside the limit that they are compared with. A machine that others share is faster in one second than in the
// next, so the limit is measured just before and just after, and the two are compared within the round.

namespace Gpt2.Core.Measurement;

/// <summary>Some work, how long it took, and what the machine could have done meanwhile.</summary>
/// <param name="Work">Units of work: operations or bytes, for example.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Limit">Units per second that the machine gives.</param>
internal readonly record struct Compared(double Work, double Seconds, double Limit)
{
    /// <summary>Units per second.</summary>
    public double Rate => Work / Seconds;

    /// <summary>The rate as a share of the limit.</summary>
    public double Ratio => Rate / Limit;
}

/// <summary>Measures work and limit in turns.</summary>
internal static class Interleaving
{
    /// <summary>
    /// Rounds of limit, piece, limit, piece, …, limit. The limit of a piece is the mean of the two beside it, the limit of a
    /// round the mean over its pieces, each weighted with its time. The round whose ratio is the median of all is the result,
    /// of an even number the lower of the two in the middle: a figure, its limit and its ratio that were measured together.
    /// </summary>
    /// <param name="rounds">How many rounds, at least 1.</param>
    /// <param name="work">Units of work of a round, all its pieces together.</param>
    /// <param name="limit">Measures the limit in units per second.</param>
    /// <param name="piece">Does a piece of the work, from 0, and says how many seconds it took.</param>
    /// <param name="pieces">Pieces of a round: more than one where a round takes long.</param>
    public static Compared Run(int rounds, double work, Func<double> limit, Func<int, double> piece, int pieces = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(pieces, 1);
        var results = new List<Compared>();
        double before = limit();
        for (int round = 0; round < rounds; round++)
        {
            double seconds = 0;
            double possible = 0;
            for (int i = 0; i < pieces; i++)
            {
                double taken = piece(i);
                double after = limit();
                seconds += taken;
                possible += taken * (before + after) / 2;
                before = after;
            }

            results.Add(new Compared(work, seconds, possible / seconds));
        }

        return results.OrderBy(result => result.Ratio).ElementAt((rounds - 1) / 2);
    }
}
