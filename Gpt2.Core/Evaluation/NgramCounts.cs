// The counts of n-grams of one length, and the discount that follows from them. NgramBaseline combines the lengths to a
// probability.

using System.Runtime.InteropServices;

namespace Gpt2.Core.Evaluation;

/// <summary>Counts c(hw) of n-grams, each a context h and a token w, with sums per context. Immutable.</summary>
internal sealed class NgramCounts
{
    /// <summary>Three tokens make a key of 63 bits.</summary>
    public const int BitsPerToken = 21;

    /// <summary>
    /// The discount if the counts do not determine one, close to that of large texts (Chen and Goodman, section 2.6).
    /// </summary>
    private const double UsualDiscount = 0.75;

    private readonly Dictionary<long, int> counts = [];
    private readonly Dictionary<long, ContextSum> sums = [];

    /// <summary>
    /// D = n₁ / (n₁ + 2 n₂), with nₖ the number of n-grams counted k times (Ney, Essen and Kneser, 1994).
    /// </summary>
    public double Discount { get; private set; }

    /// <summary>Counts with c the number of times an n-gram occurs.</summary>
    public static NgramCounts OfOccurrences(ReadOnlySpan<int> ids, int length)
    {
        var made = new NgramCounts();
        for (int start = 0; start + length <= ids.Length; start++)
        {
            Increment(made.counts, Key(ids.Slice(start, length)));
        }

        made.Finish();
        return made;
    }

    /// <summary>Counts with c the number of different tokens before an n-gram.</summary>
    public static NgramCounts OfPrecedingTokens(ReadOnlySpan<int> ids, int length)
    {
        var made = new NgramCounts();
        var seen = new HashSet<long>();
        for (int start = 1; start + length <= ids.Length; start++)
        {
            if (seen.Add(Key(ids.Slice(start - 1, length + 1))))
            {
                Increment(made.counts, Key(ids.Slice(start, length)));
            }
        }

        made.Finish();
        return made;
    }

    /// <summary>max(c(hw) − D, 0) / c(h) + D · T(h) / c(h) · lower; only lower if h never occurs.</summary>
    public double Interpolate(ReadOnlySpan<int> context, int token, double lower)
    {
        long contextKey = Key(context);
        if (!sums.TryGetValue(contextKey, out ContextSum sum))
        {
            return lower;
        }

        int count = counts.GetValueOrDefault((contextKey << BitsPerToken) | (uint)token);
        return (Math.Max(count - Discount, 0) + (Discount * sum.Types * lower)) / sum.Total;
    }

    private void Finish()
    {
        long once = 0, twice = 0;
        foreach ((long key, int count) in counts)
        {
            once += count == 1 ? 1 : 0;
            twice += count == 2 ? 1 : 0;
            ref ContextSum sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, key >> BitsPerToken, out _);
            sum = new ContextSum(sum.Total + count, sum.Types + 1);
        }

        // 0 would leave nothing for unseen tokens; 1 would treat tokens seen once like unseen ones.
        Discount = once > 0 && twice > 0 ? (double)once / (once + (2 * twice)) : UsualDiscount;
    }

    private static void Increment(Dictionary<long, int> counts, long key) =>
        CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _)++;

    private static long Key(ReadOnlySpan<int> tokens)
    {
        long key = 0;
        foreach (int token in tokens)
        {
            key = (key << BitsPerToken) | (uint)token;
        }

        return key;
    }

    /// <summary>c(h) and T(h).</summary>
    private readonly record struct ContextSum(long Total, int Types);
}
