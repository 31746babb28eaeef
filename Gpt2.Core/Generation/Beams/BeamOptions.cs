// The settings of beam search.

using static System.FormattableString;

namespace Gpt2.Core.Generation.Beams;

/// <summary>Settings of a <see cref="BeamSearch"/>.</summary>
public sealed record BeamOptions
{
    /// <summary>
    /// The maximum of <see cref="NumBeams"/>: more than any vocabulary needs, and few enough to number their branches.
    /// </summary>
    public const int MaxBeams = 1 << 16;

    /// <summary>The maximum number of tokens to generate.</summary>
    public int MaxNewTokens { get; init; } = 50;

    /// <summary>Number of unfinished texts that are continued from step to step.</summary>
    public int NumBeams { get; init; } = 4;

    /// <summary>
    /// The score of a text is its sum of log-probabilities / (number of generated tokens)^penalty. The sum is negative,
    /// so a penalty above 0 favours long texts, 0 ignores the length, and below 0 favours short texts.
    /// </summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>
    /// Whether to end once there are as many finished texts as beams (Hugging Face's early_stopping = True). Otherwise
    /// the search ends when no unfinished text can reach a better score ("never").
    /// </summary>
    public bool EarlyStopping { get; init; }

    /// <summary>Number of texts wanted, at most the number of beams.</summary>
    public int Results { get; init; } = 1;

    /// <summary>
    /// Penalty on tokens of prompt and output, applied to log-probabilities as in Hugging Face; 1 is none.
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>No sequence of this many tokens occurs twice; 0 allows all.</summary>
    public int NoRepeatNgram { get; init; }

    /// <summary>What is wrong with the values; null if nothing is.</summary>
    public Gpt2Exception? Problem()
    {
        if (NumBeams is < 1 or > MaxBeams)
        {
            return new Gpt2Exception(Invariant($"num-beams is {NumBeams}")) { Expected = Invariant($"1 to {MaxBeams}") };
        }

        if (!double.IsFinite(LengthPenalty))
        {
            return new Gpt2Exception(Invariant($"length-penalty is {LengthPenalty}")) { Expected = "a finite number" };
        }

        return Results < 1 || Results > NumBeams
            ? new Gpt2Exception(Invariant($"{Results} results of {NumBeams} beams")) { Expected = Invariant($"1 to {NumBeams}") }
            : Penalties().Problem();
    }

    /// <summary>Length and penalties as options of a completion.</summary>
    internal GenerationOptions Penalties() =>
        new() { MaxNewTokens = MaxNewTokens, RepetitionPenalty = RepetitionPenalty, NoRepeatNgram = NoRepeatNgram };
}
