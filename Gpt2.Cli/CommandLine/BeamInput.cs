// The options of beam search: --num-beams, --length-penalty, --early-stopping, and the number of texts.

using System.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Generation.Beams;

namespace Gpt2.Cli.CommandLine;

/// <summary>The options of a command that can search with beams.</summary>
/// <param name="standardBeams">The default number of beams; null for a command that does not search by default.</param>
internal sealed class BeamInput(int? standardBeams)
{
    /// <summary>Each sample needs some memory before the first is shown.</summary>
    private const int MaxSamples = 100_000;

    private readonly Option<int?> numBeams = CommonOptions.Whole(
        "--num-beams", [],
        (standardBeams is null ? "Search with N beams. Default: no search." : $"Search with N beams. Default: {standardBeams}.")
            + "\nThe N best unfinished texts are continued, token by token.",
        least: 1, most: BeamOptions.MaxBeams, expected: "a whole number, for example 4");

    private readonly Option<double?> lengthPenalty = CommonOptions.Number<double>(
        "--length-penalty", [],
        "How beams of different lengths compare. Default: 1.\nA text's score is its sum of log-probabilities / length^X; above 0 favours long texts.",
        "a number, for example 0.5");

    private readonly Option<bool> earlyStopping = new("--early-stopping")
    {
        Description = "End the search early.\nThe search ends once there are as many finished texts as beams, even if a better one could come.",
    };

    private readonly Option<int?> samples = CommonOptions.Whole(
        "--num-samples", ["--num-return-sequences"],
        standardBeams is null
            ? "How many texts to show. Default: 1.\nDraws with the seeds S, S+1, …, or the best of beam search."
            : "How many of the best texts to show. Default: 1.",
        least: 1, most: MaxSamples, expected: "a whole number, for example 3");

    public void AddTo(Command command)
    {
        command.Options.Add(numBeams);
        command.Options.Add(lengthPenalty);
        command.Options.Add(earlyStopping);
        command.Options.Add(samples);
    }

    /// <summary>The number of texts wanted.</summary>
    public int Samples(ParseResult parsed) => parsed.GetValue(samples) ?? 1;

    /// <summary>How to search; null if no search is wanted.</summary>
    /// <exception cref="UsageException">A value is not valid.</exception>
    public BeamOptions? Read(ParseResult parsed, GenerationOptions generation)
    {
        if (standardBeams is null && parsed.GetValue(numBeams) is null)
        {
            Option[] rest = [lengthPenalty, earlyStopping];
            return rest.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is Option given
                ? throw new UsageException($"{given.Name} needs beam search: add --num-beams")
                : null;
        }

        var options = new BeamOptions
        {
            MaxNewTokens = generation.MaxNewTokens,
            NumBeams = parsed.GetValue(numBeams) ?? standardBeams!.Value,
            LengthPenalty = parsed.GetValue(lengthPenalty) ?? 1,
            EarlyStopping = parsed.GetValue(earlyStopping),
            Results = Samples(parsed),
            RepetitionPenalty = generation.RepetitionPenalty,
            NoRepeatNgram = generation.NoRepeatNgram,
        };
        return options.Problem() is Gpt2Exception problem ? throw new UsageException(problem) : options;
    }
}
