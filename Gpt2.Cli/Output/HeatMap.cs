// Numbers as coloured cells: one colour below zero, another above, stronger the farther from it. There are few shades,
// so that the last bits of a number do not show.

using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Gpt2.Core.Drawing;

namespace Gpt2.Cli.Output;

/// <summary>Draws the cells of a matrix.</summary>
internal static class HeatMap
{
    /// <summary>Number of shades of each colour.</summary>
    public const int Shades = 6;

    /// <summary>The styles of the cells.</summary>
    public const string Style =
        """
        .cell { fill: #e9edf1; } .below { fill: #0a5fb4; } .above { fill: #c2410c; }
        @media (prefers-color-scheme: dark) { .cell { fill: #2a323c; } .below { fill: #5cb0ff; } .above { fill: #ff9d4d; } }
        """;

    /// <summary>Draws the cells; those without a number stay empty.</summary>
    /// <param name="x">The left edge.</param>
    /// <param name="y">The upper edge.</param>
    /// <param name="cellWidth">The width of a cell.</param>
    /// <param name="cellHeight">The height of a cell.</param>
    /// <param name="cells">The numbers, row by row.</param>
    /// <param name="scale">The magnitude from which on the colour is strongest.</param>
    public static XElement Draw(double x, double y, double cellWidth, double cellHeight, float?[][] cells, double scale)
    {
        XElement map = SvgPicture.Element("g", "map", ("transform", string.Create(
            CultureInfo.InvariantCulture, $"translate({x:0.##} {y:0.##}) scale({cellWidth:0.###} {cellHeight:0.###})")));
        map.Add(SvgPicture.Element("path", "cell", ("d", Runs(cells, number => number is not null))));
        for (int shade = -Shades; shade <= Shades; shade++)
        {
            string runs = shade == 0 ? "" : Runs(cells, number => ShadeOf(number, scale) == shade);
            if (runs.Length > 0)
            {
                map.Add(SvgPicture.Element(
                    "path", shade < 0 ? "below" : "above", ("fill-opacity", Math.Abs(shade) / (double)Shades), ("d", runs)));
            }
        }

        return map;
    }

    private static int ShadeOf(float? number, double scale) =>
        number is float value ? (int)Math.Round(Math.Clamp(value / scale, -1, 1) * Shades) : 0;

    /// <summary>The selected cells as a path: neighbours in a row are one rectangle.</summary>
    private static string Runs(float?[][] cells, Func<float?, bool> isWanted)
    {
        var path = new StringBuilder();
        for (int row = 0; row < cells.Length; row++)
        {
            for (int column = 0; column < cells[row].Length; column++)
            {
                int begin = column;
                while (column < cells[row].Length && isWanted(cells[row][column]))
                {
                    column++;
                }

                if (column > begin)
                {
                    path.Append(CultureInfo.InvariantCulture, $"M{begin} {row}h{column - begin}v1h{begin - column}z");
                }
            }
        }

        return path.ToString();
    }
}
