// The result of gpt2 network as text and JSON: the neurons, the error, and the path of training.

using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Commands;
using Gpt2.Core;
using Gpt2.Core.Laboratory;
using static System.FormattableString;

namespace Gpt2.Cli.Output;

/// <summary>The loss before the first step and after each step.</summary>
internal sealed record LossPath(IReadOnlyList<double> Losses, bool HasDiverged)
{
    /// <summary>The number of steps done.</summary>
    public int Steps => Losses.Count - 1;
}

/// <summary>A network that is like a curve; the path is null if it interpolates.</summary>
internal sealed record FittedNetwork(ReluNetwork Network, LossPath? Path);

/// <summary>Networks of a size: one that interpolates, null if there are too few points, and one that was trained.</summary>
internal sealed record SizedNetwork(int Neurons, ReluNetwork? Interpolating, FittedNetwork? Trained);

/// <summary>Writes results.</summary>
internal static class NetworkReport
{
    /// <summary>Neurons shown on a screen or in a file; JSON has them all.</summary>
    private const int MostShown = 32;

    public static void Write(NetworkCurve curve, FittedNetwork fitted, NetworkTraining? training, string? svg, bool json, CommandIo io)
    {
        ReluNetwork network = fitted.Network;
        ReluNeuron[] neurons = [.. Enumerable.Range(0, network.Count).Select(i => network[i])];
        double error = network.MeanSquaredError(curve.Points);
        double? integral = curve.IsParabola ? network.IntegralError() : null;
        int active = network.CountActive(curve.Points);
        if (json)
        {
            JsonShapes.Write(
                new NetworkResult(
                    curve.File, curve.Points.Count, network.Count, network.Bias,
                    [.. neurons.Select(neuron => new NeuronResult(neuron.Weight, neuron.Bias, neuron.Output, neuron.Corner))],
                    active, error, integral,
                    training is null ? null : new NetworkTrainingResult(
                        training.Seed, training.Rate, fitted.Path!.Steps, fitted.Path.HasDiverged,
                        [.. fitted.Path.Losses.Select((loss, step) => new StepLossResult(step, loss))]), svg),
                io.Out);
            return;
        }

        string many = Plural.Of(network.Count, "ReLU");
        io.Say(training is null
            ? $"{many} that {(network.Count == 1 ? "meets" : "meet")} {curve.Name} at {network.Count + 1} places:"
            : Invariant($"{many} that {(network.Count == 1 ? "learns" : "learn")} {curve.Name} at {curve.Points.Count} points, ")
                + Invariant($"by gradient descent with learning rate {training.Rate} from random weights (seed {training.Seed}):"));
        if (training is not null)
        {
            WritePath(fitted.Path!, training.Rate, io);
        }

        io.Say(Invariant($"y = c + Σ v · relu(w · x + b) with c = {FigureText.ForColumn([network.Bias])(network.Bias)} and"));
        WriteNeurons(neurons, io);
        io.Say($"mean squared error: {Errors(curve, error, integral)}");
        if (active < network.Count)
        {
            int dead = network.Count - active;
            io.Say($"{dead} of the {many} {(dead == 1 ? "is" : "are")} 0 at every point: dead, without a gradient");
        }

        io.Explain("A neuron is 0 on one side of its corner, x = −b / w, and a straight line on the other, with slope v · w.");
    }

    public static void WriteSizes(
        NetworkCurve curve, NetworkTraining? training, IReadOnlyList<SizedNetwork> sizes, bool json, CommandIo io)
    {
        NetworkSizeResult[] results = [.. sizes.Select(size => new NetworkSizeResult(
            size.Neurons, 1 + (3 * size.Neurons), curve.IsParabola ? size.Interpolating?.IntegralError() : null,
            size.Interpolating?.MeanSquaredError(curve.Points),
            size.Trained is { Path.HasDiverged: false } trained ? trained.Path.Losses[^1] : null))];
        if (json)
        {
            JsonShapes.Write(new NetworkSizesResult(curve.File, curve.Points.Count, results), io.Out);
            return;
        }

        io.Say($"mean squared error of networks of ReLUs that are like {curve.Name}:");
        List<Column> columns = [Column.Number("neurons"), Column.Number("parameters", drop: 2, brief: "p")];
        if (curve.IsParabola)
        {
            columns.Add(Column.Number("over all x of [0, 2]", brief: "all x"));
        }

        columns.Add(Column.Number($"over the {curve.Points.Count} points", drop: 1, brief: "points"));
        if (training is not null)
        {
            columns.Add(Column.Number(Invariant($"trained, {training.Steps} steps"), brief: "trained"));
        }

        var table = new TableWriter(io, [.. columns]);
        foreach ((NetworkSizeResult result, SizedNetwork size) in results.Zip(sizes))
        {
            List<Cell> row = [Invariant($"{result.Neurons}"), Invariant($"{result.Parameters}")];
            if (curve.IsParabola)
            {
                row.Add(FigureText.Of(result.IntegralError!.Value));
            }

            row.Add(result.MeanSquaredError is double error ? Rounded(error, curve) : "too few points");
            if (training is not null)
            {
                row.Add(result.Loss is double loss ? FigureText.Of(loss) : "diverged");
            }

            table.Row([.. row]);
        }

        table.End();
        if (curve.IsParabola)
        {
            io.Say("They meet the parabola at n + 1 places, h = 2/n apart. Between two of them the line is off by 5(x − x₀)(x₁ − x),");
            io.Say("and the mean of its square is (5/6) h⁴: twice the neurons, a sixteenth of the error.");
        }
    }

