// The picture of a block: it shows the numbers of the trace, the same ones with every rung, and the one in the documentation is
// what the program draws today.

using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Gpt2.Cli.Output;
using Gpt2.Tests.Docs;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed partial class BlockDrawingTests : IDisposable
{
    private const string Prompt = "Mike is quick. He moves";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("scalar")]
    [InlineData("tuned")]
    public void Draw_DefaultModelWithAnyRung_IsThePictureOfTheDocumentation(string kernels)
    {
        string documented = DocumentedCommands.Page("docs", "block.svg");
        XElement expected = XElement.Parse(documented);

        XElement drawn = XElement.Parse(CommandRun.Of("trace", Prompt, "--svg", "-", "--kernels", kernels).Result());

        string[] shown = Texts(expected), words = Texts(drawn);
        words.Should().HaveSameCount(shown);
        words.Zip(shown).Should().OnlyContain(
            pair => DocumentedCommands.Matches(pair.Second, pair.First) && DocumentedCommands.Matches(pair.First, pair.Second));
        (string Place, int?[][] Shades)[] maps = Maps(drawn), expectedMaps = Maps(expected);
        maps.Select(map => map.Place).Should().Equal(expectedMaps.Select(map => map.Place));
        foreach (((string place, int?[][] shades), (string _, int?[][] expectedShades)) in maps.Zip(expectedMaps))
        {
            shades.SelectMany(row => row).Zip(expectedShades.SelectMany(row => row)).Should().OnlyContain(
                pair => pair.First == pair.Second || Math.Abs(pair.First!.Value - pair.Second!.Value) == 1, "of {0}", place);
        }

        documented.Length.Should().BeLessThan(150_000);
        documented.Should().NotContain("<script").And.NotContain("href").And.NotContain("url(");
    }

    [Fact]
    public void Draw_BlockOfAPrompt_ShowsTheNumbersOfItsTrace()
    {
        using var culture = new DecimalCommaCulture();
        string file = folder.PathOf("b.svg");

        string said = CommandRun.Of("trace", Prompt, "--block", "2", "--svg", file, "--out", folder.PathOf("steps")).Result();

        said.Should().StartWith($"18 files in {folder.PathOf("steps")}, the picture of block 2 in {file}; predicted token \" quickly\"");
        XElement picture = XElement.Parse(File.ReadAllText(file));
        string[] texts = Texts(picture);
        foreach (string trace in Directory.EnumerateFiles(folder.PathOf("steps")))
        {
            string[] row = File.ReadLines(trace).Last().Split(',');
            bool triangles = Path.GetFileNameWithoutExtension(trace) is "h2_step_6" or "h2_step_7";
            IEnumerable<string> numbers = row.Take(triangles ? 4 : 3).Select(number => double.Parse(number, CultureInfo.InvariantCulture))
                .Select(number => number.ToString(Math.Abs(number) < 10 ? "F2" : "F1", CultureInfo.InvariantCulture))
                .Select(number => number == "-0.00" ? "0.00" : number);
            texts.Should().Contain((triangles ? "head 0: " : "") + string.Join(' ', numbers).Replace('-', '−') + " …", trace);
            texts.Should().Contain($"[6, {row.Length}]");
        }

        int?[][][] heads = [.. Maps(picture).Select(map => map.Shades).Where(map => Count(map[0]) == 1)];
        heads.Should().HaveCount(2 * 4, "of each head there are scores and attention");
        heads.Should().OnlyContain(head => head.Select(Count).SequenceEqual(Enumerable.Range(1, 6)));
        heads[4..].Should().OnlyContain(head => head[0][0] == HeatMap.Shades, "the first token has only itself to look at");
    }

    [Theory]
    [InlineData("one token of few channels", 1, "--layers", "1", "--heads", "1", "--channels", "4")]
    [InlineData("more tokens and heads than are drawn", 12, "--layers", "1", "--heads", "12", "--channels", "96")]
    public void Draw_SmallAndLarge_DrawsAsMuchAsThereIsRoomFor(string what, int rows, params string[] sizes)
    {
        string model = folder.PathOf("model"), prompt = rows == 1 ? "a" : new string('a', 40);
        CommandRun.Of(["new", model, .. sizes]).Result();

        XElement picture = XElement.Parse(CommandRun.Of("trace", prompt, "-m", model, "--svg", "-").Result());

        int[] rowsOfMaps = [.. Maps(picture)[..^1].Select(map => map.Shades.Length)]; // the last one is the key
        int heads = int.Parse(sizes[3], CultureInfo.InvariantCulture);
        rowsOfMaps.Should().HaveCount(12 + 3 + 3 + (2 * Math.Min(4, heads)), "of {0} steps 4 and 5 have three parts, and 6 and 7 have heads", what);
        rowsOfMaps.Should().OnlyContain(count => count == rows);
        Texts(picture).Should().OnlyContain(text => !text.Contains("NaN", StringComparison.Ordinal));
    }

    private static int Count(int?[] shades) => shades.Count(shade => shade is not null);

    private static string[] Texts(XElement picture) =>
        [.. picture.Descendants().Where(element => element.Name.LocalName is "text" or "title" or "desc").Select(element => element.Value)];

    /// <summary>The heat maps: where they are, and each cell's shade; null where there is none.</summary>
    private static (string Place, int?[][] Shades)[] Maps(XElement picture) =>
        [.. picture.Elements().Where(element => element.Attribute("class")?.Value == "map")
            .Select(map => (map.Attribute("transform")!.Value, Shades(map)))];

    private static int?[][] Shades(XElement map)
    {
        (int Row, int Column, int Shade)[] cells =
            [.. map.Elements().SelectMany(path => Cells(path.Attribute("d")!.Value).Select(cell => (cell.Row, cell.Column, Shade(path))))];
        int rows = cells.Max(cell => cell.Row) + 1, columns = cells.Max(cell => cell.Column) + 1;
        int?[][] shades = [.. Enumerable.Range(0, rows).Select(_ => new int?[columns])];
        foreach ((int row, int column, int shade) in cells)
        {
            shades[row][column] = shade;
        }

        return shades;
    }

    private static int Shade(XElement path)
    {
        int sign = path.Attribute("class")!.Value switch { "below" => -1, "above" => 1, _ => 0 };
        return sign == 0
            ? 0
            : sign * (int)Math.Round(double.Parse(path.Attribute("fill-opacity")!.Value, CultureInfo.InvariantCulture) * HeatMap.Shades);
    }

    private static IEnumerable<(int Row, int Column)> Cells(string path) => Run().Matches(path).SelectMany(run =>
        Enumerable.Range(Number(run, "column"), Number(run, "count")).Select(column => (Number(run, "row"), column)));

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"M(?<column>\d+) (?<row>\d+)h(?<count>\d+)v1h-\k<count>z")]
    private static partial Regex Run();
}
