// How the next token is drawn: the settings and their valid values.

using static System.FormattableString;

namespace Gpt2.Core.Generation;

/// <summary>Settings of a <see cref="Sampler"/>. The defaults draw from the model's own distribution.</summary>
public sealed record SamplingOptions
{
    /// <summary>Logits are divided by this: below 1 sharper, above 1 flatter, 0 greedy.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>
    /// Only this many of the most probable tokens are kept, and any ties with the last of them; 0 keeps all.
    /// </summary>
    public int TopK { get; init; }

    /// <summary>Only the most probable tokens are kept until their sum reaches this share; 1 keeps all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only tokens with at least this share of the largest probability are kept; 0 keeps all.</summary>
    public double MinP { get; init; }

    /// <summary>Seed of the random numbers.</summary>
    public ulong Seed { get; init; }

    /// <summary>What is wrong with the values; null if nothing is.</summary>
    public Gpt2Exception? Problem()
    {
        if (!double.IsFinite(Temperature) || Temperature < 0)
        {
            return new Gpt2Exception(Invariant($"temperature is {Temperature}")) { Expected = "a finite number of at least 0" };
        }

        if (TopK < 0)
        {
            return new Gpt2Exception(Invariant($"top-k is {TopK}")) { Expected = "at least 0, which keeps all tokens" };
        }

        if (TopP is not (> 0 and <= 1))
        {
            return new Gpt2Exception(Invariant($"top-p is {TopP}")) { Expected = "more than 0 and at most 1, which keeps all tokens" };
        }

        return MinP is >= 0 and <= 1
            ? null
            : new Gpt2Exception(Invariant($"min-p is {MinP}")) { Expected = "0, which keeps all tokens, to 1" };
    }
}
