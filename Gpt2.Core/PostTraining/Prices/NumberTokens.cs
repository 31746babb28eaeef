// The tokens of a vocabulary that are prices, and a distribution over them.

using System.Globalization;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;

namespace Gpt2.Core.PostTraining.Prices;

/// <summary>The tokens that are a number from 1 to 999, written without leading zeros, by their numbers.</summary>
internal sealed class NumberTokens
{
    /// <param name="vocabulary">The vocabulary.</param>
    /// <exception cref="Gpt2Exception">It has no such token.</exception>
    public NumberTokens(Vocabulary vocabulary)
    {
        var tokenizer = new Tokenizer(vocabulary);
        All = [.. Enumerable.Range(PriceRange.Least, PriceRange.Most - PriceRange.Least + 1)
            .Select(number => (Number: number, Ids: tokenizer.Encode(number.ToString(CultureInfo.InvariantCulture))))
            .Where(token => token.Ids.Length == 1).Select(token => (token.Number, token.Ids[0]))];
        if (All.Count == 0)
        {
            throw new Gpt2Exception("no token of the vocabulary is a number") { Expected = $"tokens from {PriceRange.Least} to {PriceRange.Most}" };
        }
    }

    /// <summary>Number and id of each, by the numbers.</summary>
    public IReadOnlyList<(int Number, int Id)> All { get; }

    /// <summary>Softmax over the number tokens alone: what the model says if the next token is a number.</summary>
    /// <param name="logits">The logits of all tokens.</param>
    public NumberDistribution Read(ReadOnlySpan<float> logits)
    {
        double largest = double.NegativeInfinity;
        foreach ((_, int id) in All)
        {
            largest = Math.Max(largest, logits[id]);
        }

        var probabilities = new double[All.Count];
        double sum = 0;
        for (int i = 0; i < probabilities.Length; i++)
        {
            probabilities[i] = Math.Exp(logits[All[i].Id] - largest);
            sum += probabilities[i];
        }

        return new NumberDistribution([.. All.Zip(probabilities, (token, power) => (token.Number, power / sum))]);
    }
}

/// <summary>Numbers with their probabilities, and three ways to read one number from them.</summary>
/// <param name="Numbers">The numbers in rising order; the probabilities add up to 1.</param>
internal sealed record NumberDistribution(IReadOnlyList<(int Number, double Probability)> Numbers)
{
    /// <summary>The most probable number; of equally probable ones the smallest.</summary>
    public double MostProbable => Numbers.MaxBy(number => number.Probability).Number;

    /// <summary>The smallest number that with all below it has at least half of the probability.</summary>
    public double Median
    {
        get
        {
            double sum = 0;
            foreach ((int number, double probability) in Numbers)
            {
                sum += probability;
                if (sum >= 0.5)
                {
                    return number;
                }
            }

            return Numbers[^1].Number; // rounding
        }
    }

    /// <summary>The k most probable numbers, the most probable first; of equally probable ones the smaller first.</summary>
    public IReadOnlyList<(int Number, double Probability)> Top(int k) => [.. Numbers.OrderByDescending(number => number.Probability).Take(k)];

    /// <summary>The mean of the k most probable numbers, weighted by their probabilities: Σ p · n / Σ p.</summary>
    public double MeanOfTop(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        IReadOnlyList<(int Number, double Probability)> top = Top(k);
        return top.Sum(number => number.Probability * number.Number) / top.Sum(number => number.Probability);
    }
}
