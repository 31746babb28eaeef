// gpt2 generate: several prompts and samples, beams, stop strings, details of tokens, prompts line by line, and wrong use.

using System.Text.Json;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class GenerateOptionsTests : IDisposable
{
    private readonly SmallModelFolder folder = new(context: 12);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void SeveralPrompts_EachHasItsHeadingAndTheTextItHasAlone()
    {
        string both = Run("ab", "cd", "-n", "5").Result();

        both.Should().Be($"── \"ab\"\n{Run("ab", "-n", "5").Result()}── \"cd\"\n{Run("cd", "-n", "5").Result()}");
        string[] lines = Run("ab", "cd", "-n", "5", "--json").Result().TrimEnd('\n').Split('\n');
        lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("prompt").GetString()).Should().Equal("ab", "cd");
    }

    [Fact]
    public void NumSamples_AreTheTextsOfTheFollowingSeeds()
    {
        using JsonDocument three = Json("ab", "-n", "9", "--seed", "5", "--num-samples", "3");
        JsonElement[] completions = [.. three.RootElement.GetProperty("completions").EnumerateArray()];

        completions.Should().HaveCount(3);
        for (int i = 0; i < 3; i++)
        {
            string seed = (5 + i).ToString(System.Globalization.CultureInfo.InvariantCulture);
            using JsonDocument one = Json("ab", "-n", "9", "--seed", seed);
            JsonElement alone = one.RootElement.GetProperty("completions")[0];
            completions[i].GetRawText().Should().Be(alone.GetRawText());
            completions[i].GetProperty("seed").GetInt32().Should().Be(5 + i);
        }

        Run("ab", "-n", "3", "--seed", "5", "--num-samples", "2").Result()
            .Should().StartWith("── \"ab\", 1 of 2, seed 5\n").And.Contain("\n── \"ab\", 2 of 2, seed 6\n");
    }

    [Fact]
    public void Json_HasEveryTokenWithItsLogProbability()
    {
        using JsonDocument result = Json("ab", "-n", "6", "--logprobs", "3");
        JsonElement completion = result.RootElement.GetProperty("completions")[0];
        JsonElement[] tokens = [.. completion.GetProperty("tokens").EnumerateArray()];

        tokens.Select(token => token.GetProperty("id").GetInt32())
            .Should().Equal(completion.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));
        foreach (JsonElement token in tokens)
        {
            token.GetProperty("rank").GetInt32().Should().Be(1, "greedy");
            token.GetProperty("top").GetArrayLength().Should().Be(3);
            token.GetProperty("top")[0].GetProperty("id").GetInt32().Should().Be(token.GetProperty("id").GetInt32());
            token.GetProperty("top")[0].GetProperty("logprob").GetDouble().Should().Be(token.GetProperty("logprob").GetDouble()).And.BeNegative();
        }

        using JsonDocument plain = Json("ab", "-n", "6");
        plain.RootElement.GetProperty("completions")[0].GetProperty("tokens")[0].GetProperty("top").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public void Logprobs_AsText_FollowTheTextAsATable()
    {
        string[] lines = Run("ab", "-n", "4", "--logprobs", "2").Result().TrimEnd('\n').Split('\n');

        lines.Should().HaveCountGreaterThanOrEqualTo(7);
        lines[^6].Should().Contain("log-probability").And.Contain("most probable");
        lines[^1].Should().MatchRegex(@"^ +4 +[0-9]+ .+-[0-9]+\.[0-9]{4} +[0-9.]+ % +1 ");
    }

    [Fact]
    public void Beams_BestTextsFirst_AsTextAndJson()
    {
        using JsonDocument result = Json("ab", "-n", "5", "--num-beams", "4", "--num-return-sequences", "3", "--length-penalty", "0.5");
        JsonElement[] completions = [.. result.RootElement.GetProperty("completions").EnumerateArray()];

        completions.Select(one => one.GetProperty("score").GetDouble()).Should().HaveCount(3).And.BeInDescendingOrder();
        double sum = completions[0].GetProperty("tokens").EnumerateArray().Sum(token => token.GetProperty("logprob").GetDouble());
        sum.Should().BeApproximately(completions[0].GetProperty("sum_logprob").GetDouble(), 1e-9);
        (sum / Math.Sqrt(5)).Should().BeApproximately(completions[0].GetProperty("score").GetDouble(), 1e-9);
        Run("ab", "-n", "5", "--num-beams", "4", "--length-penalty", "0.5").Result()
            .Should().Be(completions[0].GetProperty("text").GetString() + "\n");
        Run("ab", "-n", "9", "--num-beams", "1").Result().Should().Be(Run("ab", "-n", "9").Result(), "one beam is greedy");
    }

    [Fact]
    public void Stop_EndsTheTextBeforeTheString()
    {
        using JsonDocument free = Json("--ids", "97,98", "-n", "40", "--seed", "3");
        string text = free.RootElement.GetProperty("completions")[0].GetProperty("text").GetString()!;
        string stop = text.Substring(12, 2);
        string before = text[..text.IndexOf(stop, StringComparison.Ordinal)];

        using JsonDocument stopped = Json("--ids", "97,98", "-n", "40", "--seed", "3", "--stop", "never there", "--stop", stop);
        JsonElement completion = stopped.RootElement.GetProperty("completions")[0];

        completion.GetProperty("text").GetString().Should().Be(before);
        completion.GetProperty("finish_reason").GetString().Should().Be("stop");
    }

    [Fact]
    public void Penalties_LetNothingOccurTwice()
    {
        using JsonDocument result = Json("--ids", "97,98", "-n", "60", "--no-repeat-ngram", "1");

        result.RootElement.GetProperty("completions")[0].GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())
            .Should().OnlyHaveUniqueItems().And.HaveCountGreaterThan(10);
        Run("ab", "-n", "30", "--repetition-penalty", "1.5").Result().Should().NotBe(Run("ab", "-n", "30").Result());
    }

    [Fact]
    public void Interactive_EachLineIsAPrompt_AndAWrongOneIsReportedAndSkipped()
    {
        CommandRun run = CommandRun.With("ab\n\nfar too long for it\ncd\n", "generate", "--interactive", "-n", "5", "-m", folder.Model);

        run.ExitCode.Should().Be(1);
        run.Out.Should().Be(Run("ab", "-n", "5").Result() + Run("cd", "-n", "5").Result());
        run.Error.Should().Be("gpt2: standard input line 3: the prompt has 19 tokens, expected at most n_ctx = 12; shorten it\n");
        CommandRun.With("ab\ncd", "generate", "--interactive", "-n", "5", "-m", folder.Model, "--json").Result().TrimEnd('\n').Split('\n')
            .Should().HaveCount(2);
        CommandRun.With("", "generate", "--interactive", "-m", folder.Model).Result().Should().BeEmpty();
    }

    [Fact]
    public void Interactive_ModelWithoutText_ReadsIds()
    {
        string plain = folder.PathOf("plain");
        CommandRun.Of("new", plain, "--vocab-size", "9").Result();

        CommandRun run = CommandRun.With("1,2\nx\n3 4\n", "generate", "--interactive", "-n", "3", "-m", plain);

        run.ExitCode.Should().Be(1);
        run.Out.Split('\n').Should().HaveCount(3).And.Subject.First().Split(' ').Should().HaveCount(3);
        run.Error.Should().StartWith("gpt2: standard input line 2: found 'x', expected whole numbers").And.EndWith("\n");
    }

    [Theory]
    [InlineData("--num-samples: greedy choice gives only one text", "--num-samples", "2")]
    [InlineData("--num-samples: found 0, expected 1 to 100000", "--num-samples", "0")]
    [InlineData("--num-samples: found 2147483647, expected 1 to 100000", "--num-samples", "2147483647", "--seed", "1")]
    [InlineData("--length-penalty needs beam search: add --num-beams", "--length-penalty", "2")]
    [InlineData("--early-stopping needs beam search: add --num-beams", "--early-stopping")]
    [InlineData("--num-beams: found 0, expected 1 to 65536", "--num-beams", "0")]
    [InlineData("3 results of 2 beams, expected 1 to 2", "--num-beams", "2", "--num-samples", "3")]
    [InlineData("--num-beams searches and draws nothing", "--num-beams", "2", "--seed", "1")]
    [InlineData("--stop cannot be used with --num-beams", "--num-beams", "2", "--stop", "x")]
    [InlineData("a stop string is empty", "--stop", "")]
    [InlineData("min-p is 2, expected 0", "--min-p", "2")]
    [InlineData("repetition-penalty is 0, expected", "--repetition-penalty", "0")]
    [InlineData("--no-repeat-ngram: found -1, expected at least 0", "--no-repeat-ngram", "-1")]
    [InlineData("--logprobs: found -1, expected at least 0", "--logprobs", "-1")]
    [InlineData("--interactive reads prompts from standard input", "--interactive")]
    [InlineData("expected one of prompt, --file and --ids, found several", "cd", "--ids", "1")]
    public void WrongUse_IsOneLineAndExitCodeTwo(string message, params string[] options)
    {
        Run(["ab", .. options]).ErrorLine(2).Should().StartWith("gpt2: ").And.Contain(message);
    }

    private CommandRun Run(params string[] args) => CommandRun.Of(["generate", .. args, "-m", folder.Model]);

    private JsonDocument Json(params string[] args) => JsonDocument.Parse(Run([.. args, "--json"]).Result());
}
