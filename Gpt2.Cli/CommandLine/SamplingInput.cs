// The options for drawing tokens at random: --temperature, --top-k, --top-p, --min-p and --seed.

using System.CommandLine;
using System.Globalization;
using Gpt2.Core;
using Gpt2.Core.Generation;

namespace Gpt2.Cli.CommandLine;

/// <summary>The options of a command that can sample.</summary>
internal sealed class SamplingInput
{
    private readonly Option<double?> temperature = CommonOptions.Number<double>(
        "--temperature", [], "Draw from logits / X; 0 is greedy. Default: 1.\nBelow 1 the distribution gets sharper, above 1 flatter.",
        "a number, for example 0.8");

    private readonly Option<int?> topK = CommonOptions.Whole(
        "--top-k", [], "Draw from the N most probable. Default: 0, all.\nTokens that equal the last of them are kept as well.",
        least: 0, expected: "a whole number, for example 40");

    private readonly Option<double?> topP = CommonOptions.Number<double>(
        "--top-p", [], "Draw from the most probable whose sum is X. Default: 1.\nThe token that reaches X is kept; 1 is all. Applied after --top-k.",
        "a number, for example 0.9");

    private readonly Option<double?> minP = CommonOptions.Number<double>(
        "--min-p", [],
        "Drop tokens below X times the best. Default: 0.\n"
            + "Keeps the tokens with at least X times the probability of the most probable one; 0 is all.",
        "a number, for example 0.05");

    private readonly Option<ulong?> seed = CommonOptions.Whole<ulong>(
        "--seed", ["-s"],
        "Seed of the draws. Default: a fresh one.\n"
            + "The same seed gives the same tokens on every machine. A fresh one is printed on standard error.",
        least: 0);

    public void AddTo(Command command)
    {
        command.Options.Add(temperature);
        command.Options.Add(topK);
        command.Options.Add(topP);
        command.Options.Add(minP);
        command.Options.Add(seed);
    }

    /// <summary>Whether one of the options is given.</summary>
    public bool IsGiven(ParseResult parsed)
    {
        Option[] all = [temperature, topK, topP, minP, seed];
        return all.Any(option => parsed.GetResult(option) is not null);
    }

    /// <summary>How to draw; null for greedy choice, which is the default if none of the options is given.</summary>
    /// <exception cref="UsageException">A value is not valid.</exception>
    public SamplingOptions? Read(ParseResult parsed)
    {
        if (!IsGiven(parsed))
        {
            return null;
        }

        var standard = new SamplingOptions();
        var options = new SamplingOptions
        {
            Temperature = parsed.GetValue(temperature) ?? standard.Temperature,
            TopK = parsed.GetValue(topK) ?? standard.TopK,
            TopP = parsed.GetValue(topP) ?? standard.TopP,
            MinP = parsed.GetValue(minP) ?? standard.MinP,
            Seed = parsed.GetValue(seed) ?? (ulong)Random.Shared.Next(), // short enough to type
        };
        return options.Problem() is Gpt2Exception problem ? throw new UsageException(problem) : options;
    }

    /// <summary>Says which seed is used if none was given, so that the run can be repeated.</summary>
    public void NoteSeed(ParseResult parsed, SamplingOptions? options, CommandIo io)
    {
        if (options is { Temperature: > 0 } && parsed.GetValue(seed) is null)
        {
            io.Note("seed " + options.Seed.ToString(CultureInfo.InvariantCulture));
        }
    }
}
