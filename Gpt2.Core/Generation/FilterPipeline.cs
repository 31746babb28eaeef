// The filters of one choice, in the order of Hugging Face.

using Gpt2.Core.Generation.Filters;

namespace Gpt2.Core.Generation;

/// <summary>
/// repetition penalty → no-repeat-ngram → temperature → top-k → top-p → min-p; filters set to change nothing are left
/// out.
/// </summary>
internal sealed class FilterPipeline
{
    private readonly LogitsFilter[] filters;

    /// <param name="options">The penalties and the sampling filters; without sampling only the penalties.</param>
    /// <exception cref="Gpt2Exception">An option is not valid.</exception>
    public FilterPipeline(GenerationOptions options)
    {
        if (options.Problem() is Gpt2Exception problem)
        {
            throw problem;
        }

        var chosen = new List<LogitsFilter>();
        if (options.RepetitionPenalty != 1)
        {
            chosen.Add(new RepetitionPenaltyFilter(options.RepetitionPenalty));
        }

        if (options.NoRepeatNgram > 0)
        {
            chosen.Add(new NoRepeatNgramFilter(options.NoRepeatNgram));
        }

        if (options.Sampling is SamplingOptions sampling)
        {
            AddSampling(sampling, chosen);
        }

        filters = [.. chosen];
    }

    /// <summary>The filters that have an effect, in order.</summary>
    public IReadOnlyList<LogitsFilter> Filters => filters;

    /// <summary>Applies all filters to logits.</summary>
    /// <param name="logits">One logit per token. // [vocabulary]</param>
    /// <param name="ids">The tokens so far, including the prompt.</param>
    /// <param name="distribution">Receives the result.</param>
    /// <param name="shift">Subtracted from the logits first.</param>
    /// <exception cref="Gpt2Exception">The logits are not a distribution, see <see cref="Greedy.Choose"/>.</exception>
    public void Apply(ReadOnlySpan<float> logits, ReadOnlySpan<int> ids, TokenDistribution distribution, double shift = 0)
    {
        distribution.Load(logits, shift);
        foreach (LogitsFilter filter in filters)
        {
            distribution.Apply(filter, ids);
        }
    }

    private static void AddSampling(SamplingOptions sampling, List<LogitsFilter> chosen)
    {
        if (sampling.Temperature != 1)
        {
            chosen.Add(new TemperatureFilter(sampling.Temperature));
        }

        if (sampling.Temperature == 0)
        {
            return; // one token is left
        }

        if (sampling.TopK > 0)
        {
            chosen.Add(new TopKFilter(sampling.TopK));
        }

        if (sampling.TopP < 1)
        {
            chosen.Add(new TopPFilter(sampling.TopP));
        }

        if (sampling.MinP > 0)
        {
            chosen.Add(new MinPFilter(sampling.MinP));
        }
    }
}
