// Texts in pictures: lines of a paragraph, and tokens that must fit into a width.

using System.Xml.Linq;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Cli.Output;

/// <summary>Fits texts into pictures.</summary>
internal static class PictureText
{
    public const int LineHeight = 17;

    /// <summary>Texts of tokens have a width that can be foreseen.</summary>
    public const string Style =
        """
        .mono { font-family: ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; font-size: 11px; }
        .small { font-size: 10.5px; }
        """;

    /// <summary>Wider than most characters of 12 pixels are on the average.</summary>
    private const double CharacterWidth = 6.4;

    /// <summary>Wider than a character of the class mono.</summary>
    private const double MonospacedWidth = 6.9;

    /// <summary>Adds a paragraph, and returns the y of the line after it.</summary>
    public static double Add(XElement root, double x, double y, double width, string text, string kind = "muted")
    {
        foreach (string line in DisplayText.Wrapped(text, (int)(width / CharacterWidth)))
        {
            root.Add(Label(x, y, line, kind));
            y += LineHeight;
        }

        return y;
    }

    /// <summary>A token in a paragraph, with spaces at which no line ends.</summary>
    public static string Unbroken(string token) => token.Replace(' ', '\u00A0');

    /// <summary>A token's text, cut to a width in pixels.</summary>
    public static string Fitted(string token, double width) => DisplayText.Cut(token, Math.Max(2, (int)(width / MonospacedWidth)));
}
