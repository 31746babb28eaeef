// Everything that shapes one completion: how tokens are chosen, what is held against repetition, and where it ends.

using Gpt2.Core.Generation.Filters;
using static System.FormattableString;

namespace Gpt2.Core.Generation;

/// <summary>Settings of a completion. The standard values are greedy choice of at most 50 tokens.</summary>
public sealed record GenerationOptions
{
    /// <summary>The maximum number of tokens to generate.</summary>
    public int MaxNewTokens { get; init; } = 50;

    /// <summary>How to draw tokens; null takes the most probable one (greedy).</summary>
    public SamplingOptions? Sampling { get; init; }

    /// <summary>Penalty on tokens of prompt and output, see <see cref="RepetitionPenaltyFilter"/>; 1 is none.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>No sequence of this many tokens occurs twice, see <see cref="NoRepeatNgramFilter"/>; 0 allows all.</summary>
    public int NoRepeatNgram { get; init; }

    /// <summary>The text ends before the first of these that occurs in it, also where it spans tokens.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>How many of the most probable tokens are named beside each generated one.</summary>
    public int Alternatives { get; init; }

    /// <summary>Says what is wrong with the values, in one line, or null.</summary>
    public string? Problem()
    {
        if (MaxNewTokens < 0)
        {
            return Invariant($"max-new-tokens is {MaxNewTokens}, expected at least 0");
        }

        if (!double.IsFinite(RepetitionPenalty) || RepetitionPenalty <= 0)
        {
            return Invariant(
                $"repetition-penalty is {RepetitionPenalty}, expected a finite number of more than 0; 1 is no penalty");
        }

        if (NoRepeatNgram < 0)
        {
            return Invariant($"no-repeat-ngram is {NoRepeatNgram}, expected at least 0, which allows all");
        }

        if (Alternatives < 0)
        {
            return Invariant($"the number of alternatives is {Alternatives}, expected at least 0");
        }

        return Stop.Any(string.IsNullOrEmpty) ? "a stop string is empty, expected at least one character" : Sampling?.Problem();
    }
}