    /// <summary>The steps at which the path is shown: 0, 1, 2, 5, 10, 20, 50, … and the last.</summary>
    public static IEnumerable<int> StepsShown(int last)
    {
        yield return 0;
        for (long power = 1; power < last; power *= 10)
        {
            foreach (long step in (long[])[power, 2 * power, 5 * power])
            {
                if (step < last)
                {
                    yield return (int)step;
                }
            }
        }

        if (last > 0)
        {
            yield return last;
        }
    }

    /// <summary>Why a descent has ended early, as the beginning of a sentence.</summary>
    public static string Divergence(int steps, double rate) =>
        Invariant($"diverged: step {steps + 1} would take the loss above {ReluDescent.LargestLoss:N0}, or a parameter above ")
        + Invariant($"{ReluDescent.LargestParameter:N0}. The learning rate {rate} is too large");

    private static void WritePath(LossPath path, double rate, CommandIo io)
    {
        var table = new TableWriter(io, Column.Number("step"), Column.Number("loss"));
        foreach (int step in StepsShown(path.Steps))
        {
            table.Row(Invariant($"{step:N0}"), FigureText.Of(path.Losses[step]));
        }

        table.End();
        if (path.HasDiverged)
        {
            io.Say(Divergence(path.Steps, rate) + Invariant($"; below, the network after step {path.Steps}."));
        }
    }

    private static void WriteNeurons(ReluNeuron[] neurons, CommandIo io)
    {
        var table = new TableWriter(
            io, Column.Number("neuron", drop: 2), Column.Number("w"), Column.Number("b"), Column.Number("v"), Column.Number("corner"),
            new Column("active", Drop: 1));
        Func<double, string> w = FigureText.ForColumn(neurons.Select(neuron => neuron.Weight));
        Func<double, string> b = FigureText.ForColumn(neurons.Select(neuron => neuron.Bias));
        Func<double, string> v = FigureText.ForColumn(neurons.Select(neuron => neuron.Output));
        Func<double, string> corner = FigureText.ForColumn(neurons.Select(neuron => neuron.Corner).OfType<double>());
        foreach ((ReluNeuron neuron, int i) in neurons.Take(MostShown).Select((neuron, i) => (neuron, i)))
        {
            string active = neuron.Weight > 0 ? "right of it" : neuron.Weight < 0 ? "left of it" : neuron.Bias > 0 ? "everywhere" : "nowhere";
            table.Row(
                Invariant($"{i + 1}"), w(neuron.Weight), b(neuron.Bias), v(neuron.Output), neuron.Corner is double at ? corner(at) : "–", active);
        }

        table.End();
        if (neurons.Length > MostShown)
        {
            io.Say(Invariant($"… and {neurons.Length - MostShown} more; --json has them all"));
        }
    }

    private static string Errors(NetworkCurve curve, double error, double? integral) => integral is double all
        ? $"{FigureText.Of(all)} over all x of [0, 2], {Rounded(error, curve)} over the {curve.Points.Count} points"
        : $"{Rounded(error, curve)} over the {Plural.Of(curve.Points.Count, "point")}";

    /// <summary>An error that is nothing but rounding is 0.</summary>
    private static string Rounded(double error, NetworkCurve curve)
    {
        double square = curve.Points.Average(point => point.Y * point.Y);
        return error <= square * 1e-24 ? "0" : FigureText.Of(error);
    }
}
