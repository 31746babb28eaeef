// What the lesson on neural networks asks. It needs no pass: each question holds a whole network, and nothing is kept.

using Gpt2.Cli.Http;
using Gpt2.Core;
using Gpt2.Core.Drawing;
using Gpt2.Core.Laboratory;
using Microsoft.AspNetCore.Http;
using static System.FormattableString;

namespace Gpt2.Cli.Explore;

/// <summary>Answers questions about small networks.</summary>
/// <param name="limits">What is accepted.</param>
internal sealed class NetworkEndpoints(ExplorerLimits limits)
{
    private const int GridSize = 81, Levels = 14;

    /// <summary>Half the width of a finite difference.</summary>
    private const double H = 1e-5;

    private const double LargestRate = 1000;

    private static readonly IReadOnlyList<CurvePoint> Points = Parabola.Points();

    private static readonly Lazy<NetworkErrorsBody> Errors = new(() =>
    {
        ReluNetwork[] all = [.. Enumerable.Range(1, ExplorerLimits.NetworkNeurons).Select(ReluNetwork.Interpolating)];
        return new NetworkErrorsBody(
            [.. all.Select(network => network.MeanSquaredError(Points))], [.. all.Select(network => network.IntegralError())]);
    });

    /// <summary>POST network/QUESTION.</summary>
    /// <exception cref="ApiException">There is no such question, or something in it is missing or out of bounds.</exception>
    public async Task AnswerAsync(HttpContext context, string question)
    {
        Func<NetworkQuestion, object> answer = question switch
        {
            "points" => _ => new ParabolaBody([.. Points.Select(point => new[] { point.X, point.Y })]),
            "errors" => _ => Errors.Value,
            "draw" => body => Describe(NetworkOf(body)),
            "random" => body => Describe(ReluNetwork.Random(NeuronsOf(body), (ulong)Whole("seed", body.Seed, 0, int.MaxValue))),
            "interpolating" => body => Describe(ReluNetwork.Interpolating(NeuronsOf(body))),
            "descend" => Descend,
            "landscape" => Landscape,
            "walk" => Walk,
            _ => throw ExplorerRouter.Nothing(context.Request.Path.Value ?? ""),
        };
        NetworkQuestion body = ExplorerShapes.ReadNetwork(await RequestBody.ReadAsync(context, limits.BodyBytes, limits.BodyTime));
        await ExplorerAnswer.JsonAsync(context.Response, answer(body));
    }

    /// <summary>Some steps of gradient descent; with none, only what the first would do.</summary>
    private static DescentBody Descend(NetworkQuestion body)
    {
        double rate = RateOf(body);
        var run = ReluDescent.Run(NetworkOf(body), Points, rate, StepsOf(body));
        IReadOnlyList<double> values = run.Network.Parameters;
        ParameterBody[] next = [.. run.Network.Gradient(Points).Select((gradient, i) => new ParameterBody(
            ReluNetwork.NameOf(i), values[i], gradient, -rate * gradient, values[i] - (rate * gradient)))];
        return new DescentBody(Describe(run.Network), [.. run.Losses], run.HasDiverged, next);
    }

    /// <summary>The loss over a rectangle of two parameters.</summary>
    private static LandscapeBody Landscape(NetworkQuestion body)
    {
        LossSurface surface = SurfaceOf(body);
        (double, double) from = Pair("from", body.From), to = Pair("to", body.To);
        double[,] grid = surface.Grid(from, to, GridSize);
        double[] losses = [.. grid.Cast<double>()];
        double least = losses.Min(), most = losses.Max();
        return new LandscapeBody(
            GridSize, least, most, [.. losses.Select(loss => (float)loss)],
            [.. ContourLines.Levels(least, most, Levels).Select(level => new ContourBody(level, ContourLines.Of(grid, level)))]);
    }

