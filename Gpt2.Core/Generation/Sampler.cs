// Chooses the next token: filters, then the largest score or one random number. The loop is in GenerationSession.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Generation;

/// <summary>
/// A choice among filtered logits, greedy or by a seeded draw. The random numbers of a seed
/// (<see cref="RandomGenerator"/>, xoshiro256**) are the same on every machine and .NET version. Logits differ between
/// kernels in their last bits, which changes a token only if the random number falls between the two. Buffers and the
/// state of the random numbers are kept between draws, so a sampler is not for use by several threads at once.
/// </summary>
internal sealed class Sampler
{
    private readonly FilterPipeline filters;
    private readonly TokenDistribution distribution = new();
    private readonly RandomGenerator? random;

    /// <exception cref="Gpt2Exception">An option is not valid.</exception>
    public Sampler(SamplingOptions options)
        : this(new GenerationOptions { Sampling = options })
    {
    }

    private Sampler(GenerationOptions options)
    {
        filters = new FilterPipeline(options);
        random = options.Sampling is SamplingOptions sampling ? new RandomGenerator(sampling.Seed) : null;
    }

    /// <summary>The random number of the last draw, in [0, 1); 0 before the first and for greedy choice.</summary>
    public double LastRandom { get; private set; }

    /// <param name="options">
    /// Sampling and penalties are used; without sampling the choice is greedy and takes no random number.
    /// </param>
    /// <exception cref="Gpt2Exception">An option is not valid.</exception>
    public static Sampler Of(GenerationOptions options) => new(options);

    /// <summary>Passes over the random numbers of draws that were made before.</summary>
    public void Skip(int draws)
    {
        for (int draw = 0; draw < draws; draw++)
        {
            random?.NextDouble();
        }
    }

    /// <summary>
    /// Chooses a token. A draw takes exactly one random number u in [0, 1), even at temperature 0, and returns the
    /// first id at which the sum of the probabilities, in the order of ids, exceeds u.
    /// </summary>
    /// <param name="logits">One logit per token. // [vocabulary]</param>
    /// <param name="ids">The tokens so far, including the prompt, for penalties.</param>
    /// <exception cref="Gpt2Exception">The logits are not a distribution, see <see cref="Greedy.Choose"/>.</exception>
    public int Draw(ReadOnlySpan<float> logits, ReadOnlySpan<int> ids = default)
    {
        if (random is null)
        {
            return Best(logits, ids);
        }

        ReadOnlySpan<double> probabilities = Distribution(logits, ids);
        LastRandom = random.NextDouble();
        double sum = 0;
        int drawn = -1;
        for (int id = 0; id < probabilities.Length && sum <= LastRandom; id++)
        {
            if (probabilities[id] > 0)
            {
                sum += probabilities[id];
                drawn = id; // the last one kept, if rounding leaves the whole sum at or below u
            }
        }

        return drawn;
    }

    /// <summary>
    /// The probabilities that <see cref="Draw"/> uses: softmax over the tokens that all filters keep, 0 for the others.
    /// Temperature 0 gives 1 to the token that <see cref="Greedy"/> chooses.
    /// </summary>
    /// <param name="logits">One logit per token. // [vocabulary]</param>
    /// <param name="ids">The tokens so far, including the prompt.</param>
    /// <returns>One probability per token, valid until the next call.</returns>
    /// <exception cref="Gpt2Exception">The logits are not a distribution, see <see cref="Greedy.Choose"/>.</exception>
    public ReadOnlySpan<double> Distribution(ReadOnlySpan<float> logits, ReadOnlySpan<int> ids = default)
    {
        filters.Apply(logits, ids, distribution);
        return distribution.Probabilities();
    }

    private int Best(ReadOnlySpan<float> logits, ReadOnlySpan<int> ids)
    {
        if (filters.Filters.Count == 0)
        {
            return Greedy.Choose(logits);
        }

        filters.Apply(logits, ids, distribution);
        return distribution.Best();
    }
}
