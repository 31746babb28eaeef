// Checkpoints: everything comes back bit for bit, the last two are kept, and what is damaged is refused.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Training;
using Gpt2.Core.Weights;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Training;

public sealed class CheckpointTests : IDisposable
{
    private const string GoOn = "restore the file, delete this checkpoint to go on from an earlier one, or begin a new run";

    private static readonly Gpt2Config Config = new(257, 4, 6, 2, 1) { TiedHead = false, QkvBias = false };
    private static readonly RunState State = new(
        7,
        new TrainingSettings
        {
            LearningRate = 0.1f,
            Seed = ulong.MaxValue,
            Windows = WindowOrder.Random,
            Dropout = 0.3f,
            Optimizer = new OptimizerSettings(Beta2: 0.999f, ClipNorm: 0),
        },
        "/a \"text\".txt", "ABC", "\n é");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Write_State_ComesBackBitForBit()
    {
        Gpt2Weights weights = TestModels.Random(Config, 1);
        AdamWOptimizer optimizer = Optimizer();
        using var culture = new DecimalCommaCulture();

        string path = Checkpoint.Write(folder.Root, State, weights, optimizer, new Vocabulary([]));

        Checkpoint.Newest(folder.Root).Should().Be(path).And.EndWith("step-0000007");
        Checkpoint.ReadState(path).Should().Be(State);
        var read = new AdamWOptimizer(Config, new OptimizerSettings());
        Checkpoint.ReadOptimizer(path, 7, read);
        read.Step.Should().Be(7);
        AssertSameBits(read.Means, optimizer.Means);
        AssertSameBits(read.Squares, optimizer.Squares);
        AssertSameBits(CsvModelFolder.ReadWeights(path), weights);
    }

    [Fact]
    public void Write_Again_KeepsTheLastTwo()
    {
        foreach (int step in (int[])[2, 4, 10, 100])
        {
            Write(step);
        }

        Names().Should().Equal("step-0000010", "step-0000100");
        Checkpoint.Newest(folder.Root).Should().EndWith("step-0000100");
    }

    [Fact]
    public void Newest_HalfWrittenFolder_IsNoCheckpoint()
    {
        Write(2);
        Directory.CreateDirectory(folder.PathOf("step-0000004.partial-0123abcd"));
        Directory.CreateDirectory(folder.PathOf("other"));

        Checkpoint.Newest(folder.Root).Should().EndWith("step-0000002");
        Checkpoint.Newest(folder.PathOf("nowhere")).Should().BeNull();
        Checkpoint.Newest(folder.PathOf("other")).Should().BeNull();
    }

    [Fact]
    public void Clear_Checkpoints_LeavesNothing()
    {
        string run = folder.PathOf("run");
        Checkpoint.Write(run, State, TestModels.Random(Config, 1), Optimizer(), null);

        Checkpoint.Clear(run);
        Checkpoint.Clear(run);

        Directory.EnumerateFileSystemEntries(folder.Root).Should().BeEmpty();
    }

    [Theory]
    [InlineData("", " line 1", "not the state of a training run", GoOn)]
    [InlineData("{\n\n", " line 3", "not the state of a training run", GoOn)]
    [InlineData("null", "", "found null", null, "the state of a training run")]
    [InlineData("{}", "*", "not the state of a training run", GoOn)]
    [InlineData("{\"Step\":\n\"x\"}", " line 2", "not the state of a training run at 'Step'", GoOn)]
    [InlineData("{\"Settings\":{\"Steps\":1.5}}", " line 1", "not the state of a training run at 'Settings.Steps'", GoOn)]
    [InlineData(
        "{\"Step\":1,\"Settings\":null,\"TextFile\":null,\"TextHash\":\"A\",\"SamplePrompt\":null}", "*", "not the state of a training run*")]
    public void ReadState_Damaged_IsRefused(string content, string place, string found, string? remedy = null, string? expected = null)
    {
        string path = Write(2);
        File.WriteAllText(Path.Combine(path, "training.json"), content);

        FluentActions.Invoking(() => Checkpoint.ReadState(path))
            .Should().Throw<Gpt2Exception>().With(found, expected, remedy, Path.Combine(path, "training.json") + place);
    }

    [Fact]
    public void ReadState_WithoutSettingsThatItDidNotKnow_HasTheirDefaults()
    {
        string path = Write(2);
        File.WriteAllText(
            Path.Combine(path, "training.json"),
            "{\"Step\":1,\"Settings\":{\"Steps\":9,\"Optimizer\":{\"Beta1\":0.5}},\"TextFile\":null,\"TextHash\":\"A\",\"SamplePrompt\":null}");

        Checkpoint.ReadState(path).Should().Be(
            new RunState(1, new TrainingSettings { Steps = 9, Optimizer = new OptimizerSettings(Beta1: 0.5f) }, null, "A", null));
    }

    [Fact]
    public void Read_FilesMissingOrShort_AreRefused()
    {
        string path = Write(2), optimizer = Path.Combine(path, "optimizer.bin");
        File.WriteAllBytes(optimizer, File.ReadAllBytes(optimizer)[..^1]);
        Action read = () => Checkpoint.ReadOptimizer(path, 2, Optimizer());

        read.Should().Throw<Gpt2Exception>().With(found: "missing or not of * bytes", remedy: GoOn, where: optimizer);
        File.Delete(optimizer);
        read.Should().Throw<Gpt2Exception>().With(found: "missing or not of * bytes", remedy: GoOn, where: optimizer);
        File.Delete(Path.Combine(path, "training.json"));
        FluentActions.Invoking(() => Checkpoint.ReadState(path))
            .Should().Throw<Gpt2Exception>().With(found: "no such file", where: Path.Combine(path, "training.json"));
    }

    private static AdamWOptimizer Optimizer()
    {
        var optimizer = new AdamWOptimizer(Config, new OptimizerSettings());
        var random = new RandomGenerator(9);
        foreach (Matrix matrix in optimizer.Means.Matrices().Concat(optimizer.Squares.Matrices()))
        {
            foreach (ref float value in matrix.Span)
            {
                value = (float)random.NextNormal() * 1e-20f;
            }
        }

        return optimizer;
    }

    private static void AssertSameBits(Gpt2Weights actual, Gpt2Weights expected)
    {
        foreach ((Matrix one, Matrix other) in actual.Matrices().Zip(expected.Matrices()))
        {
            one.Span.SequenceEqual(other.Span).Should().BeTrue("{0} has the same numbers", one.Name);
        }
    }

    private string Write(int step) =>
        Checkpoint.Write(folder.Root, State with { Step = step }, TestModels.Random(Config, 1), Optimizer(), new Vocabulary([]));

    private string[] Names() =>
        [.. Directory.EnumerateFileSystemEntries(folder.Root).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
}
