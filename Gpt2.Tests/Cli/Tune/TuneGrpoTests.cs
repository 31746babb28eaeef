// gpt2 tune grpo: that it learns what is rewarded, that it goes on to the same bits, and when it stops.

using System.Text.Json;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Training;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Tune;

public sealed class TuneGrpoTests : IDisposable
{
    private readonly TuneFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_RuleAsReward_RaisesItOnPromptsThatWereKept()
    {
        using var culture = new DecimalCommaCulture();

        // Texts without words get −1, all others of the few tokens get 1.
        CommandRun tuned = Tune(
            "--out", folder.Run, "--reward", "rule:short", "--true-reward", "rule:polite", "--steps", "200", "--sample-every", "15",
            "--answers", "60", "--kl", "0", "--max-kl", "100");

        tuned.Result().Should().MatchRegex(
            $"^{folder.Run}: trained 200 steps in [0-9:]+; answers before: reward [0-9.]+, true reward 0.00, KL 0.000, [0-9.]+ tokens; "
            + "now: reward [0-9.]+, true reward 0.00, KL [0-9.]+, [0-9.]+ tokens; "
            + $"'gpt2 generate \"…\" --model {folder.Model} --adapter {folder.Run}' uses it\n$");
        tuned.Error.Should().Contain("on 16 prompts (4 for validation)").And.Contain("reward rule:short, true reward rule:polite\n")
            .And.MatchRegex("\nsample: reward -?[0-9.]+, true 0.00: \"[a-t]\\?").And.MatchRegex("step 20/200  loss .*reward .*  equal groups ");
        IReadOnlyList<LogLine> log = TrainingLog.Read(Path.Combine(folder.Run, "log.csv"));
        log[0].Figures.Select(figure => figure.Name).Should().Equal(
            "reward", "true_reward", "kl", "equal_groups", "length", "clipped", "validation_reward", "validation_true_reward", "validation_kl",
            "validation_length");
        log[0].Figures[2].Value.Should().Be(0, "the first answers are those of the reference");
        TuningState.Read(folder.Run).AnswersBefore!.Reward.Should().BeLessThan(log[^1].Figures[6].Value!.Value - 0.05);
        File.Exists(Path.Combine(folder.Run, "figures.svg")).Should().BeTrue();
    }

    [Theory]
    [InlineData("--updates", "2", "--kl", "0")]
    [InlineData("--eval-every", "2", "--kl", "0.1")]
    public void Resume_RunThatWasStopped_EndsWithTheSameFilesAtAnyNumberOfThreads(params string[] more)
    {
        string first = folder.PathOf("first");
        folder.Tune(folder.Examples, "--out", first, "--steps", "2", "--rank", "2").Result();
        string[] Options(string run) => Args(["--out", folder.PathOf(run), "--reward", "rule:short", "--steps", "5", "--adapter", first, .. more]);
        CommandRun.Of([.. Options("whole"), "--threads", "1"]).Result();
        (int exitCode, string log) = TuneFolder.StopAfter(2, [.. Options("run"), "--threads", "2"]);
        exitCode.Should().Be(130);
        log.ReplaceLineEndings("\n").Should().EndWith($"saved after step 2; go on with: gpt2 tune grpo --resume {folder.Run}\ngpt2: cancelled\n");

        CommandRun.Of("tune", "grpo", "--resume", folder.Run, "--threads", "3", "--sample-every", "1").Result();

        folder.Files("run").Should().Equal(folder.Files("whole"));
    }

    [Fact]
    public void Run_RewardModel_LearnsFromIt()
    {
        string rewards = folder.PathOf("rewards");
        CommandRun.Of("tune", "reward", folder.Pairs, "--model", folder.Model, "--out", rewards, "--steps", "30", "--learning-rate", "0.01").Result();

        using JsonDocument json = JsonDocument.Parse(Tune("--out", folder.Run, "--reward", rewards, "--steps", "20", "--json").Result());

        JsonElement before = json.RootElement.GetProperty("answers_before"), now = json.RootElement.GetProperty("answers");
        now.GetProperty("reward").GetDouble().Should().BeGreaterThan(before.GetProperty("reward").GetDouble());
        now.GetProperty("true_reward").ValueKind.Should().Be(JsonValueKind.Null);
        TuningState.Read(folder.Run).Groups!.RewardHash.Should().NotBeNull();
    }

