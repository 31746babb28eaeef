// gpt2 tune sft: that it learns, what it writes and prints, and that a stopped run goes on to the same bits.

using System.Diagnostics;
using System.Text.Json;
using Gpt2.Cli.Output;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Training;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Tune;

public sealed class TuneSftCommandTests : IDisposable
{
    private readonly TuneFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_Examples_LearnsAnAdapterThatCommandsTake()
    {
        using var culture = new DecimalCommaCulture();

        CommandRun tuned = folder.Tune(
            folder.Examples, "--out", folder.Run, "--steps", "40", "--learning-rate", "0.02", "--validation-share", "0.2", "--report-every", "20");

        tuned.Result().Should().MatchRegex(
            $"^{folder.Run}: trained 40 steps in 0:[0-9]+, loss [0-9.]+, validation [0-9.]+; 0 of 4 answers exact \\(0.0%\\) before, "
            + $"[0-4] of 4 answers exact \\([0-9.]+%\\) now; 'gpt2 generate \"…\" --model {folder.Model} --adapter {folder.Run}' uses it\n$");
        tuned.Error.Should().Contain(
            "training an adapter's 2,048 weights on 16 completions (4 for validation) with the template 'plain', steps 0 to 40, 40 epochs, into ")
            .And.Contain("step 20/40  loss ").And.Contain("step 40/40  loss ");
        IReadOnlyList<LogLine> log = TrainingLog.Read(Path.Combine(folder.Run, "log.csv"));
        log[39].Loss.Should().BeLessThan(0.7 * log[0].Loss);
        File.Exists(Path.Combine(folder.Run, "loss.svg")).Should().BeTrue();
        Directory.Exists(Path.Combine(folder.Run, "checkpoints")).Should().BeFalse();
        TuningState state = TuningState.Read(folder.Run);
        state.Should().BeEquivalentTo(
            new { Step = 40, Method = "sft", folder.Model, Template = "plain", TemplateText = "{prompt}{completion}", Full = false });
        state.File.Path.Should().Be(folder.Examples);
        Adapter adapter = AdapterFolder.Read(folder.Run);
        adapter.Settings.Should().Be(new LoraSettings());
        string Predicted(params string[] with) => CommandRun.Of(["predict", "a?", "--model", folder.Model, .. with]).Result();
        Predicted("--adapter", folder.Run).Should().NotBe(Predicted());
    }

    [Fact]
    public void Run_Full_LearnsAllAnswersByHeartIntoAModel()
    {
        using JsonDocument json = JsonDocument.Parse(folder.Tune(
            folder.Examples, "--validation", folder.Examples, "--out", folder.Run, "--full", "--steps", "150", "--learning-rate", "0.02", "--json")
            .Result());

        JsonElement result = json.RootElement;
        result.EnumerateObject().Select(property => property.Name).Should().Equal(
            "folder", "result", "steps", "loss", "validation_loss", "exact_match_before", "exact_match", "answered", "parameters", "seconds");
        result.GetProperty("folder").GetString().Should().Be(folder.Run);
        result.GetProperty("result").GetString().Should().Be("model");
        result.GetProperty("steps").GetInt32().Should().Be(150);
        result.GetProperty("validation_loss").GetDouble().Should().BeLessThan(0.1);
        result.GetProperty("exact_match_before").GetDouble().Should().Be(0);
        result.GetProperty("exact_match").GetDouble().Should().Be(1);
        result.GetProperty("answered").GetInt32().Should().Be(20);
        result.GetProperty("parameters").GetInt64().Should().Be(CsvFolder.ConfigOf(folder.Run).Parameters);
        CommandRun.Of("generate", "c?", "--model", folder.Run, "-n", "5").Result().Should().Contain(" d!");
    }

