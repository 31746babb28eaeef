// Examples to learn from and examples to validate on. Examples with the same prompt are on the same side, or the loss of what was
// learned by heart would count as that of what was understood.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.PostTraining.Data;

/// <summary>Two parts of the examples of a file, in its order.</summary>
/// <param name="Training">One or more.</param>
/// <param name="Validation">None if the share is 0 or all have one prompt.</param>
internal sealed record ExampleSplit(IReadOnlyList<PreparedExample> Training, IReadOnlyList<PreparedExample> Validation)
{
    /// <summary>Keeps prompts for validation, in an order by seed, until they have the share of the examples.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="share">The share to keep, from 0 to less than 1.</param>
    /// <param name="seed">Another seed keeps others.</param>
    public static ExampleSplit Of(IReadOnlyList<PreparedExample> examples, double share, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, 1);
        PreparedExample[][] prompts = [.. examples.GroupBy(example => example.PromptText).Select(group => group.ToArray())];
        Shuffling.Shuffle(prompts, new RandomGenerator(seed));
        HashSet<string> kept = [];
        int count = 0;
        foreach (PreparedExample[] prompt in prompts.SkipLast(1)) // one at least is to be learned
        {
            if (count >= share * examples.Count)
            {
                break;
            }

            kept.Add(prompt[0].PromptText);
            count += prompt.Length;
        }

        return new ExampleSplit(
            [.. examples.Where(example => !kept.Contains(example.PromptText))], [.. examples.Where(example => kept.Contains(example.PromptText))]);
    }
}

/// <summary>Random orders.</summary>
internal static class Shuffling
{
    /// <summary>Every order is equally probable (Fisher and Yates).</summary>
    public static void Shuffle<T>(Span<T> items, RandomGenerator random)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int other = (int)(random.NextDouble() * (i + 1));
            (items[i], items[other]) = (items[other], items[i]);
        }
    }
}
