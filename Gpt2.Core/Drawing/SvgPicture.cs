// What the program's SVG pictures have in common: their own background in light and dark, fonts that every machine has,
// and numbers with a decimal point in every culture.

using System.Globalization;
using System.Xml.Linq;

namespace Gpt2.Core.Drawing;

/// <summary>Makes pictures and their elements.</summary>
internal static class SvgPicture
{
    // Viewers in dark mode get a dark picture if they support style sheets; elsewhere the picture has its own light
    // background.
    private const string Style =
        """
        text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 12px; fill: #27303b; }
        .ground { fill: #ffffff; } .title { font-size: 17px; font-weight: 600; } .muted { fill: #5d6875; }
        @media (prefers-color-scheme: dark) { text { fill: #e3e8ee; } .ground { fill: #12171e; } .muted { fill: #9aa7b5; } }
        """;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>An empty picture with its background.</summary>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    /// <param name="title">What the picture shows, in one line.</param>
    /// <param name="style">Styles besides those that all pictures have.</param>
    /// <param name="description">A longer description, for those who cannot see the picture.</param>
    public static XElement Create(int width, int height, string title, string style, string? description = null)
    {
        var root = new XElement(
            Svg + "svg", new XAttribute("viewBox", $"0 0 {width} {height}"), new XAttribute("width", width), new XAttribute("height", height),
            new XAttribute("role", "img"), new XElement(Svg + "title", title));
        if (description is not null)
        {
            root.Add(new XElement(Svg + "desc", description));
        }

        root.Add(new XElement(Svg + "style", Style + "\n" + style));
        root.Add(Element("rect", "ground", ("width", width), ("height", height), ("rx", 8)));
        return root;
    }

    /// <summary>An element with a class, or without one if <paramref name="kind"/> is empty.</summary>
    public static XElement Element(string name, string kind, params (string Name, object Value)[] attributes) => new(
        Svg + name, kind.Length == 0 ? null : new XAttribute("class", kind),
        attributes.Select(attribute => new XAttribute(attribute.Name, attribute.Value is double value ? Number(value) : attribute.Value)));

    public static XElement Label(double x, double y, string text, string kind, string anchor = "start")
    {
        XElement element = Element("text", kind, ("x", x), ("y", y));
        if (anchor != "start")
        {
            element.Add(new XAttribute("text-anchor", anchor));
        }

        element.Value = text;
        return element;
    }

    public static XElement Line(string kind, double x1, double y1, double x2, double y2) =>
        Element("line", kind, ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2));

    /// <summary>The text shown when a reader points at an element.</summary>
    public static XElement Hint(string text) => new(Svg + "title", text);

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