    [Fact]
    public void Run_EqualRewards_ChangesNothing()
    {
        // Without words every answer has rule:polite 0, so that there is nothing to learn.
        Tune("--out", folder.Run, "--reward", "rule:polite", "--steps", "3", "--kl", "0").Result();

        IReadOnlyList<LogLine> log = TrainingLog.Read(Path.Combine(folder.Run, "log.csv"));
        log.Should().OnlyContain(line => line.Loss == 0 && line.GradientNorm == 0);
        Figures("equal_groups").Should().Equal(1, 1, 1);
        AdapterFolder.Read(folder.Run).Matrices().Where(matrix => matrix.Name.EndsWith("lora_B", StringComparison.Ordinal))
            .SelectMany(matrix => matrix.Span.ToArray()).Should().OnlyContain(weight => weight == 0);
    }

    [Fact]
    public void Run_DivergenceThatRunsAway_StopsAndKeepsTheLastGoodStep()
    {
        CommandRun run = Tune(
            "--out", folder.Run, "--reward", "rule:short", "--steps", "40", "--kl", "0", "--max-kl", "0.01", "--warmup", "0",
            "--checkpoint-every", "1");

        string error = run.Error.TrimEnd('\n').Split('\n')[^1];
        run.ExitCode.Should().Be(1);
        error.Should().MatchRegex(
            "^gpt2: after step [0-9]+ the KL divergence from the reference is [0-9.]+ nats per token, expected at most --max-kl 0.01; "
            + "the checkpoint of step [0-9]+ is the last good one; take a higher --kl or a lower --learning-rate$");
        int good = int.Parse(error.Split("the checkpoint of step ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        string checkpoint = TrainingRun.NewestCheckpoint(folder.Run)!;
        TuningState.Read(checkpoint).Step.Should().Be(good);
        Figures("kl")[good].Should().BeLessThanOrEqualTo(0.01);
        CommandRun.Of("generate", "a?", "--model", folder.Model, "--adapter", checkpoint, "-n", "2").Result().Should().NotBeEmpty();
        CommandRun.Of("tune", "grpo", "--resume", folder.Run).Error.Should().Contain(error, "the same happens again");
    }

    [Fact]
    public void Run_PromptsAlone_AreAKindOfTheirOwn()
    {
        string prompts = folder.PathOf("prompts.csv");
        File.WriteAllText(prompts, "prompt\na?\nb?\nb?\n" + new string('x', 24) + "\nc?\n" + string.Concat(Enumerable.Repeat("d?\n", 20)));

        CommandRun tuned = CommandRun.Of(
            "tune", "grpo", prompts, "--model", folder.Model, "--out", folder.Run, "--reward", "rule:short", "--steps", "2", "--batch-size", "2",
            "--validation-share", "0");

        tuned.Error.Should().Contain("on 4 prompts (0 for validation)")
            .And.Contain("skipped 1 of 25 rows: 1 long (line 5: 25 tokens, expected at most 24)");
        tuned.Result().Should().MatchRegex("trained 2 steps in [0-9:]+; 'gpt2 generate");
        folder.Tune(prompts, "--out", folder.PathOf("other")).ErrorLine(1).Should().StartWith(
            $"gpt2: {prompts}: has prompts (prompt), expected examples with answers: preferences (prompt, chosen, rejected); ");
        CommandRun.Of("tune", "grpo", prompts, "--model", folder.Model, "--show", "1", "--validation-share", "0").Result().Should()
            .Be("line 2: 2 tokens, 0 of them learned\n  read     \"a\" \"?\"\n");
    }

    [Fact]
    public void Run_AnswersToTheEndOfTheContext_AreCutThere()
    {
        string prompts = folder.PathOf("prompts.jsonl");
        File.WriteAllText(prompts, $"{{\"prompt\": \"{new string('x', 23)}\"}}\n{{\"prompt\": \"{new string('y', 20)}\"}}\n");

        CommandRun.Of(
            "tune", "grpo", prompts, "--model", folder.Model, "--out", folder.Run, "--reward", "rule:short", "--steps", "3",
            "--validation", prompts).Result();

        Figures("length")[0].Should().BeLessThanOrEqualTo(2.5);
    }

    private double?[] Figures(string name) => [.. TrainingLog.Read(Path.Combine(folder.Run, "log.csv"))
        .Select(line => line.Figures.Single(figure => figure.Name == name).Value)];

    private CommandRun Tune(params string[] more) => CommandRun.Of(Args(more));

    private string[] Args(string[] more) =>
    [
        "tune", "grpo", folder.Examples, "--model", folder.Model, "--batch-size", "4", "--group", "6", "--validation-share", "0.2",
        "--max-new-tokens", "5", "--learning-rate", "0.01", .. more.Contains("--answers") ? (string[])[] : ["--answers", "8"], .. more,
    ];
}
