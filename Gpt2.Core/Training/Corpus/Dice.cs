// Choices made with the project's own random numbers: a whole number, one of several, yes or no.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Training.Corpus;

/// <summary>Draws for the training text; the same seed gives the same draws everywhere.</summary>
internal sealed class Dice(ulong seed)
{
    private readonly RandomGenerator generator = new(seed);

    /// <summary>A whole number from 0 to <paramref name="count"/> − 1.</summary>
    public int Below(int count) => (int)(generator.NextDouble() * count);

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    public bool Chance(double probability) => generator.NextDouble() < probability;

    public string Pick(params ReadOnlySpan<string> choices) => choices[Below(choices.Length)];

    public T Of<T>(T[] choices) => choices[Below(choices.Length)];

    /// <summary>An index, each with a probability proportional to its weight.</summary>
    public int Weighted(ReadOnlySpan<double> weights)
    {
        double total = 0;
        foreach (double weight in weights)
        {
            total += weight;
        }

        double left = generator.NextDouble() * total;
        for (int i = 0; i < weights.Length - 1; i++)
        {
            left -= weights[i];
            if (left < 0)
            {
                return i;
            }
        }

        return weights.Length - 1;
    }
}
