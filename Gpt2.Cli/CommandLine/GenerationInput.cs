// The options that shape a completion: how long it is, how tokens are drawn, how repetition is penalised.

using System.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Generation;

namespace Gpt2.Cli.CommandLine;

/// <summary>The options of a command that chooses tokens.</summary>
/// <param name="standardTokens">
/// The default of --max-new-tokens; null for a command that does not have this option.
/// </param>
/// <param name="draws">Whether tokens can be drawn at random.</param>
internal sealed class GenerationInput(int? standardTokens, bool draws)
{
    public Option<int> MaxNewTokens { get; } = CommonOptions.Count(
        "--max-new-tokens", ["-n"], "The maximum number of tokens to generate.", least: 0, standard: standardTokens ?? 1);

    private readonly Option<double?> repetitionPenalty = CommonOptions.Number<double>(
        "--repetition-penalty", [],
        "Make tokens that occurred less probable. Default: 1, off.\n"
            + "Of tokens that occurred in prompt or output, positive logits are divided by X and negative ones multiplied.",
        "a number, for example 1.2");

    private readonly Option<int?> noRepeatNgram = CommonOptions.Whole(
        "--no-repeat-ngram", ["--no-repeat-ngram-size"], "Let no N tokens occur twice. Default: 0, off.",
        least: 0, expected: "a whole number, for example 3");

    /// <summary>The options for drawing at random.</summary>
    public SamplingInput Sampling { get; } = new();

    public void AddTo(Command command)
    {
        if (standardTokens is not null)
        {
            command.Options.Add(MaxNewTokens);
        }

        if (draws)
        {
            Sampling.AddTo(command);
        }

        command.Options.Add(repetitionPenalty);
        command.Options.Add(noRepeatNgram);
    }

    /// <summary>Reads the options.</summary>
    /// <exception cref="UsageException">A value is not valid.</exception>
    public GenerationOptions Read(ParseResult parsed)
    {
        var options = new GenerationOptions
        {
            MaxNewTokens = standardTokens is null ? 1 : parsed.GetValue(MaxNewTokens),
            Sampling = draws ? Sampling.Read(parsed) : null,
            RepetitionPenalty = parsed.GetValue(repetitionPenalty) ?? 1,
            NoRepeatNgram = parsed.GetValue(noRepeatNgram) ?? 0,
        };
        return options.Problem() is Gpt2Exception problem ? throw new UsageException(problem) : options;
    }
}
