// gpt2 train with impossible input: one line that says what, the right exit code, and no folder left behind.

using Gpt2.Core.Model;
using Gpt2.Core.Weights;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class TrainErrorTests : IDisposable
{
    private readonly SmallModelFolder folder = new(layers: 1);
    private readonly string text;
    private readonly string run;
    private readonly string vocabulary;

    public TrainErrorTests()
    {
        text = folder.PathOf("text.txt");
        run = folder.PathOf("run");
        vocabulary = folder.PathOf("vocab.bpe");
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("Mike is quick.\n", 30)));
        File.WriteAllText(vocabulary, "#version: 0.2\n");
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("", "the text is empty, expected words to learn from")]
    [InlineData("ab\0c", "found a zero byte after 2 characters, expected a text and not a binary file")]
    [InlineData("12345678", "the training text has 8 tokens, expected at least 9 for a window of 8; take a longer text or a smaller --context")]
    public void Text_ThatCannotBeLearnedFrom_IsRefused(string content, string message)
    {
        File.WriteAllText(text, content);

        Error(1, "train", text, "-o", run, "--vocab", vocabulary, "--context", "8").Should().StartWith("gpt2: ").And.EndWith(message);
    }

    [Fact]
    public void Text_MissingOrNotUtf8_IsRefused()
    {
        Error(1, "train", folder.PathOf("none.txt"), "-o", run)
            .Should().StartWith($"gpt2: {folder.PathOf("none.txt")}: no such file, expected a text file");
        Error(1, "train", folder.Root, "-o", run).Should().StartWith($"gpt2: {folder.Root}: found a folder, expected a text file");
        File.WriteAllBytes(text, [65, 0xFF, 0xC3, 66]);
        Error(1, "train", text, "-o", run)
            .Should().StartWith($"gpt2: {text} line 1 byte 2: found 0xFF, which is not UTF-8; ");
    }

    [UnixFact]
    public void Folder_DanglingLink_IsMadeWhereTheLinkLeads()
    {
        Directory.CreateSymbolicLink(run, folder.PathOf("far"));
        string[] train =
        [
            "train", "-o", run, "--vocab", vocabulary, "--context", "8", "--layers", "1", "--heads", "1", "--channels", "4", "--steps", "1",
        ];

        Error(1, [.. train, folder.PathOf("none")]).Should().Contain(": no such file, ");
        Directory.Exists(folder.PathOf("far")).Should().BeFalse("nothing is left of a run that did not begin");
        CommandRun.Of([.. train, text]).Result();

        new FileInfo(run).LinkTarget.Should().Be(folder.PathOf("far"));
        File.Exists(folder.PathOf("far", HyperparametersFile.FileName)).Should().BeTrue();
    }

    [Theory]
    [InlineData("no folder: name one with --out FOLDER", "TEXT")]
    [InlineData("no text: name a FILE, or --preset workshop", "-o", "RUN")]
    [InlineData("--preset workshop has its own text: expected no FILE", "TEXT", "-o", "RUN", "--preset", "workshop")]
    [InlineData("--preset: found 'workshops', expected workshop", "-o", "RUN", "--preset", "workshops")]
    [InlineData("--init has its own vocabulary and sizes: expected no --layers with it", "TEXT", "-o", "RUN", "--init", "MODEL", "--layers", "2")]
    [InlineData("--init has its own vocabulary and sizes: expected no --vocab with it", "TEXT", "-o", "RUN", "--init", "MODEL", "--vocab", "x")]
    [InlineData("expected one of --vocab and --vocab-size, found both", "TEXT", "-o", "RUN", "--vocab", "VOCAB", "--vocab-size", "300")]
    [InlineData("--vocab-size: found 256, expected at least 257", "TEXT", "-o", "RUN", "--vocab-size", "256")]
    [InlineData("learning rate is NaN, expected at least 0", "TEXT", "-o", "RUN", "--learning-rate", "NaN")]
    [InlineData("learning rate is -1, expected at least 0", "TEXT", "-o", "RUN", "--learning-rate", "-1")]
    [InlineData("learning rate is Infinity, expected a finite number", "TEXT", "-o", "RUN", "--learning-rate", "Infinity")]
    [InlineData("least learning rate is 0.01, expected at most the highest, 0.001", "TEXT", "-o", "RUN", "--min-learning-rate", "0.01")]
    [InlineData(
        "least learning rate is 0.2, expected at most the highest, 0.1", "TEXT", "-o", "RUN", "--learning-rate", "0.1",
        "--min-learning-rate", "0.2")]
    [InlineData("dropout is 1, expected less than 1", "TEXT", "-o", "RUN", "--dropout", "1")]
    [InlineData("--steps: found 0, expected at least 1", "TEXT", "-o", "RUN", "--steps", "0")]
    [InlineData("n_embd 10 is not divisible by n_head 4", "TEXT", "-o", "RUN", "--channels", "10")]
    [InlineData("--layers: found 0, expected at least 1", "TEXT", "-o", "RUN", "--layers", "0")]
    [InlineData("--resume continues the run with its original text: expected no FILE", "TEXT", "--resume", "RUN")]
    [InlineData("--resume continues the run with its original settings: expected no --out with it", "-o", "RUN", "--resume", "RUN")]
    [InlineData("--resume continues the run with its original settings: expected no --steps with it", "--resume", "RUN", "--steps", "5")]
    [InlineData("--resume continues the run with its original settings: expected no --random-windows with it", "--resume", "RUN", "--random-windows")]
    public void Options_ThatContradict_AreWrongUsage(string message, params string[] args)
    {
        string Filled(string arg) => arg switch { "TEXT" => text, "RUN" => run, "MODEL" => folder.Model, "VOCAB" => vocabulary, _ => arg };

        CommandRun.Of(["train", .. args.Select(Filled)]).ErrorLine(2).Should().StartWith($"gpt2: {message}");
        Directory.Exists(run).Should().BeFalse();
    }

    [Fact]
    public void Model_ThatCannotBeTrainedOn_IsRefused()
    {
        Error(1, "train", text, "-o", run, "--init", "no/where").Should().StartWith("gpt2: model 'no/where': no such folder");
        Error(1, "train", text, "-o", run, "--init", folder.Model, "--context", "9")
            .Should().Be("gpt2: windows of 9 tokens, expected at most n_ctx = 8");
        string textless = folder.PathOf("textless");
        CsvModelFolder.Write(textless, TestModels.Random(new Gpt2Config(10, 8, 6, 3, 1), 4), null);
        Error(1, "train", text, "-o", run, "--init", textless).Should().EndWith("this model has no vocabulary and so no text to train on");
    }

    [Fact]
    public void Folder_ThatCannotBeWritten_IsRefused()
    {
        foreach (string target in (string[])[text, Path.Combine(text, "below")])
        {
            CommandRun run = CommandRun.Of("train", text, "-o", target, "--vocab", vocabulary, "--context", "8", "--steps", "1");

            run.ExitCode.Should().Be(1);
            run.Out.Should().BeEmpty();
            run.Error.TrimEnd('\n').Split('\n')[^1].Should().StartWith($"gpt2: {target}: cannot write this folder (");
        }
    }

    [Fact]
    public void Log_ThatCannotBeRead_IsNotCalledAFolderThatCannotBeWritten()
    {
        string log = Path.Combine(run, "log.csv");
        string[] args = ["train", text, "-o", run, "--vocab", vocabulary, "--context", "8", "--steps", "1"];
        Directory.CreateDirectory(log);

        CommandRun.Of(args).Error.TrimEnd('\n').Split('\n')[^1].Should().StartWith($"gpt2: {log}: cannot write this file (");
    }

    [Fact]
    public void Resume_WithoutACheckpoint_IsRefused()
    {
        const string Message = "no checkpoint of a training run, expected one in its folder 'checkpoints'; begin a run without --resume";
        Error(1, "train", "--resume", run).Should()
            .Be($"gpt2: {run}: no such folder, or an empty one, expected the folder of a run that was stopped; begin a run without --resume");
        CommandRun.Of("train", "--resume", folder.Model).ErrorLine(1).Should().Be($"gpt2: {folder.Model}: {Message}");
    }

    [Fact]
    public void Resume_OfACheckpoint_NamesTheFolderOfTheRun()
    {
        string[] train = ["train", text, "-o", run, "--vocab", vocabulary, "--context", "8", "--steps", "4", "--layers", "1"];
        CommandRun.With("", new CancellationToken(canceled: true), train).ExitCode.Should().Be(130);
        string checkpoints = Path.Combine(run, "checkpoints"), checkpoint = Path.Combine(checkpoints, "step-0000000");

        foreach (string inside in (string[])[checkpoints, checkpoint, checkpoint + Path.DirectorySeparatorChar])
        {
            CommandRun.Of("train", "--resume", inside).ErrorLine(1).Should()
                .Be($"gpt2: {inside}: is inside the folder of a run, expected that folder; continue it with --resume {run}");
        }
    }

    [Fact]
    public void Model_IsNotTrainedOver()
    {
        Error(1, "train", text, "-o", folder.Model)
            .Should().Be($"gpt2: {folder.Model}: holds a model; choose another folder, or delete that one first");
    }

    [Fact]
    public void StoppedRun_IsNeitherOverwrittenNorGoneOnWithAnotherText()
    {
        string[] train = ["train", text, "-o", run, "--vocab", vocabulary, "--context", "8", "--steps", "4", "--layers", "1"];
        CommandRun.With("", new CancellationToken(canceled: true), train).ExitCode.Should().Be(130);

        CommandRun.Of("generate", "a", "-m", run).ErrorLine(1)
            .Should().EndWith($"; name {Path.Combine(run, "checkpoints", "step-0000000")}, which has a model", "a checkpoint is a model");
        CommandRun.Of(train).ErrorLine(1)
            .Should().Be($"gpt2: {run}: holds a run that was stopped; continue it with --resume {run}, or choose another folder");
        File.AppendAllText(text, "!");
        CommandRun.Of("train", "--resume", run).ErrorLine(1).Should()
            .Be($"gpt2: {text}: not the text that this run began with; restore that text or begin a new run");
        File.Delete(text);
        CommandRun.Of("train", "--resume", run).ErrorLine(1).Should().Be($"gpt2: {text}: no such file, expected a text file");
    }

    private string Error(int exitCode, params string[] args)
    {
        string line = CommandRun.Of(args).ErrorLine(exitCode);
        Directory.Exists(run).Should().BeFalse();
        return line;
    }
}
