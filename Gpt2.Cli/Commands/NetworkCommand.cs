// gpt2 network: a network of ReLUs that is like a curve, made by interpolation or found by gradient descent.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Laboratory;

namespace Gpt2.Cli.Commands;

internal static class NetworkCommand
{
    /// <summary>Steps between looks whether Ctrl-C was pressed.</summary>
    private const int StepsAtOnce = 10;

    public static Command Create(CommandIo io)
    {
        var input = new NetworkInput();
        var command = new Command(
            "network", "A small neural network: ReLUs that bend a line until it is like a curve.\n"
                + "Its neurons, its error, and with --train how gradient descent finds it. See docs/laboratory.md.");
        input.AddTo(command);
        command.SetAction(parsed =>
        {
            bool json = parsed.GetValue(input.Json);
            string? target = SvgOutput.Target(parsed, input.Svg, json);
            NetworkTraining? training = input.Training(parsed);
            NetworkCurve curve = NetworkCurve.Read(parsed.GetValue(input.Data), io);
            if (input.Sizes(parsed, curve, training is not null) is int[] sizes)
            {
                NetworkReport.WriteSizes(curve, training, [.. sizes.Select(size => Sized(curve, size, training, io))], json, io);
                return ExitCode.Done;
            }

            double[]? knots = input.Knots(parsed);
            int neurons = input.Neurons(parsed, curve, training is not null);
            using var picture = new SvgOutput(target, io, curve.File);
            FittedNetwork fitted = training is not null ? Trained(curve, neurons, training, io)
                : new FittedNetwork(knots is null ? curve.Interpolating(neurons) : curve.Through(knots), null);
            picture.Write(
                () => NetworkDrawing.Draw(curve, fitted), () => NetworkReport.Write(curve, fitted, training, target, json, io),
                "the picture of the network");
            return ExitCode.Done;
        });
        command.Subcommands.Add(NetworkDescent.Create(io));
        command.Subcommands.Add(NetworkGelu.Create(io));
        return command;
    }

    private static SizedNetwork Sized(NetworkCurve curve, int neurons, NetworkTraining? training, CommandIo io) => new(
        neurons, neurons <= (curve.MostNeurons ?? neurons) ? curve.Interpolating(neurons) : null,
        training is null ? null : Trained(curve, neurons, training, io));

    private static FittedNetwork Trained(NetworkCurve curve, int neurons, NetworkTraining training, CommandIo io) => Output.Progress.Run(
        $"training {neurons} neurons", io, progress =>
        {
            CurveScale scale = curve.Scale;
            IReadOnlyList<CurvePoint> points = scale.Scaled(curve.Points);
            var network = ReluNetwork.Random(neurons, training.Seed);
            List<double> losses = [network.MeanSquaredError(points)];
            bool hasDiverged = false;
            while (losses.Count <= training.Steps && !hasDiverged)
            {
                io.Cancellation.ThrowIfCancellationRequested();
                var run = ReluDescent.Run(network, points, training.Rate, Math.Min(StepsAtOnce, training.Steps + 1 - losses.Count));
                network = run.Network;
                losses.AddRange(run.Losses);
                hasDiverged = run.HasDiverged;
                progress.Report((losses.Count - 1.0) / training.Steps);
            }

            return new FittedNetwork(scale.Unscaled(network), new LossPath([.. losses.Select(scale.Unscaled)], hasDiverged));
        });
}