    [Theory]
    [InlineData("bf16", WeightType.BFloat16)]
    [InlineData("int8", WeightType.Int8)]
    [InlineData("int4", WeightType.Int4)]
    public void Run_OnReducedWeights_LearnsAnAdapterOfTheModel(string name, WeightType type)
    {
        string[] options = ["--steps", "60", "--learning-rate", "0.02", "--validation", folder.Examples];
        CommandRun tuned = folder.Tune([folder.Examples, "--out", folder.Run, "--weights", name, .. options]);
        folder.Tune([folder.Examples, "--out", folder.PathOf("exact"), .. options]).Result();

        tuned.Result();
        tuned.Error.Should().Contain($"training an adapter's 2,048 weights (the model's are frozen, as {name}) on 20 completions");
        TuningState.Read(folder.Run).Weights.Should().Be(type);
        IReadOnlyList<LogLine> log = TrainingLog.Read(Path.Combine(folder.Run, "log.csv"));
        IReadOnlyList<LogLine> exact = TrainingLog.Read(Path.Combine(folder.PathOf("exact"), "log.csv"));
        log[0].Loss.Should().NotBe(exact[0].Loss).And.BeApproximately(exact[0].Loss, 0.2, "the reduced weights are near the exact ones");
        log[^1].Loss.Should().BeLessThan(0.7 * log[0].Loss);
        AdapterFolder.Read(folder.Run).TrainedOn.Should()
            .Be(AdapterFolder.Read(folder.PathOf("exact")).TrainedOn, "it knows the model by its f32 weights");
        foreach (string use in (string[])["f32", name])
        {
            CommandRun.Of("predict", "a?", "--model", folder.Model, "--adapter", folder.Run, "--weights", use).Result().Should().NotBeEmpty();
        }
    }

    [Fact]
    public void Run_Samples_AreAnswersToAQuestionThatIsNotLearned()
    {
        string[] Samples(params string[] options) =>
            [.. folder.Tune([folder.Examples, "--out", folder.PathOf(Guid.NewGuid().ToString("N")), "--steps", "6", .. options])
                .Error.Split('\n').Where(line => line.StartsWith("sample: ", StringComparison.Ordinal))];

        Samples("--sample-every", "2").Should().HaveCount(3).And.OnlyContain(line => line.StartsWith("sample: \"", StringComparison.Ordinal));
        Samples("--sample-every", "3", "--validation-share", "0").Should().HaveCount(2).And.OnlyContain(line => line.StartsWith("sample: \"a?"));
        Samples("--sample-every", "0").Should().BeEmpty();
        Samples().Should().BeEmpty("the first of the default is at step 100");
    }

    [Fact]
    public void Run_NothingToValidateOn_SaysNoValidationLoss()
    {
        CommandRun tuned = folder.Tune(folder.Examples, "--out", folder.Run, "--steps", "2", "--validation-share", "0");

        tuned.Result().Should().Contain(", no examples to validate on; 'gpt2 generate").And.NotContain("NaN");
        folder.Tune(folder.Examples, "--out", folder.PathOf("other"), "--steps", "2", "--validation-share", "0", "--json").Result()
            .Should().Contain("\"validation_loss\":null,\"exact_match_before\":null,\"exact_match\":null,\"answered\":0");
    }

    [Fact]
    public void Run_Epochs_AreSoManySteps()
    {
        folder.Tune(
            folder.Examples, "--out", folder.Run, "--epochs", "2", "--batch-size", "4", "--validation-share", "0", "--maps", "qkv, mlp").Result();

        TrainingLog.Read(Path.Combine(folder.Run, "log.csv")).Should().HaveCount(10);
        AdapterFolder.Read(folder.Run).Settings.Maps.Should().Be(AdaptedMaps.AttentionQkv | AdaptedMaps.MlpProjection);
    }

    [Fact]
    public void Run_BadRows_AreSkippedUpToTheLimit()
    {
        File.AppendAllText(folder.Examples, "{\"prompt\": \"x\"}\n");

        folder.Tune(folder.Examples, "--out", folder.Run, "--steps", "1").Error.Should()
            .Contain($"note: {folder.Examples}: skipped 1 of 21 rows: 1 malformed (line 21: no completion)\n");
        folder.Tune(folder.Examples, "--out", folder.PathOf("other"), "--steps", "1", "--max-skipped", "0").ErrorLine(1)
            .Should().Be($"gpt2: {folder.Examples}: 1 of 21 rows cannot be used: 1 malformed (line 21: no completion), expected at most 0; "
                + "fix them, or allow more with --max-skipped");
    }

