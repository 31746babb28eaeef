// gpt2 maze: its report, JSON and picture, and what it refuses.

using System.Text.Json;
using System.Xml.Linq;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class MazeCommandTests : IDisposable
{
    private static readonly string[] Brief = ["maze", "--steps", "8", "--group-size", "4", "--hidden", "5"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Report_BuiltInMaze_ShowsHowItIsLearned()
    {
        using var culture = new DecimalCommaCulture();

        CommandRun run = CommandRun.Of("maze");

        string[] lines = run.Result().Split('\n');
        lines[0].Should().Be("the built-in maze, 6 × 6. Reward: goal +10, monster -10, every move -0.1; at most 100 moves");
        lines.Should().Contain(line => line.StartsWith("before learning, a path: ", StringComparison.Ordinal));
        lines.Should().ContainSingle(line => line.Contains("mean return   to the goal   to a monster   moves   entropy", StringComparison.Ordinal));
        lines.Should().Contain(line => line.TrimStart().StartsWith("0–39 ", StringComparison.Ordinal))
            .And.Contain(line => line.TrimStart().StartsWith("360–399 ", StringComparison.Ordinal));
        lines.Should().Contain("after learning, the most probable moves: 10 moves, to the goal, return 9.0; the best possible is 9.0 in 10 moves");
        lines.Should().ContainSingle(line => line.StartsWith("of 400 paths drawn, ", StringComparison.Ordinal));
        run.Out.Should().NotContain("\u001b");
        CommandRun.Of("maze").Out.Should().Be(run.Out, "the same seed gives the same report");
        CommandRun.Of("maze", "--seed", "2").Out.Should().NotBe(run.Out);
    }

    [Fact]
    public void Report_ArrowsOfThePath_LeadFromTheStartToTheGoal()
    {
        string[] lines = CommandRun.Of("maze").Result().Split('\n');
        int first = Array.FindIndex(lines, line => line.StartsWith("the path, and", StringComparison.Ordinal)) + 1;
        string[][] path = [.. lines[first..(first + 6)].Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..6])];

        (int row, int column, int moves) = (0, 0, 0);
        while (path[row][column] != "G" && moves++ < 20)
        {
            (row, column) = path[row][column] switch
            {
                "↑" => (row - 1, column),
                "→" => (row, column + 1),
                "↓" => (row + 1, column),
                "←" => (row, column - 1),
                string other => throw new InvalidOperationException($"the path is broken at '{other}'"),
            };
        }

        moves.Should().Be(10);
        path.SelectMany(cells => cells).Count("↑→↓←".Contains).Should().Be(10, "no arrow is off the path");
    }

    [Fact]
    public void Json_HasTheRunInNumbers()
    {
        using var culture = new DecimalCommaCulture();
        JsonElement result = Json([.. Brief, "--seed", "7", "--json"]);

        result.EnumerateObject().Select(field => field.Name).Should().Equal(
            "file", "maze", "seed", "steps", "group_size", "learning_rate", "entropy_bonus", "hidden", "horizon", "rewards", "shortest_moves",
            "best_return", "before", "greedy", "after", "paths_after", "curve", "policy", "text", "svg");
        result.GetProperty("maze").EnumerateArray().Select(row => row.GetString())
            .Should().Equal("S..#..", ".#...M", "...#..", ".M.##.", ".#....", "...M.G");
        result.GetProperty("seed").GetUInt64().Should().Be(7);
        result.GetProperty("best_return").GetDouble().Should().BeApproximately(9, 1e-12);
        result.GetProperty("curve").GetArrayLength().Should().Be(8);
        JsonElement before = result.GetProperty("before");
        int moves = before.GetProperty("moves").GetArrayLength();
        double end = before.GetProperty("end").GetString() switch { "goal" => 10, "monster" => -10, _ => 0 };
        before.GetProperty("return").GetDouble().Should().BeApproximately(end - (0.1 * moves), 1e-9);
        JsonElement[] policy = [.. result.GetProperty("policy").EnumerateArray()];
        policy.Should().HaveCount(36 - 6 - 3 - 1, "each cell of the floor has one").And.OnlyContain(cell => Math.Abs(
            cell.GetProperty("up").GetDouble() + cell.GetProperty("right").GetDouble() + cell.GetProperty("down").GetDouble()
            + cell.GetProperty("left").GetDouble() - 1) < 1e-9);
        result.GetProperty("text").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public void Maze_FromAFile_IsTheOneThatIsLearned()
    {
        File.WriteAllText(folder.PathOf("a.txt"), "S.\n.M\nG.\n");

        string report = CommandRun.Of("maze", "--maze", folder.PathOf("a.txt"), "--steps", "100").Result();

        report.Should().Contain(", 3 × 2. ").And.Contain("2 moves, to the goal, return 9.8; the best possible is 9.8 in 2 moves\n")
            .And.Contain("  ↓ .  ").And.Contain("  G .  ");
        CommandRun.With("S.\n.M\nG.\n", "maze", "--maze", "-", "--steps", "100").Result()
            .Should().Contain("standard input").And.Contain("2 moves, to the goal");
    }

    [Theory]
    [InlineData("S..\n.?G", 1, "* row 2, column 2: found '?', expected #, ., M, S or G")]
    [InlineData("S#G", 1, "*: the goal in row 1, column 3 cannot be reached, expected a way*")]
    public void Maze_WrongFile_IsRefusedInOneLine(string text, int exitCode, string line)
    {
        File.WriteAllText(folder.PathOf("a.txt"), text);

        CommandRun.Of("maze", "--maze", folder.PathOf("a.txt")).ErrorLine(exitCode).Should().Match(line);
    }

    [Theory]
    [InlineData("*--horizon: found 9, expected at least 10, the moves of a shortest path to the goal", "--horizon", "9")]
    [InlineData("*--learning-rate: found 0, expected a finite number of more than 0", "--learning-rate", "0")]
    [InlineData("*--entropy-bonus: found -1, expected a finite number of at least 0", "--entropy-bonus", "-1")]
    [InlineData("*--group-size: found 1, expected 2 to 10000*", "--group-size", "1")]
    [InlineData("*--json describes a file: name it with --svg FILE*", "--json", "--svg", "-")]
    public void Options_Wrong_AreRefusedInOneLine(string line, params string[] options) =>
        CommandRun.Of(["maze", .. options]).ErrorLine(2).Should().Match(line);

    [Fact]
    public void Svg_IsAPictureOfFourMomentsAndTheCurve()
    {
        using var culture = new DecimalCommaCulture();
        string file = folder.PathOf("maze.svg");

        CommandRun run = CommandRun.Of([.. Brief, "--svg", file]);

        run.Result().Should().Contain("after learning");
        run.Error.Should().EndWith($"{file}: the picture of the run\n");
        var picture = XElement.Parse(File.ReadAllText(file));
        string[] labels = [.. picture.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value)];
        labels.Should().Contain(["Before learning", "After 1 step", "After 2 steps", "After 8 steps", "best possible: 9.0 in 10 moves"]);
        Count(picture, "cell").Should().Be(4 * 36);
        Count(picture, "path").Should().Be((3 * 4) + 8, "groups have four paths, and eight of those at the end are drawn");
        Count(picture, "curve").Should().Be(1);
        CommandRun.Of([.. Brief, "--svg", "-"]).Result().Should().Be(File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Text_ShowsAnswersOfTheModelAsPaths()
    {
        JsonElement text = Json([.. Brief, "--text", "--seed", "2", "--json"]).GetProperty("text");
        JsonElement[] paths = [.. text.GetProperty("paths").EnumerateArray()];

        text.GetProperty("model").GetString().Should().Be("gpt2-workshop");
        paths.Should().HaveCount(6);
        double[] rewards = [.. paths.Select(path => path.GetProperty("reward").GetDouble())];
        double[] advantages = [.. paths.Select(path => path.GetProperty("advantage").GetDouble())];
        rewards.Distinct().Should().HaveCountGreaterThan(1, "the model answers now right, now wrong");
        advantages.Sum().Should().BeApproximately(0, 1e-9);
        rewards.Zip(advantages).Should().OnlyContain(pair => pair.First > rewards.Average() == pair.Second > 0);
        foreach (JsonElement path in paths)
        {
            bool isRight = path.GetProperty("reward").GetDouble() == 1;
            path.GetProperty("tokens").EnumerateArray().Any(token => token.GetString() == "\" hot\"").Should().Be(isRight);
        }

        string report = CommandRun.Of([.. Brief, "--text", "--seed", "2", "--svg", folder.PathOf("a.svg")]).Result();
        report.Should().Contain("the same with paths of text").And.Contain("\" opposite\"");
        Count(XElement.Parse(File.ReadAllText(folder.PathOf("a.svg"))), "token")
            .Should().Be(paths.Sum(path => path.GetProperty("tokens").GetArrayLength()));
    }

    /// <summary>The page shows what this version draws: the same seed gives the same picture on every machine.</summary>
    [Fact]
    public void Svg_OfTheDocumentation_IsWhatTheProgramDraws() =>
        CommandRun.Of("maze", "--seed", "2", "--text", "--svg", "-").Result()
            .Should().Be(File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "maze.svg")).ReplaceLineEndings("\n"));

    [Theory]
    [InlineData(30)]
    [InlineData(80)]
    public void Report_OnAScreen_FitsIt(int width) =>
        CommandRun.OnScreen(width, Brief).Result().Split('\n').Should().OnlyContain(line => line.Length <= width);

    [Fact]
    public void Cancelled_EndsWith130_AndLeavesNoPicture()
    {
        CommandRun run = CommandRun.With("", new CancellationToken(canceled: true), "maze", "--svg", folder.PathOf("a.svg"));

        run.ExitCode.Should().Be(130);
        run.Out.Should().BeEmpty();
        Directory.EnumerateFileSystemEntries(folder.Root).Should().BeEmpty();
    }

    [Fact]
    public void Svg_InPlaceOfTheMaze_IsRefused()
    {
        string file = folder.PathOf("a.txt");
        File.WriteAllText(file, "S.G\n");

        CommandRun.Of("maze", "--maze", file, "--svg", file).ErrorLine(2).Should().Contain("the command reads this");
        File.ReadAllText(file).Should().Be("S.G\n");
    }

    private static JsonElement Json(string[] args) => JsonDocument.Parse(CommandRun.Of(args).Result()).RootElement;

    private static int Count(XElement picture, string kind) => picture.Descendants()
        .Count(element => $"{element.Attribute("class")?.Value}".Split(' ')[0] == kind);
}
