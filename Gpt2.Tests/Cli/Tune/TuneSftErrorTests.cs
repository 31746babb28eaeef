// gpt2 tune sft with impossible input: one line that says what, and the right exit code.

using Gpt2.Core.PostTraining;
using Gpt2.Core.Training;
using Gpt2.Core.Weights;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Tune;

public sealed class TuneSftErrorTests : IDisposable
{
    private readonly TuneFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("no folder: name one with --out FOLDER", "FILE")]
    [InlineData("no examples: name a FILE", "-o", "RUN")]
    [InlineData("expected one of --epochs and --steps, found both", "FILE", "-o", "RUN", "--epochs", "1", "--steps", "1")]
    [InlineData("--epochs: found 0, expected more than 0, at most 1000000", "FILE", "-o", "RUN", "--epochs", "0")]
    [InlineData("--validation-share: found 1, expected at least 0 and less than 1", "FILE", "-o", "RUN", "--validation-share", "1")]
    [InlineData("expected one of --validation and --validation-share, found both",
        "FILE", "-o", "RUN", "--validation", "x", "--validation-share", "0.1")]
    [InlineData(
        "--full trains the weights themselves, which have to be f32: leave out --weights or --full",
        "FILE", "-o", "RUN", "--full", "--weights", "int8")]
    [InlineData("--full trains no adapter: expected no --rank with it", "FILE", "-o", "RUN", "--full", "--rank", "2")]
    [InlineData("--maps: found 'kv', expected qkv, attention, hidden, mlp, all, with commas", "FILE", "-o", "RUN", "--maps", "qkv,kv")]
    [InlineData("alpha is 0, expected a number above 0", "FILE", "-o", "RUN", "--alpha", "0")]
    [InlineData("dropout is 1, expected less than 1", "FILE", "-o", "RUN", "--dropout", "1")]
    [InlineData("--max-skipped: found 'few', expected a number of rows such as 20, or a share such as 5%",
        "FILE", "-o", "RUN", "--max-skipped", "few")]
    [InlineData("--template: found 'long', expected alpaca, short, plain, chat, or a file", "FILE", "-o", "RUN", "--template", "long")]
    [InlineData("--resume continues the run with its original examples: expected no FILE with it", "FILE", "--resume", "RUN")]
    [InlineData("--resume continues the run with its original settings: expected no --seed with it", "--resume", "RUN", "--seed", "2")]
    public void Options_ThatMakeNoSense_AreWrongUsage(string message, params string[] args)
    {
        string[] given = [.. args.Select(arg => arg == "FILE" ? folder.Examples : arg == "RUN" ? folder.Run : arg)];

        CommandRun.Of(["tune", "sft", .. given]).ErrorLine(2).Should().Be($"gpt2: {message}");
        Directory.Exists(folder.Run).Should().BeFalse();
    }

    [Fact]
    public void Rank_AboveTheWidthOfTheModel_IsRefused() =>
        folder.Tune(folder.Examples, "-o", folder.Run, "--rank", "17").ErrorLine(1).Should().Be("gpt2: the rank is 17, expected at most n_embd = 16");

    [Fact]
    public void Examples_ThatCannotBeUsed_AreRefused()
    {
        File.WriteAllText(folder.Examples, "[1]");
        folder.Tune(folder.Examples, "-o", folder.Run).ErrorLine(1).Should().StartWith($"gpt2: {folder.Examples}: found a JSON array");
        folder.Tune(folder.PathOf("none"), "-o", folder.Run).ErrorLine(1).Should().StartWith($"gpt2: {folder.PathOf("none")}: no such file");
        File.WriteAllText(folder.Examples, "{\"prompt\": \"a\", \"completion\": \"123456789012345678901234567890\"}");
        folder.Tune(folder.Examples, "-o", folder.Run).ErrorLine(1).Should().Contain("1 long (line 1: 31 tokens, expected at most 24)");
    }

    [Fact]
    public void Validation_OfAnotherKind_IsRefused()
    {
        string other = folder.PathOf("other.jsonl");
        File.WriteAllText(other, "{\"instruction\": \"a\", \"output\": \"b\"}\n");

        folder.Tune(folder.Examples, "-o", folder.Run, "--validation", other).ErrorLine(1)
            .Should().Be($"gpt2: {other}: has instructions, expected completions as in {folder.Examples}");
    }

    [Fact]
    public void Folder_WithAResultOrAStoppedRun_IsNotWrittenOver()
    {
        folder.Tune(folder.Examples, "-o", folder.Model).ErrorLine(1)
            .Should().Be($"gpt2: {folder.Model}: holds a model; choose another folder, or delete that one first");
        folder.Tune(folder.Examples, "-o", folder.Run, "--steps", "1").Result();
        folder.Tune(folder.Examples, "-o", folder.Run).ErrorLine(1)
            .Should().Be($"gpt2: {folder.Run}: holds an adapter; choose another folder, or delete that one first");
        Stop("stopped");
        folder.Tune(folder.Examples, "-o", folder.PathOf("stopped")).ErrorLine(1)
            .Should().Contain("holds a run that was stopped; continue it with --resume ");
    }

    [Fact]
    public void Resume_WithOtherExamplesOrAnotherModel_IsRefused()
    {
        CommandRun.Of("tune", "sft", "--resume", folder.Run).ErrorLine(1).Should().Be(
            $"gpt2: {folder.Run}: no such folder, or an empty one, expected the folder of a run that was stopped; begin a run without --resume");
        Stop("run");
        string examples = File.ReadAllText(folder.Examples);
        File.AppendAllText(folder.Examples, "{\"prompt\": \"x\", \"completion\": \"y\"}\n");
        CommandRun.Of("tune", "sft", "--resume", folder.Run).ErrorLine(1)
            .Should().Be($"gpt2: {folder.Examples}: not the examples that this run began with; restore that file or begin a new run");
        File.WriteAllText(folder.Examples, examples);
        CsvModelFolder.Write(folder.Model, TestModels.Random(CsvFolder.ConfigOf(folder.Model), 5), null);

        CommandRun.Of("tune", "sft", "--resume", folder.Run).ErrorLine(1)
            .Should().Be($"gpt2: {folder.Model}: not the model that this run began with; restore that model or begin a new run");
    }

    [Fact]
    public void Training_ThatDiverges_StopsAndKeepsTheLastCheckpoint()
    {
        CommandRun run = folder.Tune(
            folder.Examples, "-o", folder.Run, "--steps", "50", "--warmup", "0", "--learning-rate", "1e30", "--clip-norm", "0",
            "--checkpoint-every", "1");

        run.ExitCode.Should().Be(1);
        run.Out.Should().BeEmpty();
        run.Error.TrimEnd('\n').Split('\n')[^1].Should().MatchRegex(
            "^gpt2: the (loss after|gradients of) step [0-9]+ (is|are) not finite: training has diverged; take a lower --learning-rate$");
        AdapterFolder.Read(TrainingRun.NewestCheckpoint(folder.Run)!).Matrices().SelectMany(matrix => matrix.Span.ToArray())
            .Should().OnlyContain(weight => float.IsFinite(weight));
    }

    private void Stop(string run) =>
        TuneFolder.StopAfter(1, "tune", "sft", folder.Examples, "--model", folder.Model, "-o", folder.PathOf(run)).ExitCode.Should().Be(130);
}
