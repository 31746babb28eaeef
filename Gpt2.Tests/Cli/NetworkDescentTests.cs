// gpt2 network descent and gelu: the walk against the closed form of a bowl, the gradient in two ways, and the pictures.

using System.Text.Json;
using System.Xml.Linq;
using Gpt2.Core.Laboratory;
using Gpt2.Tests.Support;
using static System.FormattableString;

namespace Gpt2.Tests.Cli;

public sealed class NetworkDescentTests
{
    /// <summary>
    /// In v1 and v2 the loss is a bowl, with second derivatives 2 · mean(rᵢ rⱼ). Gradient descent falls as long as the rate is below 2 / λ,
    /// with λ the larger eigenvalue.
    /// </summary>
    [Fact]
    public void Rate_AboveTwoOverTheLargestCurvature_Diverges_AndBelowItFalls()
    {
        IReadOnlyList<CurvePoint> points = Parabola.Points();
        double a = 2 * points.Average(point => point.X * point.X), c = 2 * points.Average(point => Math.Pow(Math.Max(0, point.X - 1), 2));
        double b = 2 * points.Average(point => point.X * Math.Max(0, point.X - 1));
        double largest = ((a + c) / 2) + Math.Sqrt((((a - c) / 2) * ((a - c) / 2)) + (b * b)), critical = 2 / largest;
        critical.Should().BeInRange(0.66, 0.68);

        string below = CommandRun.Of("network", "descent", "--learning-rate", Invariant($"{0.99 * critical}"), "--steps", "300").Result();
        string above = CommandRun.Of("network", "descent", "--learning-rate", Invariant($"{1.01 * critical}"), "--steps", "100").Result();
        string far = CommandRun.Of("network", "descent", "--learning-rate", Invariant($"{1.3 * critical}"), "--steps", "300").Result();

        below.Should().Contain("The loss fell to ").And.NotContain("diverge");
        above.Should().Contain("is too large, and the walk diverges.");
        far.Should().Contain("diverged: step ").And.Contain("above 1,000,000").And.Contain("is too large: each step lands higher than the last.");
    }

    [Fact]
    public void Walk_StepByStep_IsWhatTheGradientSays()
    {
        JsonElement result = Json("network", "descent", "--steps", "4", "--start", "-3,1.5", "--json");

        result.GetProperty("parameters").EnumerateArray().Select(name => name.GetString()).Should().Equal("v1", "v2");
        (double[] At, double Loss, double[] Gradient)[] path = [.. result.GetProperty("path").EnumerateArray().Select(place => (
            Numbers(place.GetProperty("at")), place.GetProperty("loss").GetDouble(), Numbers(place.GetProperty("gradient"))))];
        path.Should().HaveCount(5);
        path[0].At.Should().Equal(-3, 1.5);
        foreach ((double[] at, double loss, double[] gradient) in path)
        {
            double[] errors =
                [.. Parabola.Points().Select(point => 6 + (at[0] * point.X) + (at[1] * Math.Max(0, point.X - 1)) - point.Y)];
            loss.Should().BeApproximately(errors.Average(e => e * e), 1e-12);
            gradient[0].Should().BeApproximately(errors.Zip(Parabola.Points(), (e, point) => 2 * e * point.X).Average(), 1e-12);
        }

        path.Zip(path.Skip(1)).Should().OnlyContain(pair =>
            Math.Abs(pair.Second.At[1] - (pair.First.At[1] - (0.5 * pair.First.Gradient[1]))) < 1e-12);
        result.GetProperty("gradients").EnumerateArray().Should().HaveCount(4).And.OnlyContain(gradient =>
            Math.Abs(gradient.GetProperty("chain_rule").GetDouble() - gradient.GetProperty("differences").GetDouble()) < 1e-6
            && !gradient.GetProperty("is_at_corner").GetBoolean());
    }

