// The filters once more, as plainly as can be written: lists and sorting, to compare the real ones with.

using Gpt2.Core.Generation;

namespace Gpt2.Tests.Core.Generation;

/// <summary>The distribution after all filters in their order.</summary>
internal static class PlainFilters
{
    public static double[] Distribution(float[] logits, int[] ids, GenerationOptions options)
    {
        double[] scores = [.. logits.Select(logit => (double)logit)];
        foreach (int id in ids.Distinct())
        {
            scores[id] = scores[id] < 0 ? scores[id] * options.RepetitionPenalty : scores[id] / options.RepetitionPenalty;
        }

        List<int> kept = [.. Enumerable.Range(0, logits.Length)];
        kept = WithoutRepeats(kept, ids, options.NoRepeatNgram);
        SamplingOptions sampling = options.Sampling!;
        kept = [.. kept.OrderByDescending(id => scores[id]).ThenBy(id => id)];
        if (sampling.Temperature == 0)
        {
            kept = [kept[0]];
        }

        double[] weights = [.. scores.Select(score => Math.Exp((score - scores[kept[0]]) / (sampling.Temperature == 0 ? 1 : sampling.Temperature)))];
        if (sampling.TopK > 0 && sampling.TopK < kept.Count)
        {
            double least = scores[kept[sampling.TopK - 1]];
            kept = [.. kept.Where(id => scores[id] >= least)];
        }

        double total = kept.Sum(id => weights[id]), sum = 0;
        var nucleus = new List<int>();
        foreach (int id in kept.TakeWhile(_ => sampling.TopP == 1 || sum / total < sampling.TopP))
        {
            nucleus.Add(id);
            sum += weights[id];
        }

        kept = [.. nucleus.Where(id => weights[id] >= sampling.MinP * weights[nucleus[0]])];
        total = kept.Sum(id => weights[id]);
        var distribution = new double[logits.Length];
        kept.ForEach(id => distribution[id] = weights[id] / total);
        return distribution;
    }

    private static List<int> WithoutRepeats(List<int> kept, int[] ids, int n)
    {
        if (n == 0 || ids.Length < n)
        {
            return kept;
        }

        HashSet<string> seen = [.. Enumerable.Range(0, ids.Length - n + 1).Select(start => string.Join(' ', ids.Skip(start).Take(n)))];
        List<int> left = [.. kept.Where(id => !seen.Contains(string.Join(' ', ids.TakeLast(n - 1).Append(id))))];
        return left.Count > 0 ? left : kept;
    }
}
