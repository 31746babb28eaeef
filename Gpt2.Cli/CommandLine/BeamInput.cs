// The options of beam search: --num-beams, --length-penalty, --early-stopping, and how many texts are wanted.

using System.CommandLine;
using Gpt2.Core.Generation;
using Gpt2.Core.Generation.Beams;

namespace Gpt2.Cli.CommandLine;

/// <summary>The options of a command that can search with beams.</summary>
/// <param name="standardBeams">The number of beams where none is given; null for a command that does not search then.</param>
internal sealed class BeamInput(int? standardBeams)
{
    /// <summary>Each sample takes some memory before the first is shown.</summary>
    private const int MostSamples = 100_000;

    private readonly Option<int?> numBeams = CommonOptions.Number<int>(
        "--num-beams", [],
        "Search with N beams: the N best unfinished texts go on. " + (standardBeams is null ? "Default: no search." : $"Default: {standardBeams}."),
        "a whole number, for example 4");

    private readonly Option<double?> lengthPenalty = CommonOptions.Number<double>(
        "--length-penalty", [],
        "Of beam search: a text's score is its sum of log-probabilities / length^X; above 0 favours long texts. Default: 1.",
        "a number, for example 0.5");

    private readonly Option<bool> earlyStopping = new("--early-stopping")
    {
        Description = "Of beam search: end as soon as as many texts as beams are finished.",
    };

    private readonly Option<int?> samples = CommonOptions.Number<int>(
        "--num-samples", ["--num-return-sequences"],
        standardBeams is null ? "How many texts: draws with the seeds S, S+1, …, or the best of beam search. Default: 1." : "How many of the best texts to show. Default: 1.",
        "a whole number, for example 3");

    public void AddTo(Command command)
    {
        command.Options.Add(numBeams);
        command.Options.Add(lengthPenalty);
        command.Options.Add(earlyStopping);
        command.Options.Add(samples);
    }

    /// <summary>How many texts are wanted.</summary>
    /// <exception cref="UsageException">None, or more than anybody reads.</exception>
    public int Samples(ParseResult parsed)
    {
        int count = parsed.GetValue(samples) ?? 1;
        return count is >= 1 and <= MostSamples
            ? count
            : throw new UsageException(FormattableString.Invariant($"--num-samples: found {count}, expected 1 to {MostSamples}"));
    }

    /// <summary>How to search; null where no search is wanted.</summary>
    /// <exception cref="UsageException">A value makes no sense.</exception>
    public BeamOptions? Read(ParseResult parsed, GenerationOptions generation)
    {
        if (standardBeams is null && parsed.GetValue(numBeams) is null)
        {
            Option[] rest = [lengthPenalty, earlyStopping];
            return rest.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is Option given
                ? throw new UsageException($"{given.Name} is of beam search: add --num-beams")
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
        return options.Problem() is string problem ? throw new UsageException(problem) : options;
    }
}
