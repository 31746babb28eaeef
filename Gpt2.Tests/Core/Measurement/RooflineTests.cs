// The picture of kernels below the machine's limits: well-formed, a dot for each, labels that overlap nothing.

using System.Globalization;
using System.Xml.Linq;
using Gpt2.Core.Measurement;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Measurement;

public sealed class RooflineTests
{
    private const double Peak = 233, Bandwidth = 35;

    private static readonly RooflineDot[] Dots =
    [
        .. Enumerable.Range(0, 14).Select(i => new RooflineDot($"product {i}", i < 4 ? "packed" : "training", 135 + (i / 10.0), 190 + (2 * i), 0.9)),
        new("one row", "vectors", 0.5, 16.5, 0.94),
        new("another row", "vectors", 0.5, 16.5, 0.94),
    ];

    [Fact]
    public void Draw_Kernels_HasADotAndALineOfTheKeyForEach()
    {
        XElement svg = Draw(Dots);

        OfClass(svg, "dot").Should().HaveCount(Dots.Length);
        OfClass(svg, "leader").Should().HaveCount(Dots.Length);
        OfClass(svg, "pill").Should().HaveCount(2 * Dots.Length, "beside the dot and in the key");
        string[] texts = [.. svg.Elements().Where(element => element.Name.LocalName == "text").Select(element => element.Value)];
        texts.Should().Contain(Dots.Select(dot => dot.Name)).And.Contain(["packed", "training", "vectors", "16.5", "94 %", "title of it"])
            .And.Contain(["FMA peak 233 GFLOP/s", "read bandwidth 35.0 GB/s", "speed (GFLOP/s)", "operations per byte of memory (FLOP/byte)"]);
    }

    [Fact]
    public void Draw_ManyDotsAtOnePlace_LaysNoLabelOnAnotherOrOnADot()
    {
        XElement svg = Draw(Dots);
        Box[] pills = [.. OfClass(svg, "pill").Select(pill => new Box(
            Number(pill, "x"), Number(pill, "y"), Number(pill, "x") + Number(pill, "width"), Number(pill, "y") + Number(pill, "height")))];
        Box[] dots = [.. OfClass(svg, "dot")
            .Select(dot => Box.Around(Number(dot, "cx"), Number(dot, "cy"), 2 * Number(dot, "r"), 2 * Number(dot, "r")))];

        for (int i = 0; i < pills.Length; i++)
        {
            pills.Where((other, j) => j != i && other.Overlaps(pills[i])).Should().BeEmpty();
            dots.Should().NotContain(dot => dot.Overlaps(pills[i]));
        }
    }

    [Fact]
    public void Draw_Axes_AreLogarithmicAndDotsAreOnThem()
    {
        XElement svg = Draw([new("a", "g", 2, 10, 0.1), new("b", "g", 4, 100, 0.5), new("c", "g", 8, 100, 0.5)]);
        (double X, double Y)[] dots = [.. OfClass(svg, "dot").Select(dot => (Number(dot, "cx"), Number(dot, "cy")))];

        (dots[1].X - dots[0].X).Should().BePositive().And.BeApproximately(dots[2].X - dots[1].X, 0.02);
        dots[1].Y.Should().BeLessThan(dots[0].Y, "y counts downwards");
        dots[2].Y.Should().Be(dots[1].Y);
        // The ticks at 2 FLOP/byte and at 10 GFLOP/s.
        TextPlace(svg, "2", "middle").X.Should().BeApproximately(dots[0].X, 0.02);
        TextPlace(svg, "10", "end").Y.Should().BeApproximately(dots[0].Y + 4, 0.02);
    }

    [Fact]
    public void Draw_KernelAtTheRoof_IsOnTheRoof()
    {
        XElement svg = Draw([new("memory", "g", 1, Bandwidth, 1), new("arithmetic", "g", 64, Peak, 1)]);
        XElement roof = OfClass(svg, "roof").Single(line => line.Attribute("stroke-width") is not null);
        (double X, double Y)[] corners = [.. roof.Attribute("points")!.Value.Split(' ').Select(Point)];
        (double X, double Y)[] dots = [.. OfClass(svg, "dot").Select(dot => (Number(dot, "cx"), Number(dot, "cy")))];

        double slope = (corners[1].Y - corners[0].Y) / (corners[1].X - corners[0].X);
        dots[0].Y.Should().BeApproximately(corners[0].Y + (slope * (dots[0].X - corners[0].X)), 0.1);
        dots[1].Y.Should().BeApproximately(corners[1].Y, 0.02).And.BeApproximately(corners[2].Y, 0.02);
    }

    [Fact]
    public void Draw_NothingMeasured_StillHasTheRoofs()
    {
        XElement svg = Draw([]);

        OfClass(svg, "roof").Should().HaveCount(2);
        OfClass(svg, "dot").Should().BeEmpty();
    }

    [Fact]
    public void Draw_SpecialCharacters_AreEscaped()
    {
        string picture = Roofline.Draw("a < b & \"c\"", Peak, Bandwidth, [new("<x> & y", "g", 1, 1, 0.0123)]);

        XDocument.Parse(picture).Root!.Elements()
            .Should().Contain(element => element.Value == "<x> & y").And.Contain(element => element.Value == "1.2 %");
        picture.Should().Contain("a &lt; b &amp; ");
    }

    [Fact]
    public void Draw_LongName_IsCutInTheKeyAndWholeInTheTip()
    {
        string name = new('x', 50);
        XElement svg = Draw([new(name, "g", 1, 1, 0.5)]);

        svg.Elements().Should().Contain(element => element.Value == new string('x', 33) + "…").And.NotContain(element => element.Value == name);
        OfClass(svg, "dot").Single().Value.Should().Be($"{name}: 1.00 GFLOP/s, 50 % of the limit");
    }

    [Fact]
    public void Draw_AnyCulture_GivesTheSamePicture()
    {
        string plain = Roofline.Draw("t", Peak, Bandwidth, Dots);
        using var culture = new DecimalCommaCulture();

        Roofline.Draw("t", Peak, Bandwidth, Dots).Should().Be(plain);
    }

    [Theory]
    [InlineData(0.001, 1000)]
    [InlineData(500, 0.01)]
    public void Draw_FarAwayKernels_StayInsideThePicture(double intensity, double gigaflops)
    {
        XElement svg = Draw([new("far", "g", intensity, gigaflops, 1), new("near", "g", 1, 10, 1)]);

        OfClass(svg, "dot").Select(dot => (X: Number(dot, "cx"), Y: Number(dot, "cy")))
            .Should().OnlyContain(dot => dot.X >= 72 && dot.X <= 672 && dot.Y >= 72 && dot.Y <= 518);
    }

    private static XElement Draw(RooflineDot[] dots)
    {
        XElement root = XDocument.Parse(Roofline.Draw("title of it", Peak, Bandwidth, dots)).Root!;
        root.Name.Should().Be(XName.Get("svg", "http://www.w3.org/2000/svg"));
        return root;
    }

    private static XElement[] OfClass(XElement svg, string name) => [.. svg.Elements().Where(element => (string?)element.Attribute("class") == name)];

    private static (double X, double Y) TextPlace(XElement svg, string text, string anchor)
    {
        XElement found = svg.Elements().Single(
            element => element.Value == text && (string?)element.Attribute("text-anchor") == anchor
                && (string?)element.Attribute("class") == "muted");
        return (Number(found, "x"), Number(found, "y"));
    }

    private static (double X, double Y) Point(string point)
    {
        string[] parts = point.Split(',');
        return (double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static double Number(XElement element, string attribute) =>
        double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
}
