// Two square tables of some words, their cosines and their distances: side by side where there is room, or below each other.

using Gpt2.Cli.CommandLine;

namespace Gpt2.Cli.Output;

/// <summary>Writes the tables.</summary>
internal static class SimilarityTables
{
    /// <summary>Writes both.</summary>
    /// <param name="words">The words as shown.</param>
    /// <param name="cosine">The cosine of each pair.</param>
    /// <param name="distance">The distance of each pair.</param>
    /// <param name="io">Where to write.</param>
    public static void Write(string[] words, double?[][] cosine, double[][] distance, CommandIo io)
    {
        int decimals = VectorNumbers.Decimals(distance.SelectMany(row => row));
        string[][] left = [.. cosine.Select(row => row.Select(VectorNumbers.Cosine).ToArray())];
        string[][] right = [.. distance.Select(row => row.Select(value => VectorNumbers.Fixed(value, decimals)).ToArray())];
        if (io.Width is null || WidthOf(words, left) + WidthOf(words, right) + 8 <= io.Width)
        {
            Column[] columns = [.. ColumnsOf("cosine", words), new Column(""), .. ColumnsOf("distance", words)];
            var table = new TableWriter(io, columns);
            for (int row = 0; row < words.Length; row++)
            {
                table.Row([words[row], .. Cells(left[row]), "", words[row], .. Cells(right[row])]);
            }

            table.End();
        }
        else
        {
            WriteOne("cosine", words, left, io);
            WriteOne("distance", words, right, io);
        }

        if (cosine.Any(row => row.Contains(null)))
        {
            io.Say(VectorNumbers.NoCosine);
        }
    }

    /// <summary>Writes one table, with its name in the corner.</summary>
    public static void WriteOne(string name, string[] words, string[][] numbers, CommandIo io)
    {
        var table = new TableWriter(io, [.. ColumnsOf(name, words)]);
        for (int row = 0; row < words.Length; row++)
        {
            table.Row([words[row], .. Cells(numbers[row])]);
        }

        table.End();
    }

    private static IEnumerable<Cell> Cells(string[] row) => row.Select(number => new Cell(number));

    private static IEnumerable<Column> ColumnsOf(string corner, string[] words) =>
        words.Select(word => Column.Number(word)).Prepend(new Column(corner));

    private static int WidthOf(string[] words, string[][] numbers) => words.Select((word, place) =>
            3 + Math.Max(DisplayText.Width(word), numbers.Max(row => row[place].Length))).Sum() + words.Max(DisplayText.Width);
}
