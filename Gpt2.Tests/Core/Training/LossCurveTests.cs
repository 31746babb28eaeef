// The picture of a log: well-formed, both lines in it, inside the frame, in any culture.

using System.Globalization;
using System.Xml.Linq;
using Gpt2.Core.Training;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Training;

public class LossCurveTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(600)]
    [InlineData(601)]
    [InlineData(5000)]
    public void Svg_Log_HasBothLinesInsideTheFrame(int steps)
    {
        using var culture = new DecimalCommaCulture();
        LogLine[] log = [.. Enumerable.Range(1, steps)
            .Select(step => new LogLine(step, 6 / Math.Sqrt(step), step % 100 == 0 || step == steps ? 3 : null, 0.1, 1))];

        (double X, double Y)[][] lines = Lines(LossCurve.Svg(log));

        lines.Should().HaveCount(2);
        lines[0].Length.Should().BeInRange(Math.Min(steps, 300), 600, "a long run is smoothed");
        lines[1].Should().HaveCount((steps / 100) + (steps % 100 == 0 ? 0 : 1));
        lines.SelectMany(line => line).Should().OnlyContain(point => point.X >= 84 && point.X <= 872 && point.Y >= 84 && point.Y <= 440);
        lines[0].Select(point => point.X).Should().BeInAscendingOrder();
        lines[0].Select(point => point.Y).Should().BeInAscendingOrder("the loss falls, and y counts downwards");
    }

    [Fact]
    public void Svg_NoValidation_StillHasBothLines() =>
        Lines(LossCurve.Svg([new LogLine(1, 2, null, 0.1, 1), new LogLine(2, 1, null, 0.1, 1)]))[1].Should().BeEmpty();

    [Fact]
    public void Svg_LossOfZero_IsDrawnAtTheBottom() =>
        Lines(LossCurve.Svg([new LogLine(1, 0, null, 0.1, 1), new LogLine(2, 0, 0, 0.1, 1)]))[0].Should().OnlyContain(point => point.Y == 440);

    [Fact]
    public void Svg_Yardsticks_AreDashedLinesWithTheirNames_WithinTheFrame()
    {
        LogLine[] log = [new(1, 7, null, 0.1, 1), new(100, 2, 2.2, 0.1, 1)];

        string svg = LossCurve.Svg(log, "nats per token", new("guessing", 6.931), new("counting", 6.8));

        XElement[] lines = [.. XDocument.Parse(svg).Descendants().Where(element => element.Attribute("class")?.Value == "yardstick")];
        lines.Select(line => double.Parse(line.Attribute("y1")!.Value, CultureInfo.InvariantCulture))
            .Should().BeInAscendingOrder().And.OnlyContain(y => y > 84 && y < 440);
        lines.Should().HaveCount(2);
        svg.Should().Contain("guessing: 6.931").And.Contain("counting: 6.800").And.Contain("validation loss, at the end 2.200");
        LossCurve.Svg(log).Should().NotContain("class=\"yardstick\"");
    }

    [Theory]
    [InlineData(2.2, 172.93)] // the curves end far below the line, so the name stands above it
    [InlineData(5.8, 194.93)] // the validation curve would run through it
    public void Svg_NameOfAYardstick_IsNotCrossedByACurve(double validation, double y)
    {
        LogLine[] log = [new(1, 7, null, 0.1, 1), new(50, 3, validation, 0.1, 1), new(100, 2, validation, 0.1, 1)];

        var svg = XDocument.Parse(LossCurve.Svg(log, "nats per token", new LossYardstick("knowing how often", 5.5)));

        XElement name = svg.Descendants().Single(element => element.Value == "knowing how often: 5.500");
        double.Parse(name.Attribute("y")!.Value, CultureInfo.InvariantCulture).Should().BeApproximately(y, 1);
    }

    [Fact]
    public void Svg_NegativeLoss_AsOfGrpo_IsInsideTheFrame() =>
        Lines(LossCurve.Svg([new LogLine(1, 0.1, null, 0.1, 1), new LogLine(2, -0.3, null, 0.1, 1)]))[0]
            .Should().OnlyContain(point => point.Y >= 84 && point.Y <= 440);

    [Fact]
    public void Svg_AnyCulture_GivesTheSamePicture()
    {
        LogLine[] log = [new(1, 2.5, 2.25, 0.1, 1), new(2, 1.5, null, 0.1, 1)];
        string plain = LossCurve.Svg(log);
        using var culture = new DecimalCommaCulture();

        LossCurve.Svg(log).Should().Be(plain).And.NotContain("−").And.Contain(">0.5<").And.Contain("prefers-color-scheme: dark");
    }

    private static (double X, double Y)[][] Lines(string svg)
    {
        XElement root = XDocument.Parse(svg).Root!;
        root.Name.Should().Be(XName.Get("svg", "http://www.w3.org/2000/svg"));
        return [.. root.Elements().Where(element => element.Name.LocalName == "polyline").Select(Points)];
    }

    private static (double X, double Y)[] Points(XElement line) =>
    [
        .. line.Attribute("points")!.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(point =>
        {
            double[] numbers = [.. point.Split(',').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
            return (numbers[0], numbers[1]);
        }),
    ];
}
