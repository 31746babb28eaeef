// Repetition penalty: tokens that have occurred become less probable.

using static System.FormattableString;

namespace Gpt2.Core.Generation.Filters;

/// <summary>
/// s'ᵢ = sᵢ · p if sᵢ &lt; 0, otherwise sᵢ / p, for every token i of prompt and output, once however often it occurred.
/// Keskar et al., "CTRL", section 4.1, in Hugging Face's form, which depends on the sign. Above 1 it penalises, below 1
/// it rewards.
/// </summary>
/// <param name="penalty">p, more than 0.</param>
internal sealed class RepetitionPenaltyFilter(double penalty) : LogitsFilter
{
    public override string Name => "repetition-penalty";

    public override string Label => Invariant($"{Name} {penalty}");

    internal override void Apply(TokenDistribution distribution, ReadOnlySpan<int> ids)
    {
        foreach (int id in ids)
        {
            if (distribution.Mark(id))
            {
                distribution.SetScore(id, Penalised(distribution.Scores[id]));
            }
        }
    }

    /// <summary>The score of a token that has occurred.</summary>
    internal double Penalised(double score) => score < 0 ? score * penalty : score / penalty;
}
