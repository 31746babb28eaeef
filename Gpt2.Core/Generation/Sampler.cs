// Draws the next token: temperature, then top-k, then top-p, then one random number. The loop is GenerationSession's.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Generation;

/// <summary>
/// A seeded draw from filtered logits. The random numbers of a seed (<see cref="RandomGenerator"/>, xoshiro256**) are
/// the same on every machine and .NET version; logits differ between kernels in their last bits, which changes a token
/// only where the random number falls between the two. Buffers and the state of the random numbers are kept from draw to
/// draw, so it is not for several threads at once.
/// </summary>
public sealed class Sampler
{
    private readonly SamplingOptions options;
    private readonly RandomGenerator random;
    private readonly PriorityQueue<int, float> largest = new(); // the smallest of them is on top
    private double[] probabilities = []; // [vocabulary]
    private Ranked[] ranked = []; // [vocabulary]

    /// <exception cref="Gpt2Exception">An option makes no sense.</exception>
    public Sampler(SamplingOptions options)
    {
        if (options.Problem() is string problem)
        {
            throw new Gpt2Exception(problem);
        }

        this.options = options;
        random = new RandomGenerator(options.Seed);
    }

    /// <summary>
    /// Draws a token with exactly one random number u in [0, 1), at temperature 0 too: the first id at which the sum of
    /// the probabilities, in the order of ids, exceeds u.
    /// </summary>
    /// <param name="logits">One logit per token. // [vocabulary]</param>
    /// <exception cref="Gpt2Exception">A logit is NaN.</exception>
    public int Draw(ReadOnlySpan<float> logits)
    {
        ReadOnlySpan<double> distribution = Distribution(logits);
        double u = random.NextDouble();
        double sum = 0;
        int drawn = -1;
        for (int id = 0; id < distribution.Length && sum <= u; id++)
        {
            if (distribution[id] > 0)
            {
                sum += distribution[id];
                drawn = id; // the last one kept, should rounding leave the whole sum at or below u
            }
        }

        return drawn;
    }

    /// <summary>
    /// The probabilities that <see cref="Draw"/> uses: softmax(logits / temperature) over the tokens that top-k and then
    /// top-p keep, 0 for the others. Temperature 0 gives 1 to the token that <see cref="Greedy"/> chooses.
    /// </summary>
    /// <param name="logits">One logit per token. // [vocabulary]</param>
    /// <returns>One probability per token, valid until the next call.</returns>
    /// <exception cref="Gpt2Exception">A logit is NaN.</exception>
    public ReadOnlySpan<double> Distribution(ReadOnlySpan<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfZero(logits.Length);
        int best = Greedy.Choose(logits); // refuses NaN, which has no order
        if (probabilities.Length != logits.Length)
        {
            probabilities = new double[logits.Length];
            ranked = new Ranked[logits.Length];
        }

        if (options.Temperature == 0)
        {
            Array.Clear(probabilities);
            probabilities[best] = 1;
            return probabilities;
        }

        float least = options.TopK == 0 || options.TopK >= logits.Length ? float.NegativeInfinity : LastOfTopK(logits);
        Softmax(logits, logits[best], least);
        if (options.TopP < 1)
        {
            KeepTopP(logits);
        }

        return probabilities;
    }

    /// <summary>The logit at the k-th place: whatever equals it stays.</summary>
    private float LastOfTopK(ReadOnlySpan<float> logits)
    {
        largest.Clear();
        float least = float.NegativeInfinity;
        for (int id = 0; id < logits.Length; id++)
        {
            if (largest.Count < options.TopK)
            {
                largest.Enqueue(id, logits[id]);
            }
            else if (logits[id] > least)
            {
                largest.DequeueEnqueue(id, logits[id]);
            }
            else
            {
                continue;
            }

            largest.TryPeek(out _, out least);
        }

        return least;
    }

    private void Softmax(ReadOnlySpan<float> logits, float most, float least)
    {
        double sum = 0;
        for (int id = 0; id < logits.Length; id++)
        {
            double weight = 0;
            if (logits[id] >= least)
            {
                // Infinities have no difference, but if they are the largest logit their weight is that logit's.
                weight = logits[id] == most ? 1 : Math.Exp(((double)logits[id] - most) / options.Temperature);
            }

            probabilities[id] = weight;
            sum += weight;
        }

        Divide(sum);
    }

    /// <summary>Keeps the most probable tokens, of equal ones the lower id first, while the sum before them is below p.</summary>
    private void KeepTopP(ReadOnlySpan<float> logits)
    {
        // All tokens below this together have less than 1 - p, so the sum reaches p before them: no need to rank them.
        double negligible = (1 - options.TopP) / logits.Length;
        int count = 0;
        for (int id = 0; id < logits.Length; id++)
        {
            if (probabilities[id] < negligible)
            {
                probabilities[id] = 0;
            }
            else
            {
                ranked[count++] = new Ranked(logits[id], id);
            }
        }

        ranked.AsSpan(0, count).Sort();
        double sum = 0;
        for (int place = 0; place < count; place++)
        {
            ref double probability = ref probabilities[ranked[place].Id];
            probability = sum < options.TopP ? probability : 0;
            sum += probability;
        }

        Divide(sum);
    }

    private void Divide(double sum)
    {
        foreach (ref double probability in probabilities.AsSpan())
        {
            probability /= sum;
        }
    }

    /// <summary>Sorts by falling logit, then by rising id.</summary>
    private readonly record struct Ranked(float Logit, int Id) : IComparable<Ranked>
    {
        public int CompareTo(Ranked other) => Logit == other.Logit ? Id.CompareTo(other.Id) : other.Logit.CompareTo(Logit);
    }
}