    [Fact]
    public void Parameters_AnyTwo_AreThoseThatChange_WithTheirFormulas()
    {
        string report = CommandRun.Of("network", "descent", "--parameters", "c,w2", "--start", "5,0.7", "--learning-rate", "0.01", "--steps", "3")
            .Result();

        report.Should().Contain("as c and w2 change").And.Contain("∂L/∂c ").And.Contain("mean of 2e · v2 · x, where w2 · x + b2 > 0");
        CommandRun.Of("network", "descent", "-n", "1").Result().Should().Contain("as b1 and v1 change");
        CommandRun.Of("network", "descent", "--parameters", "w1,b1", "--start", "-4,2", "--steps", "2").Result()
            .Should().Contain("the gradient is 0 where the walk ends").And.Contain("A corner is on a point");
        CommandRun.Of("network", "descent", "--steps", "0").Result().Should().Contain("no step was taken");
        CommandRun.Of("network", "descent", "--seed", "1").Result().Should().NotBe(CommandRun.Of("network", "descent", "--seed", "2").Result());
        CommandRun.With("0,1\n1,3\n2,2\n", "network", "descent", "--data", "-", "--learning-rate", "0.1").Result()
            .Should().StartWith("the loss, the mean squared error on the 3 points of standard input");
    }

    [Theory]
    [InlineData("--parameters: found 'v1,v9', expected two different ones of c, w1 to w2, b1 to b2, v1 to v2", "--parameters", "v1,v9")]
    [InlineData("--parameters: found 'c,c', *", "--parameters", "c,c")]
    [InlineData("--parameters: found 'c', *", "--parameters", "c")]
    [InlineData("--start: found '1', expected two numbers, as in -4,2", "--start", "1")]
    [InlineData("--start: found '1,1e7', *", "--start", "1,1e7")]
    [InlineData("--learning-rate: found -1, *", "--learning-rate", "-1")]
    public void Options_Wrong_AreRefusedInOneLine(string line, params string[] options) =>
        CommandRun.Of(["network", "descent", .. options]).ErrorLine(2).Should().Match("gpt2: " + line);

    [Theory]
    [InlineData("0.5", 51)]
    [InlineData("0.7", 13)]
    public void Svg_HasContoursAndThePath_ButNotWhereItHasGoneFar(string rate, int places)
    {
        string plain = CommandRun.Of("network", "descent", "--learning-rate", rate, "--svg", "-").Result();
        using var culture = new DecimalCommaCulture();

        CommandRun.Of("network", "descent", "--learning-rate", rate, "--svg", "-").Result().Should().Be(plain);

        XElement[] all = [.. XElement.Parse(plain).Descendants()];
        all.Count(element => element.Attribute("class")?.Value == "contour").Should().Be(12);
        all.Single(element => element.Attribute("class")?.Value == "path").Attribute("points")!.Value.Split(' ').Should().HaveCount(places);
        plain.Should().NotContain("NaN").And.Contain("prefers-color-scheme: dark");
    }

    [Fact]
    public void Svg_OfAFlatLoss_StillIsAPicture()
    {
        string flat = CommandRun.Of("network", "descent", "--parameters", "w1,b1", "--start", "-1,-5", "--svg", "-").Result();

        XElement.Parse(flat).Should().NotBeNull();
        flat.Should().NotContain("NaN");
    }

    [Fact]
    public void Gelu_HasValuesOfBothForms_AndAPicture()
    {
        using var culture = new DecimalCommaCulture();
        string report = CommandRun.Of("network", "gelu", "--at", "-0.75,0,1").Result();

        string[][] rows = [.. report.Split('\n').Skip(2).Take(3).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        rows[0].Should().Equal("-0.75", "0", "-0.1700", "-0.1700", "-0.000069", "0", "0.0011");
        rows[1].Should().Equal("0.00", "0", "0.0000", "0.0000", "0.000000", "–", "0.5000");
        rows[2].Should().Equal("1.00", "1", "0.8413", "0.8412", "-0.000153", "1", "1.0830");
        JsonElement[] points = [.. Json("network", "gelu", "--json").GetProperty("points").EnumerateArray()];
        points.Should().HaveCount(16);
        var picture = XElement.Parse(CommandRun.Of("network", "gelu", "--svg", "-").Result());
        picture.Descendants().Count(element => element.Name.LocalName == "polyline").Should().Be(4);
        CommandRun.Of("network", "gelu", "--at", "0,z").ErrorLine(2).Should().Be("gpt2: --at: found '0,z', expected numbers, as in -1,0,2.5");
    }

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetDouble())];

    private static JsonElement Json(params string[] args) => JsonDocument.Parse(CommandRun.Of(args).Result()).RootElement;
}
