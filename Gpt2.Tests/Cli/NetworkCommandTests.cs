// gpt2 network: the errors of the workshop, training and its path, a user's own points, pictures, and what is refused.

using System.Text.Json;
using System.Xml.Linq;
using Gpt2.Core.Laboratory;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class NetworkCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>The fact of the workshop: 0.8333, 0.003255 and 8.33e-9, as means over all x; at the 41 points, 200 neurons are exact.</summary>
    [Fact]
    public void Compare_OfTheWorkshop_HasItsErrors()
    {
        using var culture = new DecimalCommaCulture();

        string[] lines = CommandRun.Of("network", "--compare", "2,8,200").Result().Split('\n');

        lines[0].Should().Be("mean squared error of networks of ReLUs that are like y = 5(x − 1)² + 1:");
        Cells(lines[3]).Should().Equal("2", "7", "0.8333", "0.8130");
        Cells(lines[4]).Should().Equal("8", "25", "0.003255", "0.003171");
        Cells(lines[5]).Should().Equal("200", "601", "8.333e-9", "0");
        lines[7].Should().Contain("(5/6) h⁴");
    }

    [Fact]
    public void Compare_OfTrainedNetworks_HasTheLossOfEach_OrThatItDiverged()
    {
        JsonElement all = Json("network", "--compare", "1,16", "--train", "--steps", "300", "--json");
        JsonElement[] networks = [.. all.GetProperty("networks").EnumerateArray()];
        networks.Select(network => network.GetProperty("neurons").GetInt32()).Should().Equal(1, 16);
        networks[0].GetProperty("integral_error").GetDouble().Should().BeApproximately(40 / 3.0, 1e-12);
        networks[1].GetProperty("loss").GetDouble().Should().BeLessThan(0.05)
            .And.Be(ReluDescent.Run(ReluNetwork.Random(16, 1), Parabola.Points(), 0.05, 300).Losses[^1]);

        CommandRun.Of("network", "--compare", "16", "--train", "--learning-rate", "2").Result().Should().Contain("diverged\n");
        Json("network", "--compare", "16", "--train", "--learning-rate", "2", "--json").GetProperty("networks")[0]
            .GetProperty("loss").ValueKind.Should().Be(JsonValueKind.Null);
        Json("network", "--compare", "--json").GetProperty("networks").EnumerateArray().Select(network => network.GetProperty("neurons").GetInt32())
            .Should().Equal(1, 2, 4, 8, 16, 32, 64, 200);
    }

    [Fact]
    public void Network_Standard_ShowsItsNeurons()
    {
        string[] lines = CommandRun.Of("network").Result().Split('\n');

        lines[0].Should().Be("8 ReLUs that meet y = 5(x − 1)² + 1 at 9 places:");
        lines[1].Should().EndWith("with c = 6 and");
        Cells(lines[4]).Should().Equal("1", "1", "0.00", "-8.75", "0.00", "right", "of", "it");
        Cells(lines[5]).Should().Equal("2", "1", "-0.25", "2.50", "0.25", "right", "of", "it");
        lines[12].Should().Be("mean squared error: 0.003255 over all x of [0, 2], 0.003171 over the 41 points");
        CommandRun.Of("network", "--neurons", "100").Result().Should().Contain("… and 68 more; --json has them all");
    }

    [Fact]
    public void Train_ShowsThePathDown_AndIsTheSameForASeed()
    {
        using var culture = new DecimalCommaCulture();
        string report = CommandRun.Of("network", "--train", "--steps", "25").Result();

        string[][] path = [.. report.Split('\n').Skip(3).Take(7).Select(Cells)];
        path.Select(cells => cells[0]).Should().Equal("0", "1", "2", "5", "10", "20", "25");
        path.Select(cells => double.Parse(cells[1], System.Globalization.CultureInfo.InvariantCulture)).Should().BeInDescendingOrder();
        CommandRun.Of("network", "--train", "--steps", "25").Result().Should().Be(report);
        CommandRun.Of("network", "--train", "--steps", "25", "--seed", "2").Result().Should().NotBe(report);

        JsonElement training = Json("network", "--train", "--json").GetProperty("training");
        JsonElement[] steps = [.. training.GetProperty("path").EnumerateArray()];
        steps.Should().HaveCount(2001);
        steps[0].GetProperty("loss").GetDouble().Should().Be(ReluNetwork.Random(16, 1).MeanSquaredError(Parabola.Points()));
        steps[2000].GetProperty("loss").GetDouble().Should().BeLessThan(0.005, "it finds a fit");
        training.GetProperty("has_diverged").GetBoolean().Should().BeFalse();
    }

    [Fact]
    public void Train_NoSteps_IsTheRandomNetwork() =>
        Json("network", "--train", "--steps", "0", "--seed", "5", "--json").GetProperty("c").GetDouble().Should().Be(0);

    [Fact]
    public void Train_RateTooLarge_SaysSo()
    {
        string report = CommandRun.Of("network", "--train", "--learning-rate", "2").Result();

        report.Should().Contain("diverged: step 3 would take the loss above 1,000,000, or a parameter above 1,000,000,000. "
            + "The learning rate 2 is too large; below, the network after step 2.").And.Contain("16 of the 16 ReLUs are 0 at every point: dead");
        JsonElement training = Json("network", "--train", "--learning-rate", "2", "--json").GetProperty("training");
        training.GetProperty("has_diverged").GetBoolean().Should().BeTrue();
        training.GetProperty("steps").GetInt32().Should().Be(2);
    }

    [Fact]
    public void Data_OfAUser_IsMetAtEveryPoint_OrAtTheKnots()
    {
        string file = File("x,y\n0,1\n1,3\n2,2\n3.5,7\n");

        CommandRun.Of("network", "--data", file).Result().Should().StartWith($"3 ReLUs that meet {file} at 4 places:")
            .And.EndWith("mean squared error: 0 over the 4 points\n");
        Json("network", "--data", file, "--knots", "3.5,0", "--json").GetProperty("table")[0].GetProperty("v").GetDouble()
            .Should().BeApproximately(6 / 3.5, 1e-15);
        JsonElement two = Json("network", "--data", file, "--neurons", "2", "--json");
        two.GetProperty("integral_error").ValueKind.Should().Be(JsonValueKind.Null);
        two.GetProperty("table").EnumerateArray().Select(neuron => neuron.GetProperty("corner").GetDouble()).Should().Equal(0, 2);
        CommandRun.With("0,1\n1,3\n", "network", "--data", "-").Result().Should().StartWith("1 ReLU that meets standard input at 2 places:");
        Json("network", "--data", file, "--compare", "--json").GetProperty("networks").EnumerateArray()
            .Select(network => network.GetProperty("neurons").GetInt32()).Should().Equal(1, 2, 3);
    }

    /// <summary>Seconds or years, euros or millions: a curve is learned alike, whatever its units.</summary>
    [Fact]
    public void Data_InOtherUnits_IsLearnedAlike()
    {
        string file = File("0,1\n1,3\n2,2\n3.5,7\n"), other = File("5000,-93\n5100,-73\n5200,-83\n5350,-33\n", "b.csv");

        double[] losses = Losses(file), others = Losses(other);

        losses[^1].Should().BeLessThan(losses[0] / 100);
        losses.Zip(others).Should().OnlyContain(pair => Math.Abs(pair.Second - (100 * pair.First)) < 1e-6 * pair.Second);

        double[] Losses(string path) =>
        [
            .. Json("network", "--data", path, "--train", "--neurons", "6", "--steps", "1000", "--json").GetProperty("training").GetProperty("path")
                .EnumerateArray().Select(step => step.GetProperty("loss").GetDouble()),
        ];
    }

    [Theory]
    [InlineData(2, "expected no --steps without --train", "--steps", "3")]
    [InlineData(2, "expected no --seed without --train", "--seed", "3")]
    [InlineData(2, "expected no --knots with --train", "--train", "--knots", "0,1")]
    [InlineData(2, "expected no --neurons with --compare", "--compare", "2", "--neurons", "3")]
    [InlineData(2, "--knots: found '1,1', expected two or more different numbers*", "--knots", "1,1")]
    [InlineData(2, "--knots: found '1,x', expected two or more numbers*", "--knots", "1,x")]
    [InlineData(2, "--compare: found '2,0', expected whole numbers from 1 to 1000*", "--compare", "2,0")]
    [InlineData(2, "--learning-rate: found 0, expected a finite number of more than 0", "--train", "--learning-rate", "0")]
    [InlineData(2, "--learning-rate: found NaN, *", "--train", "--learning-rate", "nan")]
    [InlineData(2, "--neurons: found 0, expected 1 to 1000*", "--neurons", "0")]
    [InlineData(2, "--neurons: found 4, expected at most 3, one less than the 4 points of *", "--data", "FILE", "--neurons", "4")]
    [InlineData(2, "--compare: found 4, expected at most 3*", "--data", "FILE", "--compare", "2,4")]
    [InlineData(2, "--knots: found 1.1, expected the x of a point of *; the nearest is 1", "--data", "FILE", "--knots", "0,1.1")]
    [InlineData(2, "*the command reads this*", "--data", "FILE", "--svg", "FILE")]
    [InlineData(2, "--json describes a file: name it with --svg FILE", "--json", "--svg", "-")]
    [InlineData(1, "*: no such file*", "--data", "nowhere.csv")]
    public void Options_Wrong_AreRefusedInOneLine(int exitCode, string line, params string[] options)
    {
        string file = File("0,1\n1,3\n2,2\n3.5,7\n");
        CommandRun run = CommandRun.Of(["network", .. options.Select(option => option == "FILE" ? file : option)]);

        bool json = options.Contains("--json");
        string? message = json
            ? JsonDocument.Parse(run.Error).RootElement.GetProperty("error").GetProperty("message").GetString()
            : run.ErrorLine(exitCode)["gpt2: ".Length..];
        message.Should().Match(line);
        run.ExitCode.Should().Be(exitCode);
    }

    [Fact]
    public void Svg_HasCurvePointsNetworkAndCorners_Alike_InEveryCulture()
    {
        string plain = CommandRun.Of("network", "--svg", "-").Result();
        using var culture = new DecimalCommaCulture();
        string file = folder.PathOf("a.svg");

        CommandRun run = CommandRun.Of("network", "--svg", file);

        run.Error.Should().Be($"{file}: the picture of the network\n");
        System.IO.File.ReadAllText(file).ReplaceLineEndings("\n").Should().Be(plain);
        var picture = XElement.Parse(plain);
        XElement[] line = Of(picture, "polyline", "network");
        line.Should().ContainSingle();
        line[0].Attribute("points")!.Value.Split(' ').Should().HaveCount(9);
        Of(picture, "circle", "point").Should().HaveCount(41 + 1, "one is in the key");
        Of(picture, "path", "corner").Should().HaveCount(8 + 1);
        plain.Should().Contain("prefers-color-scheme: dark");
        CommandRun.Of("network", "--data", File("0,1\n1,1\n"), "--svg", "-").Result().Should().NotContain("NaN").And.NotContain("∞");
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    public void Report_OnAScreen_FitsIt(int width)
    {
        foreach (string[] args in (string[][])
            [["network"], ["network", "--train", "--steps", "20"], ["network", "--compare", "2,8,200"], ["network", "descent"], ["network", "gelu"],
            ["network", "--train", "--learning-rate", "2"], ["merges", "low:5", "lower:2", "newest:6", "widest:3", "--end", "_"]])
        {
            CommandRun run = CommandRun.OnScreen(width, args);
            (run.Result() + run.Error).Split('\n').Should().OnlyContain(line => line.Length <= width, string.Join(' ', args));
        }
    }

    private static XElement[] Of(XElement picture, string name, string kind) =>
        [.. picture.Descendants().Where(element => element.Name.LocalName == name && element.Attribute("class")?.Value == kind)];

    private static string[] Cells(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static JsonElement Json(params string[] args) => JsonDocument.Parse(CommandRun.Of(args).Result()).RootElement;

    private string File(string text, string name = "a.csv")
    {
        System.IO.File.WriteAllText(folder.PathOf(name), text);
        return folder.PathOf(name);
    }
}
