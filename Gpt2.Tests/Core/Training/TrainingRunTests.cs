// A run in a folder: stopped and gone on with it writes the same files as in one go; what it leaves; rounded weights.

using System.Globalization;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Training;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Training;

public sealed class TrainingRunTests : IDisposable
{
    private static readonly Gpt2Config Config = new(19, 8, 12, 3, 2);
    private static readonly TrainingSettings Settings = new()
    {
        Steps = 12,
        BatchSize = 3,
        Context = 8,
        Warmup = 3,
        Dropout = 0.1f,
        EvaluateEvery = 4,
        CheckpointEvery = 3,
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(WindowOrder.Epochs, 0)]
    [InlineData(WindowOrder.Random, 5)]
    public void Run_StoppedAndResumed_WritesTheSameFiles(WindowOrder windows, int digits)
    {
        TrainingSettings settings = Settings with { Windows = windows, Digits = digits };
        Run("whole", settings, stopAfter: null);

        FluentActions.Invoking(() => Run("stopped", settings, stopAfter: 5)).Should().Throw<OperationCanceledException>();
        TrainingRun.NewestCheckpoint(folder.PathOf("stopped")).Should().EndWith("step-0000005");
        FluentActions.Invoking(() => Run("stopped", settings, stopAfter: 10)).Should().Throw<OperationCanceledException>();
        File.AppendAllText(folder.PathOf("stopped", "log.csv"), "11,2.5,,0.0");
        int first = 0;
        Run("stopped", settings, null, step => first = first == 0 ? step : first);

        first.Should().Be(11);
        Files("stopped").Should().Equal(Files("whole"));
        Files("whole").Keys.Should().Contain(["hparams.json", "log.csv", "loss.svg", "model_wte.csv"]).And.HaveCount(3 + MatrixCount());
        Directory.EnumerateDirectories(folder.PathOf("stopped")).Should().BeEmpty("there is nothing to go on with");
        Directory.EnumerateFileSystemEntries(folder.Root).Should().HaveCount(2);
    }

    [Fact]
    public void Run_StoppedBeforeTheFirstStep_GoesOnFromThere()
    {
        Run("whole", Settings, stopAfter: null);

        FluentActions.Invoking(() => Run("stopped", Settings, stopAfter: 0)).Should().Throw<OperationCanceledException>();
        TrainingRun.NewestCheckpoint(folder.PathOf("stopped")).Should().EndWith("step-0000000");
        Run("stopped", Settings, stopAfter: null);

        Files("stopped").Should().Equal(Files("whole"));
    }

    [Fact]
    public void Run_Settings_DecideEvaluationsAndLog()
    {
        var evaluated = new List<int>();
        Run("run", Settings, null, validated: evaluated.Add);

        evaluated.Should().Equal(4, 8, 12);
        IReadOnlyList<LogLine> log = TrainingLog.Read(folder.PathOf("run", "log.csv"));
        log.Select(line => line.Step).Should().Equal(Enumerable.Range(1, 12));
        log.Where(line => line.ValidationLoss is not null).Select(line => line.Step).Should().Equal(4, 8, 12);
        log[0].LearningRate.Should().Be(Settings.LearningRateAt(0));
        log[11].LearningRate.Should().Be(Settings.MinLearningRate);
    }

    [Fact]
    public void Run_Digits_RoundsTheFinishedWeights()
    {
        Run("plain", Settings, stopAfter: null);
        Run("rounded", Settings with { Digits = 3 }, stopAfter: null);
        Gpt2Weights plain = CsvModelFolder.ReadWeights(folder.PathOf("plain")), rounded = CsvModelFolder.ReadWeights(folder.PathOf("rounded"));

        foreach ((Matrix exact, Matrix round) in plain.Matrices().Zip(rounded.Matrices()))
        {
            for (int i = 0; i < exact.Span.Length; i++)
            {
                round.Span[i].Should().Be(
                    (float)double.Parse(exact.Span[i].ToString("E2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
            }
        }

        File.ReadAllText(folder.PathOf("rounded", "log.csv")).Should().Be(File.ReadAllText(folder.PathOf("plain", "log.csv")));
    }

    /// <summary>Begins a run, or goes on from its newest checkpoint.</summary>
    private void Run(string name, TrainingSettings settings, int? stopAfter, Action<int>? done = null, Action<int>? validated = null)
    {
        string path = folder.PathOf(name);
        string? checkpoint = TrainingRun.NewestCheckpoint(path);
        Gpt2Weights weights = checkpoint is null ? TestModels.Random(Config, 1) : CsvModelFolder.ReadWeights(checkpoint);
        var trainer = new Trainer(
            new Gpt2Model(weights, KernelSet.Create(KernelRung.Vector)), settings,
            TrainingData.FromIds(TestModels.Ids(Config, 300, 4), TestModels.Ids(Config, 60, 5)));
        if (checkpoint is not null)
        {
            Checkpoint.ReadState(checkpoint).Settings.Should().Be(settings);
            Checkpoint.ReadOptimizer(checkpoint, Checkpoint.ReadState(checkpoint).Step, trainer.Optimizer);
        }

        using var cancellation = new CancellationTokenSource();
        if (stopAfter == 0)
        {
            cancellation.Cancel();
        }

        new TrainingRun(path, new ModelTraining(trainer, null, new RunState(0, settings, "text.txt", "hash", null))).Run(
            (result, validation) =>
            {
                done?.Invoke(result.Step);
                if (validation is not null)
                {
                    validated?.Invoke(result.Step);
                }

                if (result.Step == stopAfter)
                {
                    cancellation.Cancel();
                }
            },
            cancellation.Token);
    }

    private static int MatrixCount() => TestModels.Random(Config, 1).Matrices().Count();

    private SortedDictionary<string, string> Files(string name) =>
        new(Directory.EnumerateFiles(folder.PathOf(name)).ToDictionary(path => Path.GetFileName(path), File.ReadAllText), StringComparer.Ordinal);
}
