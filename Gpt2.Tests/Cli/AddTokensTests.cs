// --add-tokens of convert, new and tune sft: the larger vocabulary in every command that has a model, an adapter or a text; a
// stopped run that adds tokens goes on to the same bits.

using System.Text.Json;
using Gpt2.Core.PostTraining;
using Gpt2.Tests.Cli.Tune;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class AddTokensTests : IDisposable
{
    private readonly TuneFolder folder = new();
    private readonly string prices;

    public AddTokensTests()
    {
        prices = folder.PathOf("prices.csv");
        IEnumerable<string> rows = Enumerable.Range(10, 20).Select(i => $"item {(char)('a' + i - 10)} $,{i}\n");
        File.WriteAllText(prices, "prompt,completion\n" + string.Concat(rows));
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("csv")]
    [InlineData("js-csv")]
    [InlineData("safetensors")]
    [InlineData("llmc")]
    public void Convert_NumbersAndBack_KeepTokensAndRows(string format)
    {
        string larger = folder.PathOf("larger"), again = folder.PathOf("again");
        CommandRun converted = CommandRun.Of("convert", folder.Model, larger, "--to", format, "--add-tokens", "8-12", "--json");
        converted.Error.Should().Contain("adding 3 tokens to 257; 2 are there already");
        int parameters = (int)CsvFolder.ConfigOf(folder.Model).Parameters + (3 * 16);
        JsonDocument.Parse(converted.Result()).RootElement.GetProperty("parameters").GetInt32().Should().Be(parameters);
        CommandRun.Of("convert", larger, again, "--to", "csv").Result();

        foreach (string model in (string[])[larger, again])
        {
            CommandRun.Of("tokenize", "a12 8", "--model", model, "--json").Result()
                .Should().Contain("\"ids\":[64,259,220,23],\"tokens\":[\"a\",\"12\",\" \",\"8\"]");
            CommandRun.Of("detokenize", "258", "259", "--model", model).Result().Should().Be("1112\n");
            CommandRun.Of("tokenize", "x12", "--merges", "--model", model).Result().Should().Contain("12");
            CommandRun.Of("info", model).Result()
                .Should().MatchRegex("vocabulary \\(n_vocab\\) +260\n").And.Contain("byte-level BPE, 3 added tokens");
        }

        string Predicted(string model) => CommandRun.Of("predict", "12", "--model", model, "--top", "260", "--json").Result()
            .Replace("\"again\"", "\"larger\"", StringComparison.Ordinal);
        Predicted(again).Should().Be(Predicted(larger)).And.Contain("\"ids\":[259]").And.Contain("\"token\":\"11\"");
    }

    [Fact]
    public void Convert_FileOfTokens_LeavesOutThoseThatAreThere()
    {
        string tokens = folder.PathOf("tokens.txt");
        File.WriteAllText(tokens, "<user>\r\na\r\n\r\nÜber uns\n<user>\n");
        CommandRun.Of("convert", folder.Model, folder.PathOf("larger"), "--to", "csv", "--add-tokens", tokens).Result();

        File.ReadAllText(folder.PathOf("larger/added_tokens.json")).Should().Be("{\n  \"<user>\": 257,\n  \"Über uns\": 258\n}\n");
    }

    [Fact]
    public void New_WithTokens_HasRowsForThem()
    {
        CommandRun.Of(
            "new", folder.PathOf("fresh"), "--layers", "1", "--heads", "1", "--channels", "4", "--context", "8", "--add-tokens", "10-19").Result();

        CsvFolder.ConfigOf(folder.PathOf("fresh")).Vocabulary.Should().Be(267);
        CommandRun.Of("predict", "15", "--model", folder.PathOf("fresh"), "--json").Result().Should().Contain("\"ids\":[262]");
    }

    [Fact]
    public void TuneSft_Adapter_GivesTheLargerVocabularyEverywhere()
    {
        Tune("--out", folder.Run, "--steps", "30").Should().Contain("trained 30 steps");

        Adapter adapter = AdapterFolder.Read(folder.Run);
        adapter.AddedTokens.Should().HaveCount(20).And.StartWith("10");
        CommandRun.Of("tokenize", "$12", "--model", folder.Model, "--adapter", folder.Run, "--json").Result().Should().Contain("\"ids\":[3,259]");
        CommandRun.Of("detokenize", "259", "--model", folder.Model, "--adapter", folder.Run).Result().Should().Be("12\n");
        CommandRun.Of("info", folder.Model, "--adapter", folder.Run).Result().Should().Contain("20 added tokens").And.MatchRegex("n_vocab\\) +277\n");
        string merged = folder.PathOf("merged");
        CommandRun.Of("convert", folder.Model, merged, "--to", "csv", "--adapter", folder.Run).Result().Should().Contain($"{merged}: ");
        string[][] commands = [["predict", "item c $"], ["predict", "item c $", "--weights", "int8"], ["generate", "item c $", "-n", "3"]];
        foreach (string[] args in commands)
        {
            string Of(params string[] with) => CommandRun.Of([.. args, "--json", .. with]).Result()
                .Replace("\"model\"", "\"merged\"", StringComparison.Ordinal);
            Of("--model", folder.Model, "--adapter", folder.Run).Should().Be(Of("--model", merged));
        }
    }

    [Theory]
    [InlineData]
    [InlineData("--full")]
    public void TuneSft_Stopped_GoesOnToTheSameBits(params string[] how)
    {
        string[] args = [prices, "--model", folder.Model, "--add-tokens", "10-29", "--validation-share", "0", "--steps", "8", "--answers", "0",
            "--digits", "4", .. how];
        CommandRun.Of(["tune", "sft", .. args, "--out", folder.PathOf("whole")]).Result();
        TuneFolder.StopAfter(3, ["tune", "sft", .. args, "--out", folder.PathOf("stopped")]).ExitCode.Should().Be(130);
        CommandRun.Of("tune", "sft", "--resume", folder.PathOf("stopped")).Result();

        folder.Files("stopped").Should().BeEquivalentTo(folder.Files("whole"));
        folder.Files("whole").Keys.Should().Contain("added_tokens.json");
    }

    [Fact]
    public void RewardModel_ThatAddsTokens_GivesRewardsWithThem()
    {
        string rewards = folder.PathOf("rewards"), others = folder.PathOf("others");
        string[] how = ["--model", folder.Model, "--steps", "2"], adding = [.. how, "--add-tokens", "10-12"];
        CommandRun.Of(["tune", "reward", folder.Pairs, .. adding, "--learning-rate", "0.05", "--out", rewards]).Result();
        CommandRun.Of(["tune", "reward", folder.Pairs, .. how, "--out", others]).Result();

        string Rewards(params string[] texts) => CommandRun.Of(
            ["reward", "a?", .. texts, "--adapter", rewards, "--model", folder.Model, "--json"]).Result();
        Rewards(" 12").Should().NotBe(Rewards(" 12 "), "it reads the text").And.Contain("\"reward\":");
        foreach (string type in (string[])["f32", "int8"])
        {
            string[] group = ["tune", "grpo", folder.Examples, "--group", "3", "--max-new-tokens", "4", "--weights", type];
            CommandRun.Of([.. group, .. adding, "--reward", rewards, "--out", folder.PathOf("with " + type)]).Result().Should().Contain("2 steps");
            CommandRun.Of([.. group, .. how, "--reward", others, "--out", folder.PathOf("without " + type)]).Result().Should().Contain("2 steps");
            CommandRun.Of([.. group, .. how, "--reward", rewards, "--out", folder.PathOf("x")]).ErrorLine(1).Should().StartWith(
                $"gpt2: {rewards}: the reward model adds 3 tokens, expected none, as the adapter to train; ");
        }

        CommandRun mixed = CommandRun.Of(["tune", "grpo", folder.Examples, .. adding, "--reward", others, "--out", folder.PathOf("x")]);
        mixed.ExitCode.Should().Be(1);
        mixed.Error.Should().Contain($"gpt2: {others}: the reward model adds 0 tokens, expected the same 3 tokens as the adapter to train; ");
        Directory.Exists(folder.PathOf("x")).Should().BeFalse();
    }

    [Fact]
    public void Adapter_WhoseTokensAreWrong_IsRefused()
    {
        Tune("--out", folder.Run, "--steps", "1");
        string settings = Path.Combine(folder.Run, "adapter.json"), tokens = Path.Combine(folder.Run, "added_tokens.json");
        string given = File.ReadAllText(settings);
        string Line() => CommandRun.Of("predict", "a", "--model", folder.Model, "--adapter", folder.Run).ErrorLine(1);

        File.WriteAllText(settings, given.Replace("\"rank\": 8", "\"rank\": 2000000000", StringComparison.Ordinal));
        Line().Should().StartWith($"gpt2: {Path.Combine(folder.Run, "model_wte_lora_A.csv")}: is cut off: found [8, 20], expected [2000000000, 20]");
        File.WriteAllText(settings, given.Replace("\"tied_head\": true", "\"tied_head\": false", StringComparison.Ordinal));
        Line().Should().StartWith($"gpt2: {settings}: the model has a language head of its own");
        File.WriteAllText(settings, given);
        File.WriteAllText(tokens, "{}");
        Line().Should().Be($"gpt2: {tokens}: has no token, expected at least one, or no such file");
        File.Delete(tokens);
        Line().Should().Be($"gpt2: {tokens}: no such file, expected the tokens whose rows model_wte_lora_A.csv changes");
    }

    [Fact]
    public void TuneSft_Digits_AreKeptInTheResult()
    {
        Tune("--out", folder.Run, "--steps", "2", "--digits", "3");

        string cells = File.ReadAllText(Path.Combine(folder.Run, "model_wte_lora_B.csv"));
        cells.Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries).Should()
            .OnlyContain(cell => cell.Split('E')[0].TrimStart('-').TrimStart('0', '.').Replace(".", "").Length <= 3);
    }

    [Fact]
    public void TuneSft_Show_HasThePriceAsOneToken() => CommandRun.Of(
        "tune", "sft", prices, "--model", folder.Model, "--add-tokens", "10-29", "--show", "1", "--validation-share", "0").Result()
        .Should().MatchRegex("learned  \"[12][0-9]\" \"<\\|endoftext\\|>\"\n");

    [Theory]
    [InlineData(1, "1-9: all are tokens already, expected a token that the vocabulary does not have", "1-9")]
    [InlineData(2, "--add-tokens: found 9-1, expected a range of 1 to 100000 numbers", "9-1")]
    [InlineData(2, "--add-tokens: found 1-999999999, expected a range of 1 to 100000 numbers", "1-999999999")]
    [InlineData(2, "--add-tokens: found 'none.txt', expected numbers such as 1-999, or a file with a token on each line", "none.txt")]
    public void AddTokens_WhatCannotBeAdded_IsRefused(int exitCode, string message, string tokens)
    {
        string target = folder.PathOf("x");
        string[][] commands = [["convert", folder.Model, target], ["new", target], ["tune", "sft", prices, "--model", folder.Model, "--out", target]];
        foreach (string[] args in commands)
        {
            CommandRun.Of([.. args, "--add-tokens", tokens]).ErrorLine(exitCode).Should().Be($"gpt2: {message}");
            Directory.Exists(target).Should().BeFalse();
        }
    }

    [Fact]
    public void AddTokens_ModelOfBareIds_IsRefused()
    {
        CommandRun.Of("new", folder.PathOf("ids"), "--vocab-size", "9", "--add-tokens", "10-19").ErrorLine(2).Should().Contain("--add-tokens");
        CommandRun.Of("new", folder.PathOf("ids"), "--vocab-size", "9", "--layers", "1", "--heads", "1", "--channels", "4").Result();
        CommandRun.Of("convert", folder.PathOf("ids"), folder.PathOf("x"), "--add-tokens", "10-19").ErrorLine(2)
            .Should().Be("gpt2: --add-tokens: the model has no vocabulary to add to, expected a model with text");
    }

    private string Tune(params string[] args) => folder.Tune(
        [prices, "--add-tokens", "10-29", "--validation-share", "0", "--learning-rate", "0.02", .. args]).Result();
}
