// gpt2 tune reward and gpt2 tune dpo: that they learn to order pairs, what they write and print, and that they go on from an adapter.

using System.Text.Json;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Training;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Tune;

public sealed class TunePairsTests : IDisposable
{
    private readonly TuneFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Reward_Pairs_LearnsAHeadThatOrdersThem()
    {
        using var culture = new DecimalCommaCulture();

        CommandRun tuned = CommandRun.Of(
            "tune", "reward", folder.Pairs, "--model", folder.Model, "--out", folder.Run, "--steps", "60", "--learning-rate", "0.01",
            "--validation", folder.Pairs, "--report-every", "30");

        tuned.Result().Should().MatchRegex(
            $"^{folder.Run}: trained 60 steps in 0:[0-9]+, loss [0-9.]+, validation [0-9.]+, 100.0% of the pairs ordered right; "
            + $"'gpt2 reward \"…\" \"…\" --model {folder.Model} --adapter {folder.Run}' uses it\n$");
        tuned.Error.Should().Contain("training an adapter's 2,064 weights on 20 preferences (20 for validation) with the template 'plain'")
            .And.MatchRegex("step 30/60  loss [0-9.]+  accuracy [0-9.]+  chosen ");
        IReadOnlyList<LogLine> log = TrainingLog.Read(Path.Combine(folder.Run, "log.csv"));
        log[0].Figures.Select(figure => figure.Name).Should().Equal(
            "accuracy", "chosen", "rejected", "validation_accuracy", "validation_chosen", "validation_rejected");
        log[0].Figures[3].Value.Should().BeNull("there was no evaluation");
        log[^1].Figures[3].Value.Should().Be(1);
        File.Exists(Path.Combine(folder.Run, "figures.svg")).Should().BeTrue();
        TuningState.Read(folder.Run).Should().BeEquivalentTo(new { Method = "reward", RewardHead = "reward_w.csv" });
        File.ReadAllText(Path.Combine(folder.Run, "reward_w.csv")).Split(',').Should().HaveCount(16);

        string scored = CommandRun.Of("reward", "a?", " b!", " no", " b!", "--model", folder.Model, "--adapter", folder.Run).Result();
        scored.Split('\n').Where(line => line.Contains('"', StringComparison.Ordinal))
            .Select(line => line[line.IndexOf('"', StringComparison.Ordinal)..].TrimEnd()).Should().Equal("\" b!\"", "\" b!\"", "\" no\"");
        CommandRun.Of("reward", "--file", folder.Pairs, "--model", folder.Model, "--adapter", folder.Run).Result()
            .Should().StartWith("100.0% of 20 pairs ordered right, the chosen answer ");
        using JsonDocument json = JsonDocument.Parse(
            CommandRun.Of("reward", "a?", " no", " b!", "--model", folder.Model, "--adapter", folder.Run, "--json").Result());
        json.RootElement.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("answers")[0].GetProperty("text").GetString())
            .Should().Equal(" b!", " no");
    }

    [Fact]
    public void Dpo_Pairs_MakesTheChosenAnswersMoreProbable()
    {
        using JsonDocument json = JsonDocument.Parse(CommandRun.Of(
            "tune", "dpo", folder.Pairs, "--model", folder.Model, "--out", folder.Run, "--steps", "40", "--learning-rate", "0.01",
            "--validation", folder.Pairs, "--true-reward", "rule:short", "--answers", "8", "--max-new-tokens", "6", "--json").Result());

        JsonElement result = json.RootElement;
        result.GetProperty("result").GetString().Should().Be("adapter");
        result.GetProperty("validation_accuracy").GetDouble().Should().Be(1);
        result.GetProperty("validation_loss").GetDouble().Should().BeLessThan(0.5);
        JsonElement before = result.GetProperty("answers_before"), now = result.GetProperty("answers");
        before.GetProperty("kl").GetDouble().Should().Be(0, "at first the model is the reference");
        before.GetProperty("count").GetInt32().Should().Be(8);
        now.GetProperty("kl").GetDouble().Should().BeGreaterThan(0);
        now.GetProperty("true_reward").ValueKind.Should().Be(JsonValueKind.Number);
        now.GetProperty("reward").ValueKind.Should().Be(JsonValueKind.Null);
        IReadOnlyList<LogLine> log = TrainingLog.Read(Path.Combine(folder.Run, "log.csv"));
        double? Figure(LogLine line, string name) => line.Figures.Single(figure => figure.Name == name).Value;
        log[0].Loss.Should().BeApproximately(Math.Log(2), 1e-6, "the margins begin at 0");
        Figure(log[0], "margin").Should().BeApproximately(0, 1e-6);
        Figure(log[0], "accuracy").Should().BeInRange(0, 1);
        (Figure(log[^1], "chosen_gain") - Figure(log[^1], "rejected_gain")).Should().BeGreaterThan(3);
        TuningState.Read(folder.Run).Beta.Should().Be(0.1);
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("dpo")]
    [InlineData("reward")]
    public void Adapter_OfAnEarlierRun_IsTrainedFurtherAndLeftAsItIs(string method)
    {
        string first = folder.PathOf("first"), template = folder.PathOf("template.txt");
        File.WriteAllText(template, "Q {prompt} A{completion}");
        folder.Tune(folder.Examples, "--out", first, "--steps", "5", "--rank", "3", "--alpha", "4", "--template", template).Result();
        string before = File.ReadAllText(Path.Combine(first, "adapter.json"));

        string[] answers = method == "reward" ? [] : ["--answers", "0"];
        CommandRun tuned = CommandRun.Of(
        [
            "tune", method, folder.Pairs, "--model", folder.Model, "--adapter", first, "--out", folder.Run, "--steps", "1",
            "--learning-rate", "1e-9", .. answers,
        ]);

        tuned.Error.Should().Contain($" weights after the adapter {first} on ");
        Adapter old = AdapterFolder.Read(first), made = AdapterFolder.Read(folder.Run);
        made.Settings.Should().Be(old.Settings with { Dropout = 0 });
        foreach ((Gpt2.Core.Numerics.Matrix expected, Gpt2.Core.Numerics.Matrix actual) in old.Matrices().Zip(made.Matrices()))
        {
            Close.Assert(actual.Span, expected.Span, 1e-7, 1e-7, expected.Name);
        }

        File.ReadAllText(Path.Combine(first, "adapter.json")).Should().Be(before);
        TuningState.Read(folder.Run).TemplateText.Should().Be("Q {prompt} A{completion}", "the template of the first run is taken");
    }

    [Theory]
    [InlineData("reward", "--rank", "2", "--accumulate", "2")]
    [InlineData("dpo", "--beta", "0.3", "--true-reward", "rule:short", "--answers", "4", "--eval-every", "2")]
    public void Resume_RunThatWasStopped_EndsWithTheSameFiles(string method, params string[] more)
    {
        string first = folder.PathOf("first");
        folder.Tune(folder.Examples, "--out", first, "--steps", "2", "--rank", "2").Result();
        string[] Options(string run) =>
        [
            "tune", method, folder.Pairs, "--model", folder.Model, "--adapter", first, "--out", folder.PathOf(run), "--steps", "6",
            "--batch-size", "3", "--dropout", "0.1", .. more,
        ];
        CommandRun.Of(Options("whole")).Result();
        TuneFolder.StopAfter(3, Options("run")).ExitCode.Should().Be(130);

        CommandRun.Of("tune", method, "--resume", folder.Run, "--threads", "1").Result();

        folder.Files("run").Should().Equal(folder.Files("whole"));
    }

    [Fact]
    public void Show_Pairs_ShowsBothAnswers() =>
        CommandRun.Of("tune", "dpo", folder.Pairs, "--model", folder.Model, "--show", "1", "--validation-share", "0").Result().Should()
            .Contain("learned  \" \" \"b\" \"!\" \"<|endoftext|>\"").And.Contain("learned  \" \" \"n\" \"o\" \"<|endoftext|>\"");

    [Fact]
    public void Show_PairsForSft_ShowsTheAnswerThatIsLearned() =>
        folder.Tune(folder.Pairs, "--show", "1", "--validation-share", "0").Result().Should()
            .Contain("\"b\" \"!\"").And.NotContain("\"n\" \"o\"");
}
