// The most probable next tokens, as shown by `gpt2 predict`.

namespace Gpt2.Core.Generation;

/// <summary>One candidate for the next token.</summary>
internal readonly record struct Candidate(int Id, float Logit, float Probability);

/// <summary>Reads the head's distribution.</summary>
internal static class Prediction
{
    /// <summary>The most probable tokens, best first; of equal ones, the lower id first.</summary>
    /// <param name="logits">One logit per token.</param>
    /// <param name="probabilities">Their softmax.</param>
    /// <param name="count">The maximum number of tokens to return.</param>
    /// <exception cref="Gpt2Exception">The logits are not a distribution, see <see cref="Greedy.Choose"/>.</exception>
    public static Candidate[] Top(ReadOnlySpan<float> logits, ReadOnlySpan<float> probabilities, int count)
    {
        Greedy.Choose(logits); // throws if they are not a distribution
        int[] ranked = Ranked(logits);
        var top = new Candidate[Math.Min(count, ranked.Length)];
        for (int place = 0; place < top.Length; place++)
        {
            int id = ranked[place];
            top[place] = new Candidate(id, logits[id], probabilities[id]);
        }

        return top;
    }

    /// <summary>All tokens, the largest logit first; of equal ones, the lower id first. NaN comes last.</summary>
    public static int[] Ranked(ReadOnlySpan<float> logits)
    {
        float[] keys = logits.ToArray();
        int[] ranked = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(ranked, (left, right) => keys[right].CompareTo(keys[left]) is int order and not 0 ? order : left.CompareTo(right));
        return ranked;
    }
}
