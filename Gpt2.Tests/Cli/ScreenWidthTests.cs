// Every command's output on screens of 20, 40, 80 and 120 columns, and in a pipe.

using Gpt2.Cli.Output;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class ScreenWidthTests : IDisposable
{
    private const string Commands =
        "predict generate explain beams serve tokenize detokenize trace lens loss attention info download doctor new convert cache train "
        + "train-tokenizer corpus eval bench";

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> AllCommands() => [.. Commands.Split(' ')];

    public static TheoryData<int, string[]> Runs()
    {
        string[][] runs =
        [
            ["predict", "Mike is quick. He moves"], ["explain", "Mike is", "--temperature", "0.8", "--top-k", "12", "--seed", "3"],
            ["explain", "Mike is", "--repetition-penalty", "1.2"], ["beams", "Mike is", "-n", "3"], ["tokenize", "größer 字👍 quickly"],
            ["tokenize", "größer quickly", "--merges"], ["generate", "Mike is", "-n", "3", "--logprobs"], ["eval", "--ids", "1,2,3"],
            ["embeddings", "near", "ice"], ["embeddings", "analogy", "man", "king", "woman"],
            ["embeddings", "similarity", "happy", "sad", "dog", "cat", "king", "queen"], ["embeddings", "map", "king", "queen", "man"],
            ["embeddings", "positions", "Mike is", "--token", "quick"],
            ["lens", "größer 字👍 quickly"], ["lens", "größer 字👍", "--row", "1", "--top", "9"], ["lens", "Mike is", "--stream"],
            ["loss", "größer 字👍 quickly"], ["loss", "--probabilities", "0.5,7e-9,1"], ["attention", "größer 字👍 quickly"],
            ["attention", "größer 字👍 quickly", "--block", "1", "--head", "2", "--to", "0"],
        ];
        var data = new TheoryData<int, string[]>();
        foreach (int width in (int[])[20, 40, 80, 120])
        {
            foreach (string[] run in runs)
            {
                data.Add(width, run);
            }
        }

        return data;
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Runs))]
    public void Result_OnAScreen_FitsIt(int width, string[] args)
    {
        CommandRun run = CommandRun.OnScreen(width, args);

        foreach (string line in (run.Result() + run.Error).Split('\n'))
        {
            DisplayText.Width(line).Should().BeLessThanOrEqualTo(width, "of '{0}'", line);
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(80)]
    public void Predict_OnAScreen_KeepsTokensAndProbabilitiesInColumns(int width)
    {
        string[] lines = CommandRun.OnScreen(width, "predict", "Mike is quick. He moves").Result().Split('\n');

        lines.Should().ContainSingle(
            line => line.Contains("\" quick", StringComparison.Ordinal) && line.Contains("99.93 %", StringComparison.Ordinal));
        lines.Should().ContainSingle(line => line.Contains("token ", StringComparison.Ordinal) && line.Contains('p', StringComparison.Ordinal));
    }

    [Fact]
    public void Predict_OnAScreenOnly_SaysWhatALogitIs()
    {
        CommandRun.OnScreen(80, "predict", "Mike").Error.Should().StartWith("A logit is").And.Contain("docs/glossary.md");
        CommandRun.Of("predict", "Mike").Error.Should().BeEmpty();
    }

    [Fact]
    public void Tokenize_MergesOfBytesThatAreNoLetters_ExplainsThem()
    {
        CommandRun.OnScreen(120, "tokenize", "größer", "--merges").Error.Should().Contain("Ã is byte C3").And.Contain("¶ is byte B6");
        CommandRun.OnScreen(120, "tokenize", " quick", "--merges").Error.Should().Contain("Ġ is the space").And.NotContain("byte ");
        CommandRun.OnScreen(120, "tokenize", "quick", "--merges").Error.Should().BeEmpty();
        CommandRun.Of("tokenize", "größer", "--merges").Error.Should().BeEmpty();
    }

    [Fact]
    public void Piped_LongPathsAndTexts_AreNeverBroken()
    {
        string target = folder.PathOf(string.Join('-', Enumerable.Repeat("long", 40)));
        CommandRun.Of("trace", "Mike", "--out", target, "--block", "0", "--step", "1").Result().TrimEnd('\n')
            .Should().NotContain("\n").And.Contain(target);

        string[] lines = CommandRun.Of("generate", "Mike is", "-n", "2", "--logprobs", "40").Result().TrimEnd('\n').Split('\n');
        lines.Should().HaveCount(5);
        lines[^1].Length.Should().BeGreaterThan(400, "forty tokens are in one row");
    }

    [Fact]
    public void Error_OnAScreen_IsBrokenBetweenWords()
    {
        const string Model = "/no/such/folder/with/a/long/name/that/goes/on/and/on";
        string[] lines = CommandRun.OnScreen(40, "predict", "x", "-m", Model).Error.TrimEnd('\n').Split('\n');

        lines.Length.Should().BeGreaterThan(2);
        lines.Should().Contain($"'{Model}':").And.OnlyContain(line => line.Length <= 40 || line.Contains(Model, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(AllCommands))]
    public void Help_OfEveryCommand_FitsEveryScreen(string command)
    {
        foreach (int width in (int[])[40, 80, 120])
        {
            string help = CommandRun.OnScreen(width, command, "--help").Result();
            help.Should().Contain("Usage:\n").And.Contain("--help").And.Contain("--json");
            help.Split('\n').Should().OnlyContain(line => DisplayText.Width(line) <= width);
        }
    }

    [Theory]
    [MemberData(nameof(AllCommands))]
    public void Help_OfEveryOption_IsShortInTheListAndLongBelow(string command)
    {
        string[] lines = CommandRun.OnScreen(80, command, "--help").Result().Split("\nDetails:")[0].Split('\n');
        int run = 0;
        foreach (string line in lines.SkipWhile(line => line != "Options:"))
        {
            run = line.StartsWith("      ", StringComparison.Ordinal) && !line.TrimStart().StartsWith('-') ? run + 1 : 0;
            run.Should().BeLessThanOrEqualTo(2, "'{0}' goes on and on", line);
        }
    }

    [Fact]
    public void Help_Logprobs_HasUnitAndDefault()
    {
        string help = CommandRun.Of("generate", "--help").Result();

        help.Should().Contain("in nats. Default: off.").And.Contain("Without N: 5");
        CommandRun.Of("generate", "Mike is", "-n", "1", "--logprobs").Result().Should().Be(
            CommandRun.Of("generate", "Mike is", "-n", "1", "--logprobs", "5").Result());
    }
}
