// gpt2 train: from scratch, from a vocabulary, from a model, what it prints and writes, and that it learns.

using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.Training;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class TrainCommandTests : IDisposable
{
    private static readonly string[] Small =
    [
        "--layers", "1", "--heads", "2", "--channels", "16", "--context", "8", "--batch-size", "4", "--sample-every", "0",
    ];

    private readonly TemporaryFolder folder = new();
    private readonly string text;
    private readonly string run;

    public TrainCommandTests()
    {
        text = folder.PathOf("text.txt");
        run = folder.PathOf("run");
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("Mike is quick. He moves quickly.\n", 100)));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_RepetitiveText_LearnsAndWritesAModel()
    {
        using var culture = new DecimalCommaCulture();

        CommandRun trained = Train("--steps", "60", "--learning-rate", "1e-2", "--vocab-size", "270", "--report-every", "20");

        trained.Result().Should().MatchRegex(
            $"^{run}: trained 60 steps in 0:[0-9]+, loss [0-9.]+, validation [0-9.]+; 'gpt2 generate \"…\" --model {run}' uses it\n$");
        trained.Error.Should().Contain($"learning 270 tokens from {text}\n").And.Contain("step 20/60  loss ").And.Contain("step 60/60  loss ");
        IReadOnlyList<LogLine> log = TrainingLog.Read(Path.Combine(run, "log.csv"));
        log[0].Loss.Should().BeApproximately(Math.Log(270), 0.3);
        log[59].Loss.Should().BeLessThan(2, "well below the {0} of knowing nothing", Math.Log(270));
        log[59].ValidationLoss.Should().BeLessThan(2);
        Directory.EnumerateFileSystemEntries(folder.Root).Should().BeEquivalentTo([text, run]);
        Directory.Exists(Path.Combine(run, "checkpoints")).Should().BeFalse();
        CommandRun.Of("generate", "Mike", "-m", run, "-n", "3").Result().Should().NotBeEmpty();
    }

    [Fact]
    public void Run_Json_NamesFolderLossesAndSizes()
    {
        using var culture = new DecimalCommaCulture();

        using JsonDocument json = JsonDocument.Parse(Train("--steps", "3", "--vocab-size", "257", "--json").Result());

        JsonElement result = json.RootElement;
        result.EnumerateObject().Select(property => property.Name)
            .Should().Equal("folder", "steps", "loss", "validation_loss", "parameters", "seconds", "uniform_loss", "unigram_loss");
        result.GetProperty("uniform_loss").GetDouble().Should().BeApproximately(Math.Log(257), 1e-12);
        result.GetProperty("unigram_loss").GetDouble().Should().BeInRange(2, Math.Log(257));
        result.GetProperty("folder").GetString().Should().Be(run);
        result.GetProperty("steps").GetInt32().Should().Be(3);
        result.GetProperty("loss").GetDouble().Should().BeApproximately(Math.Log(257), 0.3);
        result.GetProperty("validation_loss").GetDouble().Should().BeApproximately(Math.Log(257), 0.3);
        result.GetProperty("parameters").GetInt64().Should().Be(CsvFolder.ConfigOf(run).Parameters);
    }

    [Fact]
    public void Run_TextTooShortToValidate_SaysNoValidationLoss()
    {
        File.WriteAllText(text, "Mike is quick.");

        CommandRun.Of(["train", text, "--out", run, "--steps", "2", "--vocab-size", "257", "--json", .. Small]).Result()
            .Should().Contain("\"validation_loss\":null");
        CommandRun trained = CommandRun.Of(["train", text, "--out", folder.PathOf("other"), "--steps", "2", "--vocab-size", "257", .. Small]);

        trained.Result().Should().Contain(", no text to validate on; ").And.NotContain("NaN");
        trained.Error.Should().NotContain("NaN");
    }

    [Fact]
    public void Run_TextShorterThanAStep_SaysHowOftenItIsReadAndThatItIsLearnedByHeart()
    {
        File.WriteAllText(text, string.Concat(Enumerable.Range(0, 10).Select(i => $"{i} is one.\n")));

        string log = CommandRun.Of(
            ["train", text, "--out", run, .. Small.Select(option => option == "4" ? "64" : option), "--steps", "5", "--vocab-size", "257"]).Error;

        log.Should().Contain(
            "weights on 100 tokens (0 for validation), 512 a step, steps 0 to 5, each step reads the text 5.3 times, into ",
            "a text has 12 windows of 8")
            .And.Contain("note: the text is read 27 times and has fewer tokens than the model has weights, so the model will learn it by heart: ")
            .And.Contain("the text is too short to keep a part of it for validation");
    }

    [Fact]
    public void Run_TextThatIsReadFewTimes_SaysNothingOfLearningByHeart()
    {
        string log = Train("--steps", "5", "--vocab-size", "257").Error;

        log.Should().MatchRegex("one pass over the text takes [0-9.]+ steps, into ").And.NotContain("by heart").And
            .MatchRegex("losses to compare with: 5\\.549 guessing among 257 tokens, 2\\.[0-9]+ knowing only how often each occurs in the text\n");
    }

    [Theory]
    [InlineData(10, "warm-up: 1 steps, a tenth of the run, in place of 100; --warmup N sets it\n")]
    [InlineData(10, "note: the warm-up of 10 steps is as long as the run of 10: the learning rate rises to the end\n", "--warmup", "10")]
    [InlineData(10, "", "--warmup", "3")]
    public void Run_UnusualWarmUp_IsReported(int steps, string said, params string[] options)
    {
        string log = Train(["--steps", $"{steps}", "--vocab-size", "257", .. options]).Error;

        string.Concat(log.Split('\n').Where(line => line.Contains("warm-up", StringComparison.Ordinal)).Select(line => line + "\n"))
            .Should().Be(said);
    }

    [Fact]
    public void Resume_FinishedRun_SaysThatItIsFinishedAndWhatCanBeDone()
    {
        Train("--steps", "3", "--vocab-size", "257").Result();

        CommandRun.Of("train", "--resume", run).ErrorLine(1)
            .Should().StartWith($"gpt2: {run}: this run is finished after 3 steps, so there is nothing to resume")
            .And.Contain($"'gpt2 train FILE --init {run} --out OTHER --steps N'").And.Contain("more --steps into another folder");
    }

    [Fact]
    public void Run_Vocabulary_TakesTheFile()
    {
        string vocabulary = folder.PathOf("vocab.bpe");
        File.WriteAllText(vocabulary, "#version: 0.2\nM i\nMi k\n");

        Train("--steps", "2", "--vocab", vocabulary).Result();

        File.ReadAllText(Path.Combine(run, "vocab.bpe")).Should().Be(File.ReadAllText(vocabulary));
        CsvFolder.ConfigOf(run).Should().Be(new Gpt2Config(259, 8, 16, 2, 1));
    }

    [Fact]
    public void Run_Init_BeginsWithTheModel()
    {
        Train("--steps", "30", "--learning-rate", "0.01", "--vocab-size", "270").Result();
        string further = folder.PathOf("further");

        CommandRun.Of("train", text, "--init", run, "--out", further, "--steps", "2", "--learning-rate", "0", "--weight-decay", "0").Result();

        double before = TrainingLog.Read(Path.Combine(run, "log.csv"))[^1].Loss, after = TrainingLog.Read(Path.Combine(further, "log.csv"))[0].Loss;
        after.Should().BeApproximately(before, 0.7).And.BeLessThan(4);
        foreach (string file in (string[])["hparams.json", "vocab.bpe", "model_wte.csv", "model_h0_mlp_c_fc_w.csv"])
        {
            File.ReadAllText(Path.Combine(further, file))
                .Should().Be(File.ReadAllText(Path.Combine(run, file)), "a learning rate of 0 changes nothing");
        }
    }

    [Fact]
    public void Run_SameSeed_WritesTheSameFilesAndAnotherSeedOthers()
    {
        string Weights(string name, string seed)
        {
            CommandRun.Of(["train", text, "--out", folder.PathOf(name), "--steps", "3", "--vocab-size", "257", "--seed", seed, .. Small]).Result();
            return File.ReadAllText(folder.PathOf(name, "model_wte.csv"));
        }

        Weights("a", "1").Should().Be(Weights("b", "1")).And.NotBe(Weights("c", "2"));
    }

    [Fact]
    public void Run_StandardInput_IsReadAgainToGoOn()
    {
        string words = File.ReadAllText(text);
        CommandRun.With(words, new CancellationToken(canceled: true), Cancelled("-", "--vocab", Vocabulary())).ExitCode.Should().Be(130);

        CommandRun.With(words + "x", "train", "--resume", run).ErrorLine(1)
            .Should().StartWith("gpt2: standard input: not the text that this run began with");
        CommandRun.With(words, "train", "--resume", run, "--sample-every", "0").Result().Should().Contain("trained 4 steps");
    }

    [Theory]
    [InlineData("vector")]
    [InlineData("tuned")]
    [InlineData("scalar")]
    public void Run_Cancelled_SavesAndGoesOnToTheSameFiles(string kernels)
    {
        string[] more = ["--vocab", Vocabulary(), "--kernels", kernels];
        CommandRun.Of(["train", text, "--out", folder.PathOf("whole"), "--steps", "4", .. more, .. Small]).Result();

        CommandRun stopped = CommandRun.With("", new CancellationToken(canceled: true), Cancelled(text, more));
        stopped.ExitCode.Should().Be(130);
        stopped.Error.Should().EndWith($"saved after step 0; go on with: gpt2 train --resume {run}\ngpt2: cancelled\n");
        CommandRun.Of("train", "--resume", run).Result();

        foreach (string file in Directory.EnumerateFiles(folder.PathOf("whole")))
        {
            File.ReadAllText(Path.Combine(run, Path.GetFileName(file))).Should().Be(File.ReadAllText(file), file);
        }
    }

    private string Vocabulary()
    {
        string vocabulary = folder.PathOf("vocab.bpe");
        File.WriteAllText(vocabulary, "#version: 0.2\n");
        return vocabulary;
    }

    private string[] Cancelled(string file, params string[] more) => ["train", file, "--out", run, "--steps", "4", .. Small, .. more];

    private CommandRun Train(params string[] more) => CommandRun.Of(["train", text, "--out", run, .. Small, .. more]);
}
