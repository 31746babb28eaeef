// gpt2 network descent: two parameters of a small network as a landscape, and the way down it.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Laboratory;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class NetworkDescent
{
    private const int StandardNeurons = 2, StandardSteps = 50, MostSteps = 100_000;
    private const double StandardRate = 0.5;

    /// <summary>Half the width of a central difference.</summary>
    private const double H = 1e-5;

    public static Command Create(CommandIo io)
    {
        Option<string?> data = NetworkInput.DataOption();
        Option<int?> neurons = CommonOptions.Whole(
            "--neurons", ["-n"], $"ReLUs of the network, which meets the curve. Default: {StandardNeurons}.",
            least: 1, most: NetworkInput.MostNeurons);
        Option<ulong?> seed = CommonOptions.Whole<ulong>(
            "--seed", ["-s"], "Take a random network of this seed, not one that meets the curve.", least: 0);
        var parameters = new Option<string?>("--parameters")
        {
            Description = "The two parameters that change, such as v1,v2 or w1,b1 or c,v1. Default: v1,v2, or with one neuron b1,v1.",
            HelpName = "A,B",
        };
        var start = new Option<string?>("--start") { Description = "Their values at the beginning. Default: 0,0.", HelpName = "X,Y" };
        Option<double?> rate = NetworkInput.Rate(StandardRate);
        Option<int> steps = CommonOptions.Count("--steps", [], "Steps of gradient descent.", least: 0, standard: StandardSteps, most: MostSteps);
        Option<string?> svg = SvgOutput.Option("landscape and path");
        Option<bool> json = CommonOptions.Json();

        var command = new Command(
            "descent", "Walk down the loss of two parameters by gradient descent.\n"
                + "The path as a table and as a map with contour lines, and the gradient by the chain rule and by differences.");
        foreach (Option option in (Option[])[data, neurons, seed, parameters, start, rate, steps, svg, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            string? target = SvgOutput.Target(parsed, svg, parsed.GetValue(json));
            double learningRate = NetworkInput.RequireRate(parsed.GetValue(rate) ?? StandardRate);
            NetworkCurve curve = NetworkCurve.Read(parsed.GetValue(data), io);
            ReluNetwork network = parsed.GetValue(seed) is ulong of
                ? ReluNetwork.Random(parsed.GetValue(neurons) ?? StandardNeurons, of)
                : curve.Interpolating(NetworkInput.Fitting(parsed.GetValue(neurons), StandardNeurons, curve, "--neurons"));
            (int across, int up) = ParametersOf(parsed.GetValue(parameters) ?? (network.Count > 1 ? "v1,v2" : "b1,v1"), network);
            (double x, double y) = StartOf(parsed.GetValue(start) ?? "0,0");
            using var picture = new SvgOutput(target, io, curve.File);
            var surface = new LossSurface(network, curve.Points, across, up);
            IReadOnlyList<SurfacePoint> trail = surface.Walk(x, y, learningRate, parsed.GetValue(steps));
            io.Cancellation.ThrowIfCancellationRequested();
            var descent = new Descent(
                curve, network, surface, across, up, learningRate, trail, HasDiverged: trail.Count <= parsed.GetValue(steps), H);
            picture.Write(
                () => DescentDrawing.Draw(descent), () => DescentReport.Write(descent, target, parsed.GetValue(json), io), "the map of the descent");
            return ExitCode.Done;
        });
        return command;
    }

    private static (int Across, int Up) ParametersOf(string text, ReluNetwork network)
    {
        string[] names = [.. Enumerable.Range(0, network.Parameters.Count).Select(ReluNetwork.NameOf)];
        int[] found = [.. text.Split(',').Select(name => Array.IndexOf(names, name.Trim()))];
        return found is [int across, int up] && across >= 0 && up >= 0 && across != up
            ? (across, up)
            : throw new UsageException(
                $"found '{text}'", where: "--parameters",
                expected: "two different ones of c" + string.Concat("wbv".Select(kind =>
                    network.Count == 1 ? $", {kind}1" : Invariant($", {kind}1 to {kind}{network.Count}"))));
    }

    private static (double X, double Y) StartOf(string text) =>
        NetworkInput.Numbers(text, "--start", "two numbers, as in -4,2") is [double x, double y]
            ? (x, y)
            : throw new UsageException($"found '{text}'", where: "--start", expected: "two numbers, as in -4,2");
}
