// Whether a page shows what a program prints. The last bits of sums differ between processors, and with them the last digits of figures;
// everything else has to be the same.

using System.Globalization;
using System.Text.RegularExpressions;

namespace Gpt2.Tests.Docs;

/// <summary>Compares texts and pictures with a tolerance for rounding.</summary>
internal static partial class NearlyEqual
{
    /// <summary>A twentieth of a pixel.</summary>
    private const double Pixels = 0.05;

    /// <summary>Of 255, per channel.</summary>
    private const int Shades = 3;

    /// <summary>
    /// Whether two texts are the same, but for figures with a decimal point, which may differ by 1 in the last digit that the first one
    /// shows.
    /// </summary>
    public static bool Texts(string shown, string printed) => Same(shown, printed, Figure(), (expected, found) =>
    {
        int point = expected.IndexOf('.', StringComparison.Ordinal), end = expected.AsSpan().IndexOfAny('e', 'E');
        if (point < 0 || !found.Contains('.', StringComparison.Ordinal))
        {
            return expected == found;
        }

        int exponent = end < 0 ? 0 : int.Parse(expected.AsSpan(end + 1), CultureInfo.InvariantCulture);
        int digits = (end < 0 ? expected.Length : end) - point - 1 - exponent;
        return Math.Abs(Value(expected) - Value(found)) <= Math.Pow(10, -digits) * 1.000001;
    });

    /// <summary>Whether two SVG pictures look the same: places differ by less than can be seen, and so do colours.</summary>
    public static bool Pictures(string shown, string drawn) => Same(shown, drawn, PlaceOrColour(), (expected, found) =>
        expected[0] == '#' || found[0] == '#'
            ? expected.Length == found.Length && expected[0] == found[0] && Channels(expected).Zip(Channels(found)).All(pair =>
                Math.Abs(pair.First - pair.Second) <= Shades)
            : Math.Abs(Value(expected) - Value(found)) <= Pixels);

    private static bool Same(string first, string second, Regex numbers, Func<string, string, bool> near)
    {
        Match[] expected = [.. numbers.Matches(first).Cast<Match>()], found = [.. numbers.Matches(second).Cast<Match>()];
        return expected.Length == found.Length
            && numbers.Replace(first, "0") == numbers.Replace(second, "0")
            && expected.Zip(found).All(pair => near(pair.First.Value, pair.Second.Value));
    }

    private static IEnumerable<int> Channels(string colour) =>
        colour[1..].Chunk(2).Select(digits => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    private static double Value(string figure) =>
        double.Parse(figure.Replace('−', '-').Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    [GeneratedRegex("""[-−]?[0-9][0-9,]*(\.[0-9]+)?([eE][-+]?[0-9]+)?""")]
    private static partial Regex Figure();

    [GeneratedRegex("""#[0-9a-f]{6}\b|-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?""")]
    private static partial Regex PlaceOrColour();
}
