// One choice explained: the effect of every filter on the distribution, and which token was drawn.

using Gpt2.Core.Generation.Filters;

namespace Gpt2.Core.Generation;

/// <summary>What a filter did.</summary>
/// <param name="Filter">The filter.</param>
/// <param name="Kept">Tokens left after it.</param>
/// <param name="Dropped">The total probability, before it, of the tokens that it dropped.</param>
internal sealed record FilterStage(LogitsFilter Filter, int Kept, double Dropped);

/// <summary>A token in the course of the filters.</summary>
/// <param name="Id">The token.</param>
/// <param name="Logit">The model's logit.</param>
/// <param name="Probability">The model's probability.</param>
/// <param name="Score">The logit after the penalties.</param>
/// <param name="AfterTemperature">The probability after penalties and temperature.</param>
/// <param name="DroppedBy">The filter that dropped it; null if it is kept.</param>
/// <param name="Renormalised">The probability with which it is drawn.</param>
/// <param name="Cumulative">The sum of these probabilities down to this token, by falling score.</param>
/// <param name="DrawnFrom">
/// The sum of these over the lower ids: the smallest random number that draws this token.
/// </param>
/// <param name="DrawnBelow">The same including this token: random numbers from here on draw a later one.</param>
internal sealed record TokenExplanation(
    int Id, double Logit, double Probability, double Score, double AfterTemperature, LogitsFilter? DroppedBy, double Renormalised, double Cumulative,
    double DrawnFrom, double DrawnBelow);

/// <summary>A choice with everything that led to it.</summary>
/// <param name="Tokens">All tokens by falling score after the penalties; of equal ones, the lower id first.</param>
/// <param name="Stages">The filters in order.</param>
/// <param name="Drawn">The chosen token.</param>
/// <param name="Random">The random number it was drawn with; null for greedy choice.</param>
internal sealed record DistributionExplanation(
    IReadOnlyList<TokenExplanation> Tokens, IReadOnlyList<FilterStage> Stages, int Drawn, double? Random)
{
    /// <summary>Explains the choice of a token.</summary>
    /// <param name="logits">One logit per token. // [vocabulary]</param>
    /// <param name="ids">The tokens so far, including the prompt.</param>
    /// <param name="options">How the token is chosen.</param>
    /// <param name="draws">The number of tokens drawn before with the same seed.</param>
    /// <exception cref="Gpt2Exception">
    /// The logits are not a distribution, see <see cref="Greedy.Choose"/>, or an option is not valid.
    /// </exception>
    public static DistributionExplanation Of(ReadOnlySpan<float> logits, ReadOnlySpan<int> ids, GenerationOptions options, int draws = 0)
    {
        var pipeline = new FilterPipeline(options);
        var distribution = new TokenDistribution();
        distribution.Load(logits);
        double[] model = distribution.Probabilities().ToArray();
        double[] scores = distribution.Scores.ToArray(), tempered = model, before = model;
        var stages = new List<FilterStage>();
        foreach (LogitsFilter filter in pipeline.Filters)
        {
            distribution.Apply(filter, ids);
            double dropped = 0;
            for (int id = 0; id < before.Length; id++)
            {
                dropped += distribution.DroppedBy(id) == stages.Count + 1 ? before[id] : 0;
            }

            stages.Add(new FilterStage(filter, distribution.Kept, dropped));
            before = distribution.Probabilities().ToArray();
            bool isPenalty = filter is RepetitionPenaltyFilter or NoRepeatNgramFilter;
            scores = isPenalty ? distribution.Scores.ToArray() : scores;
            tempered = isPenalty || filter is TemperatureFilter ? before : tempered;
        }

        var sampler = Sampler.Of(options);
        sampler.Skip(draws);
        int drawn = sampler.Draw(logits, ids);
        return new DistributionExplanation(
            Rows(logits, model, scores, tempered, distribution, stages), stages, drawn, options.Sampling is null ? null : sampler.LastRandom);
    }

    private static TokenExplanation[] Rows(
        ReadOnlySpan<float> logits, double[] model, double[] scores, double[] tempered, TokenDistribution distribution, List<FilterStage> stages)
    {
        var rows = new TokenExplanation[model.Length];
        double[] below = new double[model.Length + 1]; // the sums as computed by Sampler.Draw
        for (int id = 0; id < model.Length; id++)
        {
            below[id + 1] = below[id] + distribution.Probabilities()[id];
        }

        double sum = 0;
        int place = 0;
        foreach (int id in Enumerable.Range(0, model.Length).OrderByDescending(id => scores[id]).ThenBy(id => id))
        {
            double final = distribution.Probabilities()[id];
            sum += final;
            LogitsFilter? droppedBy = distribution.Keeps(id) ? null : stages[distribution.DroppedBy(id) - 1].Filter;
            rows[place++] = new TokenExplanation(
                id, logits[id], model[id], scores[id], tempered[id], droppedBy, final, sum, below[id], below[id + 1]);
        }

        return rows;
    }
}
