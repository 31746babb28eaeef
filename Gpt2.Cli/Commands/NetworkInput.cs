// The options of gpt2 network: what is learned, by how many neurons, and how.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

/// <summary>How a network is trained.</summary>
internal sealed record NetworkTraining(int Steps, double Rate, ulong Seed);

/// <summary>The options.</summary>
internal sealed class NetworkInput
{
    public const int MostNeurons = 1000, MostSteps = 1_000_000;

    private const int StandardNeurons = 8, TrainedNeurons = 16, StandardSteps = 2000;
    private const double StandardRate = 0.05;
    private const string StandardSizes = "1,2,4,8,16,32,64,200";

    private readonly Option<int?> neurons = CommonOptions.Whole(
        "--neurons", ["-n"], $"ReLUs of the network. Default: {StandardNeurons}; with --train {TrainedNeurons}.", least: 1, most: MostNeurons);

    private readonly Option<string?> knots = new("--knots")
    {
        Description = "Where the network meets the curve, instead of places at equal distances.",
        HelpName = "X,X,…",
    };

    private readonly Option<string?> compare = new("--compare")
    {
        Description = $"Compare networks of several sizes. Default: {StandardSizes}.",
        HelpName = "N,N,…",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> train = new("--train")
    {
        Description = "Find the network by gradient descent, from a random one.\nWithout this option it is made to meet the curve at some places.",
    };

    private readonly Option<int?> steps = CommonOptions.Whole(
        "--steps", [], $"Steps of gradient descent. Default: {StandardSteps}.", least: 0, most: MostSteps);

    private readonly Option<double?> rate = Rate(StandardRate);

    private readonly Option<ulong?> seed = CommonOptions.Whole<ulong>("--seed", ["-s"], "Seed of the random network. Default: 1.", least: 0);

    /// <summary>A file of points, for commands on networks.</summary>
    public Option<string?> Data { get; } = DataOption();

    public Option<string?> Svg { get; } = SvgOutput.Option("curve and network");

    public Option<bool> Json { get; } = CommonOptions.Json();

    public static Option<string?> DataOption() => new("--data")
    {
        Description = "Points of your own: CSV with x,y in a row; - is standard input.\n"
            + "Without this option: the parabola y = 5(x − 1)² + 1 on [0, 2].",
        HelpName = "FILE",
    };

    public static Option<double?> Rate(double standard) =>
        CommonOptions.Number<double>("--learning-rate", [], Invariant($"The learning rate. Default: {standard}."), "a number, for example 0.05");

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Data, neurons, knots, compare, train, steps, rate, seed, Svg, Json])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>How the network is trained; null if it is to interpolate.</summary>
    /// <exception cref="UsageException">Options contradict each other.</exception>
    public NetworkTraining? Training(ParseResult parsed)
    {
        bool wanted = parsed.GetValue(train);
        Refuse(parsed, !wanted, "without --train", steps, rate, seed);
        Refuse(parsed, wanted, "with --train", knots);
        Refuse(parsed, parsed.GetResult(compare) is not null, "with --compare", neurons, knots, Svg);
        Refuse(parsed, parsed.GetResult(knots) is not null, "with --knots", neurons);
        return wanted
            ? new NetworkTraining(
                parsed.GetValue(steps) ?? StandardSteps, RequireRate(parsed.GetValue(rate) ?? StandardRate), parsed.GetValue(seed) ?? 1)
            : null;
    }

    /// <summary>The number of neurons.</summary>
    /// <exception cref="UsageException">There are not so many places to interpolate at.</exception>
    public int Neurons(ParseResult parsed, NetworkCurve curve, bool trained) => trained
        ? parsed.GetValue(neurons) ?? TrainedNeurons
        : Fitting(parsed.GetValue(neurons), StandardNeurons, curve, "--neurons");

    /// <summary>A number of neurons that interpolate a curve.</summary>
    /// <exception cref="UsageException">There are not so many places.</exception>
    public static int Fitting(int? given, int standard, NetworkCurve curve, string option) =>
        given is int wanted && wanted > (curve.MostNeurons ?? wanted)
            ? throw new UsageException(
                $"found {wanted}", where: option,
                expected: $"at most {curve.MostNeurons}, one less than the {curve.Points.Count} points of {curve.Name}")
            : given ?? Math.Min(standard, curve.MostNeurons ?? standard);

    /// <summary>The places of --knots; null if it is not given.</summary>
    public double[]? Knots(ParseResult parsed)
    {
        double[]? places = parsed.GetValue(knots) is string text ? Numbers(text, "--knots", "two or more numbers, as in 0,0.5,2") : null;
        return places is null || places.Distinct().Count() >= 2 ? places : throw new UsageException(
            $"found '{parsed.GetValue(knots)}'", where: "--knots", expected: "two or more different numbers, as in 0,0.5,2");
    }

    /// <summary>The sizes of --compare; null if it is not given.</summary>
    public int[]? Sizes(ParseResult parsed, NetworkCurve curve, bool trained)
    {
        if (parsed.GetResult(compare) is null)
        {
            return null;
        }

        string text = parsed.GetValue(compare) ?? StandardSizes;
        int[] sizes = [.. text.Split(',').Select(part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size is >= 1 and <= MostNeurons
                ? size
                : throw new UsageException(
                    $"found '{text}'", where: "--compare", expected: $"whole numbers from 1 to {MostNeurons}, as in 2,8,200"))];
        bool asked = parsed.GetValue(compare) is not null;
        return trained ? sizes
            : asked ? [.. sizes.Select(size => Fitting(size, size, curve, "--compare"))]
            : curve.MostNeurons is int most ? [.. sizes.Where(size => size < most), Math.Min(most, MostNeurons)] : sizes;
    }

    /// <summary>Checks a learning rate.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static double RequireRate(double rate) => double.IsFinite(rate) && rate > 0
        ? rate
        : throw new UsageException(Invariant($"found {rate}"), where: "--learning-rate", expected: "a finite number of more than 0");

    /// <summary>Numbers with commas between them.</summary>
    /// <exception cref="UsageException">They are none.</exception>
    public static double[] Numbers(string text, string option, string expected) =>
    [
        .. text.Split(',').Select(part =>
            double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && Math.Abs(number) <= 1e6
                ? number + 0.0
                : throw new UsageException($"found '{text}'", where: option, expected: expected)),
    ];

    private static void Refuse(ParseResult parsed, bool refused, string why, params Option[] options)
    {
        foreach (Option option in options.Where(option => refused && parsed.GetResult(option) is { Implicit: false }))
        {
            throw new UsageException($"expected no {option.Name} {why}");
        }
    }
}
