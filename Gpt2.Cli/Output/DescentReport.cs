// The result of gpt2 network descent as text and JSON: the path, how it ends, and the gradient in two ways.

using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Commands;
using Gpt2.Core.Laboratory;
using static System.FormattableString;

namespace Gpt2.Cli.Output;

/// <summary>A walk down the loss of two parameters.</summary>
/// <param name="Curve">What is learned.</param>
/// <param name="Network">The network with its other parameters.</param>
/// <param name="Surface">The loss.</param>
/// <param name="Across">The first parameter, as its place in the network's.</param>
/// <param name="Up">The second.</param>
/// <param name="Rate">The learning rate.</param>
/// <param name="Trail">The places, the first before the first step.</param>
/// <param name="HasDiverged">Whether it ended early.</param>
/// <param name="H">Half the width of a central difference.</param>
internal sealed record Descent(
    NetworkCurve Curve, ReluNetwork Network, LossSurface Surface, int Across, int Up, double Rate, IReadOnlyList<SurfacePoint> Trail,
    bool HasDiverged, double H)
{
    public string AcrossName => ReluNetwork.NameOf(Across);

    public string UpName => ReluNetwork.NameOf(Up);

    /// <summary>The number of steps done.</summary>
    public int Steps => Trail.Count - 1;

    /// <summary>Whether the loss at the end is above that at the beginning, though it is not yet beyond measure.</summary>
    public bool Climbs => HasDiverged || Trail[^1].Loss > Trail[0].Loss;
}

/// <summary>Writes results.</summary>
internal static class DescentReport
{
    public static void Write(Descent descent, string? svg, bool json, CommandIo io)
    {
        if (json)
        {
            JsonShapes.Write(Described(descent, svg), io.Out);
            return;
        }

        io.Say(Invariant($"the loss, the mean squared error on the {descent.Curve.Points.Count} points of {descent.Curve.Name}, ")
            + Invariant($"as {descent.AcrossName} and {descent.UpName} change; learning rate {descent.Rate}:"));
        WritePath(descent, io);
        io.Say(Ending(descent));
        WriteGradients(descent, io);
    }

    private static void WritePath(Descent descent, CommandIo io)
    {
        (int Step, SurfacePoint At, SurfaceGradient Gradient)[] shown =
        [
            .. NetworkReport.StepsShown(descent.Steps).Select(step => (step, descent.Trail[step], GradientAt(descent, descent.Trail[step]))),
        ];
        var table = new TableWriter(
            io, Column.Number("step"), Column.Number(descent.AcrossName), Column.Number(descent.UpName), Column.Number("loss"),
            Column.Number("∂L/∂" + descent.AcrossName, drop: 2), Column.Number("∂L/∂" + descent.UpName, drop: 1));
        Func<double, string> across = FigureText.ForColumn(shown.Select(row => row.At.Across));
        Func<double, string> up = FigureText.ForColumn(shown.Select(row => row.At.Up));
        Func<double, string> first = FigureText.ForColumn(shown.Select(row => row.Gradient.Across));
        Func<double, string> second = FigureText.ForColumn(shown.Select(row => row.Gradient.Up));
        foreach ((int step, SurfacePoint at, SurfaceGradient gradient) in shown)
        {
            table.Row(
                Invariant($"{step:N0}"), across(at.Across), up(at.Up), FigureText.Of(at.Loss), first(gradient.Across), second(gradient.Up));
        }

        table.End();
    }

    private static string Ending(Descent descent) =>
        descent.HasDiverged
            ? NetworkReport.Divergence(descent.Steps, descent.Rate) + ": each step lands higher than the last."
        : descent.Climbs
            ? Invariant($"the loss has grown: the learning rate {descent.Rate} is too large, and the walk diverges.")
        : descent.Steps == 0
            ? "no step was taken"
        : GradientAt(descent, descent.Trail[^1]) == default
            ? "the gradient is 0 where the walk ends, so no step leads on: a flat place, such as where a ReLU is 0 at every point"
        : Invariant($"each step: new = old − {descent.Rate} · ∂L/∂parameter. The loss fell to ")
            + Invariant($"{FigureText.Of(descent.Trail[^1].Loss)} from {FigureText.Of(descent.Trail[0].Loss)}.");

    private static void WriteGradients(Descent descent, CommandIo io)
    {
        io.Say("the gradient, by the chain rule and by central differences, (L(p + h) − L(p − h)) / 2h with h = 0.00001:");
        var table = new TableWriter(
            io, Column.Number("step"), new Column("", Drop: 1), Column.Number("chain rule"), Column.Number("differences"),
            new Column("by the chain rule, with e = prediction − y", Drop: 2, Short: "chain rule is", Flow: Flow.Wrap));
        GradientResult[] gradients = Gradients(descent);
        foreach (GradientResult gradient in gradients)
        {
            table.Row(
                Invariant($"{gradient.Step:N0}"), "∂L/∂" + gradient.Parameter, Invariant($"{gradient.ChainRule:0.000000}"),
                Invariant($"{gradient.Differences:0.000000}"), Formula(gradient.Parameter));
        }

        table.End();
        if (gradients.Any(gradient => gradient.IsAtCorner))
        {
            io.Say("A corner is on a point: the loss has a kink there, and the two may differ.");
        }
    }

    /// <summary>What the chain rule says, for the kind of a parameter.</summary>
    private static string Formula(string parameter)
    {
        string i = parameter[1..];
        return parameter[0] switch
        {
            'c' => "mean of 2e",
            'v' => $"mean of 2e · relu(w{i} · x + b{i})",
            'b' => $"mean of 2e · v{i}, where w{i} · x + b{i} > 0",
            _ => $"mean of 2e · v{i} · x, where w{i} · x + b{i} > 0",
        };
    }

    private static DescentResult Described(Descent descent, string? svg) => new(
        descent.Curve.File, [descent.AcrossName, descent.UpName], descent.Rate, descent.HasDiverged,
        [
            .. descent.Trail.Select((at, step) => new PlaceResult(
                step, [at.Across, at.Up], at.Loss, GradientAt(descent, at) is var gradient ? [gradient.Across, gradient.Up] : [])),
        ],
        Gradients(descent), svg);

    /// <summary>The gradient at the begin and, if that is another place, at the end.</summary>
    private static GradientResult[] Gradients(Descent descent) =>
    [
        .. ((int[])[0, descent.Steps]).Distinct().SelectMany(step =>
        {
            (double across, double up, _) = descent.Trail[step];
            SurfaceGradient rule = descent.Surface.GradientAt(across, up), differences = descent.Surface.DifferencesAt(across, up, descent.H);
            bool corner = descent.Surface.IsAtCorner(across, up, descent.H);
            return (GradientResult[])
            [
                new(step, descent.AcrossName, rule.Across, differences.Across, corner), new(step, descent.UpName, rule.Up, differences.Up, corner),
            ];
        }),
    ];

    private static SurfaceGradient GradientAt(Descent descent, SurfacePoint at) => descent.Surface.GradientAt(at.Across, at.Up);
}
