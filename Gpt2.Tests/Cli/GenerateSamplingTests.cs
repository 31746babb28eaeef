// gpt2 generate with --temperature, --top-k, --top-p and --seed: repeated texts, fresh seeds, and wrong values.

using System.Globalization;
using System.Text.Json;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class GenerateSamplingTests : IDisposable
{
    private readonly SmallModelFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Generate_SameSeed_GivesTheSameText()
    {
        using var culture = new DecimalCommaCulture();
        string[] options = ["--temperature", "0.8", "--top-k", "100", "--top-p", "0.95"];
        CommandRun first = Generate([.. options, "--seed", "7"]);

        first.Error.Should().BeEmpty("the seed is known");
        Generate([.. options, "-s", "7"]).Result().Should().Be(first.Result());
        Generate([.. options, "--seed", "8"]).Result().Should().NotBe(first.Result());
        Generate("--temperature", "0.7", "--seed", "7").Result().Should().NotBe(Generate("--temperature", "1.5", "--seed", "7").Result());
    }

    [Fact]
    public void Generate_SeedAlone_DrawsAtTemperatureOne()
    {
        string drawn = Generate("--seed", "3").Result();

        drawn.Should().Be(Generate("--seed", "3", "--temperature", "1", "--top-k", "0", "--top-p", "1").Result());
        drawn.Should().NotBe(Generate().Result());
    }

    [Theory]
    [InlineData("--temperature", "1")]
    [InlineData("--top-k", "50")]
    [InlineData("--top-p", "0.9")]
    public void Generate_NoSeed_PrintsTheOneItTook(string option, string value)
    {
        CommandRun first = Generate(option, value);

        first.Error.Should().MatchRegex("^seed [0-9]+\n$");
        string seed = first.Error.Trim()["seed ".Length..];
        Generate(option, value, "--seed", seed).Result().Should().Be(first.Result());
    }

    [Theory]
    [InlineData("--temperature", "0")]
    [InlineData("--top-k", "1", "-s", "5")]
    [InlineData("--temperature", "1e-9", "-s", "5")]
    public void Generate_OnlyOneTokenLeft_IsGreedyAndSilent(params string[] options)
    {
        CommandRun run = Generate(options);

        run.Result().Should().Be(Generate().Result());
        run.Error.Should().BeEmpty();
    }

    [Fact]
    public void Generate_Json_HasTheSameTokens()
    {
        string line = CommandRun.Of("generate", "--ids", "1,2", "-n", "12", "-m", folder.Model, "-s", "7", "--json").Result();
        using JsonDocument result = JsonDocument.Parse(line);
        IEnumerable<int> ids = result.RootElement.GetProperty("completions")[0].GetProperty("ids").EnumerateArray().Select(id => id.GetInt32());

        string.Join(' ', ids.Select(id => id.ToString(CultureInfo.InvariantCulture))).Should().Be(Generate("-s", "7").Result().Trim());
    }

    [Theory]
    [InlineData("temperature is -1, expected a finite number of at least 0", "--temperature", "-1")]
    [InlineData("temperature is NaN, expected a finite number", "--temperature", "NaN")]
    [InlineData("temperature is Infinity, expected a finite number", "--temperature", "1e999")]
    [InlineData("--temperature: found '0,8', expected a number, for example 0.8", "--temperature", "0,8")]
    [InlineData("--temperature: found 'hot', expected a number, for example 0.8", "--temperature", "hot")]
    [InlineData("--top-k: found -1, expected at least 0", "--top-k", "-1")]
    [InlineData("--top-k: found '2.5', expected a whole number, for example 40", "--top-k", "2.5")]
    [InlineData("top-p is 0, expected more than 0 and at most 1", "--top-p", "0")]
    [InlineData("top-p is 1.5, expected more than 0 and at most 1", "--top-p", "1.5")]
    [InlineData("--seed: found -1, expected at least 0", "--seed", "-1")]
    [InlineData("Required argument missing for option: '--top-k'", "--top-k")]
    public void Generate_WrongValue_IsOneLineAndExitCodeTwo(string message, params string[] options)
    {
        using var culture = new DecimalCommaCulture();

        Generate(options).ErrorLine(2).Should().StartWith("gpt2: ").And.Contain(message);
    }

    [Fact]
    public void Generate_NoSuchModel_IsOneLineWithoutSeed()
    {
        CommandRun.Of("generate", "x", "-m", "nowhere", "--top-k", "5").ErrorLine(1).Should().StartWith("gpt2: model 'nowhere'");
    }

    private CommandRun Generate(params string[] options) =>
        CommandRun.Of(["generate", "--ids", "1,2", "-n", "12", "-m", folder.Model, .. options]);
}
