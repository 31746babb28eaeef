// What every picture of the program must keep to.

using System.Globalization;
using System.Xml.Linq;
using Gpt2.Cli.Output;

namespace Gpt2.Tests.Support;

internal static class SvgChecks
{
    /// <summary>Narrower than characters are on the average, so that only texts that are surely cut off are found.</summary>
    private const double NarrowCharacter = 5;

    /// <summary>Checks that rectangles and texts are within the frame, and numbers are numbers.</summary>
    public static void StaysInside(XElement picture)
    {
        double width = Number(picture, "width"), height = Number(picture, "height");
        picture.Attribute("viewBox")!.Value.Should().Be(FormattableString.Invariant($"0 0 {width} {height}"));
        picture.ToString().Should().NotContain("NaN").And.NotContain("Infinity").And.Contain("prefers-color-scheme: dark");
        foreach (XElement rectangle in Elements("rect"))
        {
            Number(rectangle, "x").Should().BeInRange(0, width);
            (Number(rectangle, "x") + Number(rectangle, "width")).Should().BeInRange(0, width, "of {0}", rectangle);
            (Number(rectangle, "y") + Number(rectangle, "height")).Should().BeInRange(0, height, "of {0}", rectangle);
        }

        foreach (XElement text in Elements("text").Where(text => text.Attribute("transform") is null))
        {
            double length = NarrowCharacter * DisplayText.Width(text.Value), x = Number(text, "x");
            (double left, double right) = text.Attribute("text-anchor")?.Value switch
            {
                "end" => (x - length, x),
                "middle" => (x - (length / 2), x + (length / 2)),
                _ => (x, x + length),
            };
            left.Should().BeGreaterThanOrEqualTo(0, "of {0}", text);
            right.Should().BeLessThanOrEqualTo(width, "of {0}", text);
            Number(text, "y").Should().BeInRange(0, height, "of {0}", text);
        }

        IEnumerable<XElement> Elements(string name) => picture.Descendants().Where(element => element.Name.LocalName == name);
    }

    private static double Number(XElement element, string attribute) =>
        element.Attribute(attribute) is XAttribute found ? double.Parse(found.Value, CultureInfo.InvariantCulture) : 0;
}
