// gpt2 price: the table, JSON and picture of a list, the price of one text, and what is refused.

using System.Text.Json;
using System.Xml.Linq;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class PriceCommandTests : IDisposable
{
    private readonly SmallModelFolder small = new(context: 160, layers: 1);
    private readonly string model, list, training;

    public PriceCommandTests()
    {
        model = small.PathOf("priced");
        list = small.PathOf("list.csv");
        training = small.PathOf("training.jsonl");
        CommandRun.Of("convert", small.Model, model, "--to", "csv", "--add-tokens", "1-999").Result();
        File.WriteAllText(list, "prompt,completion\nA small pen. Price is $,12\nA large boat. Price is $,512\n\"A hat, old. Price is $\",60\n");
        File.WriteAllText(
            training,
            """
            {"prompt": "A pen $", "completion": "10"}
            {"prompt": "A boat $", "completion": "500"}
            {"prompt": "A boat $", "completion": "540"}
            """);
    }

    public void Dispose() => small.Dispose();

    [Fact]
    public void List_Table_HasReadingsAndBaselines()
    {
        using var culture = new DecimalCommaCulture();

        CommandRun run = CommandRun.Of("price", list, "--model", model, "--train", training, "--also", small.Model, "--top-k", "2");

        string[] lines = run.Result().Split('\n');
        lines[0].Should().Be($"{list}: 3 prices from $12 to $512, predicted by");
        lines[1].Should().MatchRegex("model +reading +mean error +95 % interval +RMSE +r² +green +orange +red");
        const StringSplitOptions Cells = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        lines[3..12].Select(line => line.Split("  ", Cells)[..^7]).Should().BeEquivalentTo(
            new string[][]
            {
                ["priced", "most probable"], ["mean of top 2"], ["median"], ["model", "most probable"], ["mean of top 2"], ["median"],
                ["none", "training mean"], ["training median"], ["regression on words"],
            },
            options => options.WithStrictOrdering());
        lines[9].Should().MatchRegex("training mean +\\$263\\.33 "); // of 10, 500 and 540 it is 350: off by 338, 162 and 290
        lines[10].Should().MatchRegex("training median +\\$313\\.33 "); // 500: off by 488, 12 and 440
        run.Error.Should().Contain("note: only 9 prices are tokens of model").And.NotContain("tokens of priced");
    }

    [Fact]
    public void List_Json_HasTheSameAndThePredictions()
    {
        string svg = small.PathOf("prices.svg");
        using JsonDocument json = JsonDocument.Parse(
            CommandRun.Of("price", list, "--model", model, "--json", "--svg", svg, "--reading", "mean").Result());
        JsonElement root = json.RootElement;

        root.EnumerateObject().Select(property => property.Name).Should().Equal("file", "prices", "least_error", "methods", "svg");
        root.GetProperty("least_error").ValueKind.Should().Be(JsonValueKind.Null, "these are not products of the rule");
        JsonElement[] methods = [.. root.GetProperty("methods").EnumerateArray()];
        methods.Select(method => method.GetProperty("reading").GetString()).Should().Equal("most probable", "mean of top 3", "median");
        double[] predicted = [.. methods[1].GetProperty("predicted").EnumerateArray().Select(price => price.GetDouble())];
        double[] errors = [.. predicted.Zip(new[] { 12, 512, 60 }, (price, right) => Math.Abs(price - right))];
        methods[1].GetProperty("mean_absolute_error").GetDouble().Should().BeApproximately(errors.Average(), 1e-9);
        methods[1].GetProperty("share").GetDouble().Should().BeInRange(0, 1);
        var picture = XElement.Load(svg);
        picture.Descendants().Count(element => element.Attribute("class")?.Value.StartsWith("dot ", StringComparison.Ordinal) == true)
            .Should().Be(3 + 3, "a mark for each price, and three in the legend");
        picture.ToString().Should().Contain("mean of top 3: off by $");
    }

    [Fact]
    public void List_OfTheRule_StatesTheLeastError()
    {
        string products = small.PathOf("products.jsonl");
        CommandRun.Of("corpus", "--kind", "products", "--split", "test", "--count", "20", "--out", products).Result()
            .Should().Be($"{products}: 20 test products, seed 1\n");

        string result = CommandRun.Of("price", products, "--model", model).Result();

        result.Should().Contain("the rule, without noise").And.MatchRegex("no one can expect less than \\$[0-9.]+, .* [0-9.]+ times as much\n$");
    }

    [Fact]
    public void Text_Table_HasTheMostProbablePrices()
    {
        string[] lines = CommandRun.Of("price", "A large old golden clock from Paris.", "--model", model).Result().Split('\n');

        lines[0].Should().Be("\"A large old golden clock from Paris. Price is $\" is followed, says priced, by");
        lines[3..13].Should().OnlyContain(line => line.Contains('$'));
        lines[13].Should().MatchRegex(
            "^most probable \\$[0-9]+, mean of the top 3 \\$[0-9.]+, median \\$[0-9]+; the rule says \\$791, without noise$");
    }

    [Fact]
    public void Text_Json_HasTheReadings()
    {
        using JsonDocument json = JsonDocument.Parse(CommandRun.Of("price", "Any thing for $", "--model", model, "--json", "--top-k", "1").Result());
        JsonElement root = json.RootElement;

        root.GetProperty("prompt").GetString().Should().Be("Any thing for $");
        root.GetProperty("rule").ValueKind.Should().Be(JsonValueKind.Null);
        JsonElement[] top = [.. root.GetProperty("top").EnumerateArray()];
        top.Should().HaveCount(10);
        double first = top[0].GetProperty("price").GetDouble();
        root.GetProperty("most_probable").GetDouble().Should().Be(first);
        root.GetProperty("mean_of_top").GetDouble().Should().Be(first);
        top.Select(price => price.GetProperty("probability").GetDouble()).Should().BeInDescendingOrder();
    }

    [Theory]
    [InlineData("prompt,completion\na $,12\nb $,1000\n", " line 3: found '1000', expected a price in whole dollars from 1 to 999")]
    [InlineData("prompt,completion\na $,$12\n", " line 2: found '$12', expected a price in whole dollars from 1 to 999")]
    [InlineData("instruction,output\na,12\n", ": has instructions, expected completions (prompt, completion) in which each completion is a price")]
    [InlineData("text\na\n", " line 1: found the fields text, expected the fields of a kind*")]
    public void List_Wrong_IsNamedWithItsLine(string text, string message)
    {
        File.WriteAllText(list, text);

        CommandRun.Of("price", list, "--model", model).ErrorLine(1).Should().Match($"gpt2: {list}{message}");
    }

    [Fact]
    public void List_DescriptionTooLong_IsNamedWithItsLine()
    {
        File.WriteAllText(list, $"prompt,completion\na $,12\n{new string('b', 170)} $,13\n");

        CommandRun.Of("price", list, "--model", model).ErrorLine(1)
            .Should().StartWith($"gpt2: {list} line 3: ").And.Contain("172 tokens, expected 1 to 160");
    }

    [Fact]
    public void Options_ThatDoNotGoTogether_AreRefused()
    {
        CommandRun.Of("price", "a text $", "--model", model, "--svg", small.PathOf("x.svg")).ErrorLine(2)
            .Should().Be("gpt2: expected no --svg with a single description");
        CommandRun.Of("price", list, "--model", model, "--reading", "mode").ErrorLine(2).Should().Contain("most-probable, mean, median");
        CommandRun.Of("price", list, "--model", model, "--top-k", "0").ExitCode.Should().Be(2);
        CommandRun.Of("price", small.PathOf("none.csv"), "--model", model).ErrorLine(1).Should().StartWith($"gpt2: {small.PathOf("none.csv")}: ");
        CommandRun.Of("price", list, "--model", model, "--svg", list).ErrorLine(2).Should().Contain(list);
    }
}
