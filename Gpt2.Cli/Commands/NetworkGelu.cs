// gpt2 network gelu: ReLU, GELU and GPT-2's formula for it side by side, as a table and a picture.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Laboratory;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class NetworkGelu
{
    private const string Standard = "-4,-3,-2,-1.5,-1,-0.75,-0.5,-0.25,0,0.25,0.5,1,1.5,2,3,4";

    public static Command Create(CommandIo io)
    {
        var at = new Option<string?>("--at") { Description = "The places x. Default: some from -4 to 4.", HelpName = "X,X,…" };
        Option<string?> svg = SvgOutput.Option("the curves");
        Option<bool> json = CommonOptions.Json();
        var command = new Command("gelu", "The activation of GPT-2 beside ReLU: values, and the slope that learning follows.");
        foreach (Option option in (Option[])[at, svg, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            string? target = SvgOutput.Target(parsed, svg, parsed.GetValue(json));
            IReadOnlyList<ActivationPoint> points =
                GeluCurve.At([.. NetworkInput.Numbers(parsed.GetValue(at) ?? Standard, "--at", "numbers, as in -1,0,2.5")]);
            using var picture = new SvgOutput(target, io);
            picture.Write(
                GeluDrawing.Draw, parsed.GetValue(json) ? () => JsonShapes.Write(Described(points, target), io.Out) : () => Show(points, io),
                "the picture of the curves");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(IReadOnlyList<ActivationPoint> points, CommandIo io)
    {
        var table = new TableWriter(
            io, Column.Number("x"), Column.Number("relu"), Column.Number("gelu"), Column.Number("GPT-2's", drop: 1),
            Column.Number("difference", drop: 3, brief: "diff."), Column.Number("slope of relu", drop: 4, brief: "relu′"),
            Column.Number("of GPT-2's", drop: 2, brief: "slope"));
        Func<double, string> x = FigureText.ForColumn(points.Select(point => point.X));
        Func<double, string> relu = FigureText.ForColumn(points.Select(point => point.Relu));
        foreach (ActivationPoint point in points)
        {
            table.Row(
                x(point.X), relu(point.Relu), Fixed(point.Exact), Fixed(point.Tanh), Invariant($"{point.Tanh - point.Exact + 0.0:0.000000}"),
                point.X == 0 ? "–" : Invariant($"{point.ReluSlope:0}"), Fixed(point.Slope));
        }

        table.End();
        io.Say("gelu(x) = x · Φ(x), with Φ the share of a normal distribution that is below x");
        io.Say("GPT-2's: 0.5x(1 + tanh(√(2/π)(x + 0.044715x³))), value and slope as the kernel computes them");
        io.Say("Where ReLU is 0 and learns nothing, GELU still has a slope.");
    }

    private static GeluResult Described(IReadOnlyList<ActivationPoint> points, string? svg) => new(
        [.. points.Select(point => new ActivationResult(point.X, point.Relu, point.Exact, point.Tanh, point.Tanh - point.Exact, point.Slope))], svg);

    private static string Fixed(double value) => FigureText.Fixed(value, 4);
}