    /// <summary>Some steps down a landscape; with none, only what the hiker feels where he stands.</summary>
    private static WalkBody Walk(NetworkQuestion body)
    {
        LossSurface surface = SurfaceOf(body);
        (double first, double second) = Pair("at", body.At);
        int steps = StepsOf(body);
        IReadOnlyList<SurfacePoint> trail = surface.Walk(first, second, RateOf(body), steps);
        (double across, double up, _) = trail[^1];
        SurfaceGradient gradient = surface.GradientAt(across, up), differences = surface.DifferencesAt(across, up, H);
        return new WalkBody(
            [.. trail.Select(place => new[] { place.Across, place.Up, place.Loss })], trail.Count <= steps,
            [gradient.Across, gradient.Up], [differences.Across, differences.Up], H, surface.IsAtCorner(across, up, H),
            Describe(surface.NetworkAt(across, up)));
    }

    private static NetworkBody Describe(ReluNetwork network)
    {
        IEnumerable<ReluNeuron> neurons = Enumerable.Range(0, network.Count).Select(i => network[i]);
        return new NetworkBody(
            [.. network.Parameters], [.. network.Corners().Select(x => new[] { x, network.Predict(x) })],
            [.. neurons.Select(LineOf)], network.MeanSquaredError(Points), network.IntegralError(), network.CountActive(Points));
    }

    private static double[][] LineOf(ReluNeuron neuron) =>
        [.. new ReluNetwork([0, neuron.Weight, neuron.Bias, neuron.Output]).Corners().Select(x => new[] { x, neuron.At(x) })];

    private static LossSurface SurfaceOf(NetworkQuestion body)
    {
        ReluNetwork network = NetworkOf(body);
        int last = network.Parameters.Count - 1, across = Whole("across", body.Across, 0, last), up = Whole("up", body.Up, 0, last);
        return across != up
            ? new LossSurface(network, Points, across, up)
            : throw ApiException.BadValue("up", Invariant($"{up}, as 'across' is"), "another parameter");
    }

    private static ReluNetwork NetworkOf(NetworkQuestion body)
    {
        double[] parameters = body.Parameters ?? throw ApiException.BadValue("parameters", "missing", "c, then w, b and v of each neuron");
        if (parameters.Length > 1 + (3 * ExplorerLimits.NetworkNeurons))
        {
            throw ApiException.BadValue(
                "parameters", Invariant($"{parameters.Length} numbers"), Invariant($"those of at most {ExplorerLimits.NetworkNeurons} neurons"));
        }

        for (int i = 0; i < parameters.Length; i++)
        {
            Bounded(ReluNetwork.NameOf(i), parameters[i]);
        }

        try
        {
            return new ReluNetwork(parameters);
        }
        catch (Gpt2Exception e)
        {
            throw new ApiException(400, e.Message, "parameters", "bad_network");
        }
    }

    private static int NeuronsOf(NetworkQuestion body) => Whole("neurons", body.Neurons, 1, ExplorerLimits.NetworkNeurons);

    private static int StepsOf(NetworkQuestion body) => Whole("steps", body.Steps, 0, ExplorerLimits.NetworkSteps);

    private static double RateOf(NetworkQuestion body) => body.Rate is double rate && rate is > 0 and <= LargestRate
        ? rate
        : throw ApiException.BadValue(
            "rate", body.Rate is double wrong ? Invariant($"{wrong}") : "missing", Invariant($"a learning rate above 0 and at most {LargestRate}"));

    private static (double, double) Pair(string name, double[]? given) => given is [double first, double second]
        ? (Bounded(name, first), Bounded(name, second))
        : throw ApiException.BadValue(name, given is null ? "missing" : Invariant($"{given.Length} numbers"), "two numbers");

    /// <summary>Within these bounds, no square is too large for a number.</summary>
    private static double Bounded(string name, double value) => Math.Abs(value) <= ExplorerLimits.NetworkNumber
        ? value
        : throw ApiException.BadValue(
            name, Invariant($"{value}"), Invariant($"a number from {-ExplorerLimits.NetworkNumber} to {ExplorerLimits.NetworkNumber}"));

    private static int Whole(string name, int? given, int least, int most) => given is int number && number >= least && number <= most
        ? number
        : throw ApiException.BadValue(
            name, given is int wrong ? Invariant($"{wrong}") : "missing", Invariant($"a whole number from {least} to {most}"));
}
