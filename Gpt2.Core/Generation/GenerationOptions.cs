// Everything that shapes one completion: how tokens are chosen, how repetition is penalised, and where the text ends.

using Gpt2.Core.Generation.Filters;
using static System.FormattableString;

namespace Gpt2.Core.Generation;

/// <summary>Settings of a completion. The defaults are greedy choice of at most 50 tokens.</summary>
public sealed record GenerationOptions
{
    /// <summary>The maximum number of tokens to generate.</summary>
    public int MaxNewTokens { get; init; } = 50;

    /// <summary>How to draw tokens; null takes the most probable one (greedy).</summary>
    public SamplingOptions? Sampling { get; init; }

    /// <summary>Penalty on tokens of prompt and output, see <see cref="RepetitionPenaltyFilter"/>; 1 is none.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>
    /// No sequence of this many tokens occurs twice, see <see cref="NoRepeatNgramFilter"/>; 0 allows all.
    /// </summary>
    public int NoRepeatNgram { get; init; }

    /// <summary>The text ends before the first of these strings that occurs in it, even if that spans tokens.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Number of most probable tokens to list with each generated one.</summary>
    public int Alternatives { get; init; }

    /// <summary>What is wrong with the values; null if nothing is.</summary>
    public Gpt2Exception? Problem()
    {
        if (MaxNewTokens < 0)
        {
            return new Gpt2Exception(Invariant($"max-new-tokens is {MaxNewTokens}")) { Expected = "at least 0" };
        }

        if (!double.IsFinite(RepetitionPenalty) || RepetitionPenalty <= 0)
        {
            return new Gpt2Exception(Invariant($"repetition-penalty is {RepetitionPenalty}"))
            {
                Expected = "a finite number of more than 0; 1 is no penalty",
            };
        }

        if (NoRepeatNgram < 0)
        {
            return new Gpt2Exception(Invariant($"no-repeat-ngram is {NoRepeatNgram}")) { Expected = "at least 0, which allows all" };
        }

        if (Alternatives < 0)
        {
            return new Gpt2Exception(Invariant($"the number of alternatives is {Alternatives}")) { Expected = "at least 0" };
        }

        return Stop.Any(string.IsNullOrEmpty)
            ? new Gpt2Exception("a stop string is empty") { Expected = "at least one character" }
            : Sampling?.Problem();
    }
}