    [Fact]
    public void Show_Examples_PrintsWhatIsReadAndWhatIsLearned()
    {
        string template = folder.PathOf("template.txt");
        File.WriteAllText(template, "Q {prompt} A{completion}\n");

        folder.Tune(folder.Examples, "--show", "1", "--validation-share", "0", "--template", template).Result().Should().Be(
            "line 1: 10 tokens, 4 of them learned\n  read     \"Q\" \" \" \"a\" \"?\" \" \" \"A\"\n  learned  \" \" \"b\" \"!\" \"<|endoftext|>\"\n");
        using JsonDocument json = JsonDocument.Parse(folder.Tune(folder.Examples, "--show", "2", "--json").Result());
        json.RootElement.GetProperty("template").GetString().Should().Be("plain");
        json.RootElement.GetProperty("examples")[0].GetProperty("tokens").EnumerateArray()
            .Select(token => token.GetProperty("learned").GetBoolean()).Should().Equal(false, false, true, true, true, true);
    }

    [Theory]
    [InlineData("--rank", "2")]
    [InlineData("--rank", "2", "--weights", "int8")]
    [InlineData("--rank", "2", "--weights", "int4", "--kernels", "vector")]
    [InlineData("--full", "--accumulate", "2")]
    public void Resume_RunThatWasStopped_EndsWithTheSameFiles(params string[] more)
    {
        string[] Options(string run) =>
        [
            "tune", "sft", folder.Examples, "--model", folder.Model, "--out", folder.PathOf(run), "--steps", "6", "--batch-size", "3",
            "--answers", "0", "--dropout", "0.1", .. more,
        ];
        CommandRun.Of(Options("whole")).Result();
        (int exitCode, string log) = TuneFolder.StopAfter(3, Options("run"));
        exitCode.Should().Be(130);
        log.ReplaceLineEndings("\n").Should().EndWith($"saved after step 3; go on with: gpt2 tune sft --resume {folder.Run}\ngpt2: cancelled\n");

        CommandRun.Of("tune", "sft", "--resume", folder.Run).Result();

        folder.Files("run").Should().Equal(folder.Files("whole"));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    public void Help_OnAScreen_Fits(int width) => CommandRun.OnScreen(width, "tune", "sft", "--help").Result().Split('\n')
        .Should().OnlyContain(line => DisplayText.Width(line) <= width);

    [UnixFact]
    public async Task Interrupt_WhileTuning_SavesAndGoesOnToTheSameFiles()
    {
        string[] tune =
        [
            "tune", "sft", folder.Examples, "--model", folder.Model, "--steps", "3000", "--batch-size", "3", "--dropout", "0.1",
            "--eval-every", "1000", "--report-every", "1", "--out",
        ];
        (await CommandProcess.RunToEnd(folder.Root, [.. tune, "whole"])).ExitCode.Should().Be(0);
        using (Process process = CommandProcess.Start(folder.Root, [.. tune, "run"]))
        {
            using var whateverHappens = new KilledAtLast(process);
            string? line;
            do
            {
                line = await process.StandardError.ReadLineAsync().WaitAsync(CommandProcess.LongEnough);
                line.Should().NotBeNull("tuning goes on");
            }
            while (!line!.StartsWith("step 2/", StringComparison.Ordinal));
            await CommandProcess.Interrupt(process);
            string error = await process.StandardError.ReadToEndAsync().WaitAsync(CommandProcess.LongEnough);
            await process.WaitForExitAsync().WaitAsync(CommandProcess.LongEnough);
            process.ExitCode.Should().Be(130);
            error.Should().MatchRegex("saved after step [0-9]+; go on with: gpt2 tune sft --resume run\ngpt2: cancelled\n$");
        }

        string checkpoint = TrainingRun.NewestCheckpoint(folder.Run)!;
        TuningState.Read(checkpoint).Step.Should().BeInRange(2, 2999, "it was stopped in between");
        CommandRun.Of("predict", "a?", "--model", folder.Model, "--adapter", checkpoint).Result().Should().NotBeEmpty("a checkpoint is an adapter");
        (int exitCode, string log) = await CommandProcess.RunToEnd(folder.Root, "tune", "sft", "--resume", "run");
        exitCode.Should().Be(0, log);

        folder.Files("run").Should().Equal(folder.Files("whole"));
        CommandRun.Of("tune", "sft", "--resume", folder.Run).ErrorLine(1).Should()
            .Be($"gpt2: {folder.Run}: this run is finished, so there is nothing to resume; begin a run with more --steps into another folder");
    }
}
