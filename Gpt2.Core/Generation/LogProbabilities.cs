// The model's own view of a token, before any filter: its log-probability, its rank, and the tokens that were more
// probable.

namespace Gpt2.Core.Generation;

/// <summary>A token with its log-probability.</summary>
/// <param name="Id">The token.</param>
/// <param name="LogProbability">Natural logarithm of the model's probability.</param>
public readonly record struct TokenAlternative(int Id, double LogProbability);

/// <summary>Computes log-probabilities from logits: ln pᵢ = xᵢ − ln Σⱼ e^xⱼ.</summary>
internal static class LogProbabilities
{
    /// <summary>ln Σⱼ e^xⱼ, summed in double precision after subtracting the largest.</summary>
    /// <param name="logits">One logit per token. // [vocabulary]</param>
    /// <exception cref="Gpt2Exception">The logits are not a distribution, see <see cref="Greedy.Choose"/>.</exception>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        double most = logits[Greedy.Choose(logits)], sum = 0;
        foreach (float logit in logits)
        {
            sum += logit == most ? 1 : Math.Exp(logit - most);
        }

        return most + Math.Log(sum);
    }

    /// <summary>The same from the softmax already computed by the head: x − ln p of the most probable token.</summary>
    /// <param name="logits">One logit per token. // [vocabulary]</param>
    /// <param name="probabilities">
    /// Their softmax in single precision, which causes an error of about 3e-6 in the result.
    /// </param>
    /// <exception cref="Gpt2Exception">The logits are not a distribution, see <see cref="Greedy.Choose"/>.</exception>
    public static double LogSumExp(ReadOnlySpan<float> logits, ReadOnlySpan<float> probabilities)
    {
        int best = Greedy.Choose(logits);
        return logits[best] - Math.Log(probabilities[best]);
    }

    /// <summary>
    /// The rank of a token by falling logit, of equal ones the lower id first; 1 is the most probable.
    /// </summary>
    public static int Rank(ReadOnlySpan<float> logits, int id)
    {
        int before = 0;
        float logit = logits[id];
        foreach (float other in logits)
        {
            before += other > logit ? 1 : 0;
        }

        return 1 + before + logits[..id].Count(logit);
    }

    /// <summary>The most probable tokens, best first; of equal ones the lower id first.</summary>
    /// <param name="logits">One logit per token. // [vocabulary]</param>
    /// <param name="logSumExp">Their <see cref="LogSumExp(ReadOnlySpan{float})"/>.</param>
    /// <param name="count">The maximum number of tokens to return.</param>
    public static TokenAlternative[] Top(ReadOnlySpan<float> logits, double logSumExp, int count)
    {
        var top = new TopTokens(Math.Min(count, logits.Length));
        for (int id = 0; id < logits.Length && count > 0; id++)
        {
            top.Offer(id, logits[id] - logSumExp);
        }

        return top.ToArray();
    }
}
