// The picture of gpt2 explain: its probabilities are those of the table, and the softmax at other temperatures.

using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Gpt2.Cli.Output;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class DistributionDrawingTests : IDisposable
{
    private readonly SmallModelFolder folder = new(context: 12);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("explain", "abc")]
    [InlineData("explain", "abc", "--temperature", "0.8", "--top-k", "5", "--top-p", "0.02", "--seed", "3")]
    [InlineData("explain", "abca", "--temperature", "0.01", "--no-repeat-ngram", "1", "--repetition-penalty", "1.5", "--seed", "3")]
    public void Svg_HasTheProbabilitiesOfTheTable_AndStaysInside(params string[] args)
    {
        string file = folder.PathOf("explain.svg");
        using var result = JsonDocument.Parse(CommandRun.Of([.. args, "-m", folder.Model, "--json", "--top", "257", "--svg", file]).Result());
        JsonElement[] tokens = [.. result.RootElement.GetProperty("tokens").EnumerateArray()];

        var picture = XElement.Load(file);

        SvgChecks.StaysInside(picture);
        result.RootElement.GetProperty("svg").GetString().Should().Be(file);
        double[] temperatures = args.Contains("--temperature")
            ? [.. ((double[])[double.Parse(args[3], CultureInfo.InvariantCulture), 0.5, 1, 2]).Order()] : [0.5, 1, 2];
        string[] texts = [.. picture.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value)];
        texts.Where(text => text.StartsWith("temperature ", StringComparison.Ordinal))
            .Should().Equal(temperatures.Select(temperature => FormattableString.Invariant($"temperature {temperature}")));
        foreach (double temperature in temperatures)
        {
            JsonElement[] allowed = [.. tokens.Where(token => token.GetProperty("dropped_by").GetString() != "no-repeat-ngram")];
            double sum = allowed.Sum(token => Math.Exp(token.GetProperty("score").GetDouble() / temperature));
            double first = Math.Exp(allowed[0].GetProperty("score").GetDouble() / temperature) / sum;
            texts.Should().Contain(Probability.Shown(first));
        }

        if (args.Contains("--temperature"))
        {
            texts.Should().Contain("what is left");
            JsonElement kept = tokens.First(token => token.GetProperty("dropped_by").ValueKind == JsonValueKind.Null);
            texts.Should().Contain(Probability.Shown(kept.GetProperty("renormalised").GetDouble()));
            texts.Count(text => text.StartsWith("✗ ", StringComparison.Ordinal))
                .Should().Be(tokens.Take(16).Count(token => token.GetProperty("dropped_by").ValueKind != JsonValueKind.Null));
        }
    }

    [Fact]
    public void Svg_ToStandardOutput_IsThePictureAlone() =>
        XElement.Parse(CommandRun.Of("explain", "abc", "-m", folder.Model, "--svg", "-").Result()).Name.LocalName.Should().Be("svg");
}
