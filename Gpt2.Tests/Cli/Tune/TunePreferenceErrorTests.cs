// gpt2 tune reward, dpo and grpo, and gpt2 reward, with impossible input: one line that says what, and the right exit code.

using Gpt2.Core.Text;
using Gpt2.Core.Training;
using Gpt2.Core.Weights;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Tune;

public sealed class TunePreferenceErrorTests : IDisposable
{
    private readonly TuneFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("no examples: name a PAIRS", "reward", "-o", "RUN")]
    [InlineData("no prompts: name a PROMPTS", "grpo", "-o", "RUN", "--reward", "rule:short")]
    [InlineData("no reward: name one with --reward FOLDER, rule:NAME or command:PROGRAM", "grpo", "FILE", "-o", "RUN")]
    [InlineData("--beta: found 0, expected a number above 0", "dpo", "FILE", "-o", "RUN", "--beta", "0")]
    [InlineData("--beta: found NaN, expected a number above 0", "dpo", "FILE", "-o", "RUN", "--beta", "NaN")]
    [InlineData("the clipping of ratios is 1, expected above 0, below 1", "grpo", "FILE", "-o", "RUN", "--reward", "rule:short", "--clip", "1")]
    [InlineData("the weight of the divergence is NaN, expected 0 or more", "grpo", "FILE", "-o", "RUN", "--reward", "rule:short", "--kl", "NaN")]
    [InlineData("the largest divergence is 0, expected above 0", "grpo", "FILE", "-o", "RUN", "--reward", "rule:short", "--max-kl", "0")]
    [InlineData("the time limit of rewards is 0, expected above 0, at most 86400 seconds",
        "grpo", "FILE", "-o", "RUN", "--reward", "rule:short", "--reward-timeout", "0")]
    public void Options_ThatMakeNoSense_AreWrongUsage(string message, params string[] args)
    {
        string[] given = [.. args.Select(arg => arg == "FILE" ? folder.Pairs : arg == "RUN" ? folder.Run : arg)];

        CommandRun.Of(["tune", .. given, "--model", folder.Model]).ErrorLine(2).Should().Be($"gpt2: {message}");
        Directory.Exists(folder.Run).Should().BeFalse();
    }

    [Theory]
    [InlineData("rule:kind", "no rule 'rule:kind', expected rule:correct, rule:polite, rule:short, rule:helpful")]
    [InlineData("rule:helpful", "the rule does not know the question '")]
    [InlineData("command:", "command:: no program, expected command:PROGRAM with its arguments")]
    [InlineData("command:no-such-program-42", "command:no-such-program-42: cannot be started: ")]
    public void Reward_ThatGivesNone_IsRefused(string reward, string message)
    {
        CommandRun run = Tune("grpo", folder.Pairs, "--reward", reward);

        run.ErrorLine(1).Should().StartWith($"gpt2: {message}");
        TrainingRun.NewestCheckpoint(folder.Run).Should().BeNull();
    }

    [Fact]
    public void Reward_FolderThatIsNoRewardModel_IsRefused()
    {
        Tune("grpo", folder.Pairs, "--reward", folder.PathOf("none")).ErrorLine(1).Should().Be(
            $"gpt2: {folder.PathOf("none")}: no such reward, expected the folder of a reward model, rule:NAME or command:PROGRAM");
        string answers = folder.PathOf("answers"), rewards = folder.PathOf("rewards");
        folder.Tune(folder.Examples, "-o", answers, "--steps", "1").Result();
        Tune("grpo", folder.Pairs, "--reward", answers).ErrorLine(1).Should().Be(
            $"gpt2: {answers}: this adapter is not a reward model, expected a folder with tuning.json and reward_w.csv; "
            + "train one with 'gpt2 tune reward'");
        CommandRun.Of("reward", "a", "b", "--model", folder.Model, "--adapter", answers).ErrorLine(1).Should().Contain("is not a reward model");
        CommandRun.Of("tune", "reward", folder.Pairs, "-o", rewards, "--model", folder.Model, "--steps", "1").Result();
        foreach (CommandRun asked in (CommandRun[])
            [
                Tune("grpo", folder.Pairs, "--reward", "rule:short", "--adapter", rewards),
                CommandRun.Of("generate", "a", "--model", folder.Model, "--adapter", rewards),
                CommandRun.Of("compare", "a", "--model", folder.Model, "--adapter", rewards),
                CommandRun.Of("convert", folder.Model, folder.PathOf("merged"), "--adapter", rewards),
            ])
        {
            asked.ErrorLine(1).Should().Be(
                $"gpt2: {rewards}: is a reward model, which gives answers rewards and does not answer, "
                + "expected an adapter of 'gpt2 tune sft' or another that answers");
        }

        File.Delete(Path.Combine(rewards, "reward_w.csv"));
        Tune("grpo", folder.Pairs, "--reward", rewards).ErrorLine(1).Should().Contain("reward_w.csv");
    }

    [Fact]
    public void Examples_OfAnotherKind_AreRefused()
    {
        foreach (string method in (string[])["reward", "dpo"])
        {
            Tune(method, folder.Examples).ErrorLine(1).Should()
                .Be($"gpt2: {folder.Examples}: has completions (prompt, completion), expected preferences (prompt, chosen, rejected)");
        }

        Tune("dpo", folder.Pairs, "--validation", folder.Examples).ErrorLine(1).Should()
            .Contain("has completions (prompt, completion), expected preferences");
    }

    [Fact]
    public void Adapter_OfAnotherModelOrOtherSettings_IsRefused()
    {
        string first = folder.PathOf("first"), other = folder.PathOf("other");
        folder.Tune(folder.Examples, "-o", first, "--steps", "1", "--rank", "2").Result();
        Tune("dpo", folder.Pairs, "--adapter", first, "--rank", "4").ErrorLine(2).Should()
            .Be($"gpt2: --rank: found 4, expected 2 as of the adapter in {first}, which is trained further");
        Tune("dpo", folder.Pairs, "--adapter", first, "--maps", "qkv").ErrorLine(2).Should()
            .Be($"gpt2: --maps: found qkv, expected qkv,attention,hidden,mlp as of the adapter in {first}, which is trained further");
        Tune("dpo", folder.Pairs, "--adapter", first, "--rank", "2", "--alpha", "4", "--steps", "1", "--answers", "0").Result().Should().NotBeEmpty();
        folder.Tune(folder.Examples, "-o", other, "--full", "--adapter", first).ErrorLine(2).Should()
            .Be("gpt2: --full trains no adapter: expected no --adapter with it");
        CsvModelFolder.Write(folder.Model, TestModels.Random(CsvFolder.ConfigOf(folder.Model), 5), new Vocabulary([]));
        CommandRun.Of("tune", "dpo", folder.Pairs, "-o", other, "--model", folder.Model, "--adapter", first).ErrorLine(1).Should()
            .StartWith($"gpt2: {first}: the adapter belongs to another model, of the same sizes with the hash ");
    }

    [Fact]
    public void Resume_OfAnotherMethodOrWithAnotherAdapterOrReward_IsRefused()
    {
        string first = folder.PathOf("first"), rewards = folder.PathOf("rewards");
        folder.Tune(folder.Examples, "-o", first, "--steps", "1").Result();
        CommandRun.Of("tune", "reward", folder.Pairs, "-o", rewards, "--model", folder.Model, "--steps", "1").Result();
        TuneFolder.StopAfter(
            1, "tune", "grpo", folder.Pairs, "-o", folder.Run, "--model", folder.Model, "--adapter", first, "--reward", rewards, "--batch-size", "2",
            "--max-new-tokens", "4").ExitCode.Should().Be(130);
        CommandRun.Of("tune", "dpo", "--resume", folder.Run).ErrorLine(1).Should().Be(
            $"gpt2: {folder.Run}: a run of 'gpt2 tune grpo', expected one of 'gpt2 tune dpo'; go on with 'gpt2 tune grpo --resume {folder.Run}'");
        string head = Path.Combine(rewards, "reward_w.csv"), trained = File.ReadAllText(head);
        File.WriteAllText(head, string.Join(',', Enumerable.Repeat("1", 16)) + "\n");
        CommandRun.Of("tune", "grpo", "--resume", folder.Run).ErrorLine(1).Should()
            .Be($"gpt2: {rewards}: not the reward model that this run began with; restore that reward model or begin a new run");
        File.WriteAllText(head, trained);
        string file = Directory.EnumerateFiles(first, "*lora_B.csv").First();
        File.WriteAllText(file, File.ReadAllText(file).Replace("0", "1", StringComparison.Ordinal));

        CommandRun.Of("tune", "grpo", "--resume", folder.Run).ErrorLine(1).Should()
            .Be($"gpt2: {first}: not the adapter that this run began with; restore that adapter or begin a new run");
    }

    [Theory]
    [InlineData("reward")]
    [InlineData("dpo")]
    public void Training_ThatDiverges_StopsAndKeepsTheLastCheckpoint(string method)
    {
        CommandRun run = Tune(
            method, folder.Pairs, "--steps", "50", "--warmup", "0", "--learning-rate", "1e30", "--clip-norm", "0", "--checkpoint-every", "1");

        run.ExitCode.Should().Be(1);
        run.Error.TrimEnd('\n').Split('\n')[^1].Should().MatchRegex(
            "^gpt2: the (loss after|gradients of) step [0-9]+ (is|are) not finite: training has diverged; take a lower --learning-rate$");
        TrainingRun.NewestCheckpoint(folder.Run).Should().NotBeNull();
    }

    [Fact]
    public void Reward_WithoutModelOrTexts_IsWrongUsage()
    {
        CommandRun.Of("reward", "a", "b").ErrorLine(2).Should()
            .Be("gpt2: no reward model: name one with --adapter FOLDER; 'gpt2 tune reward' trains one");
        CommandRun.Of("reward", "a", "--adapter", "x").ErrorLine(2).Should().Be("gpt2: expected PROMPT and one TEXT or more, or --file FILE");
        CommandRun.Of("reward", "a", "b", "--file", "f", "--adapter", "x").ErrorLine(2).Should()
            .Be("gpt2: expected PROMPT and TEXT or --file, found both");
    }

    private CommandRun Tune(string method, params string[] more) =>
        CommandRun.Of(["tune", method, .. more, "-o", folder.Run, "--model", folder.Model]);
}
