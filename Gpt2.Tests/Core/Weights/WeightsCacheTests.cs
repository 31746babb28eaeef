// Binary copies of CSV folders: left by the first load, taken by later ones, never taken when anything has changed, and
// never the reason for an error.

using Gpt2.Core;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.HuggingFace;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public sealed class WeightsCacheTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<string> notes = [];
    private readonly string model;
    private readonly WeightsCache cache;

    public WeightsCacheTests()
    {
        model = folder.PathOf("model");
        cache = new WeightsCache(folder.PathOf("cache"), minWeights: 1);
        CsvModelFolder.Write(model, SmallModel.Random(), SmallModel.Vocabulary);
    }

    private string Copy => Directory.EnumerateFiles(cache.Folder).Single();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Read_Twice_LeavesACopyAndTakesIt(bool bias, bool tied)
    {
        Gpt2Weights weights = TestModels.Random(SmallModel.Config with { QkvBias = bias, TiedHead = tied }, 3);
        CsvModelFolder.Write(model, weights, SmallModel.Vocabulary);

        Gpt2Weights first = Read(), second = Read();

        notes.Should().Equal($"copy left in {Copy}", $"taken from {Copy}");
        first.Config.Should().Be(weights.Config);
        second.Config.Should().Be(weights.Config);
        SmallModel.Bits(first).Should().Equal(SmallModel.Bits(weights));
        SmallModel.Bits(second).Should().Equal(SmallModel.Bits(weights));
    }

    [Fact]
    public void Read_FileWithOtherContentOfTheSameSize_IsReadAnew()
    {
        Read();
        string file = Path.Combine(model, "model_h0_ln_1_g.csv");
        File.WriteAllText(file, new string(File.ReadAllText(file).Select(c => c is >= '1' and < '9' ? (char)(c + 1) : c).ToArray()));
        int[] changed = SmallModel.Bits(CsvModelFolder.ReadWeights(model));

        Gpt2Weights read = Read();

        SmallModel.Bits(read).Should().Equal(changed);
        notes[1..].Should().Equal($"{Copy}: the files of {model} have changed since this copy was made", $"copy left in {Copy}");
        SmallModel.Bits(Read()).Should().Equal(changed);
        notes[^1].Should().StartWith("taken from");
    }

    [Theory]
    [InlineData("time")]
    [InlineData("new file")]
    [InlineData("other name")]
    public void Read_AnyChangeOfTheFolder_MakesANewCopy(string change)
    {
        Read();
        switch (change)
        {
            case "time":
                File.SetLastWriteTimeUtc(Path.Combine(model, "hparams.json"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
                break;
            case "new file":
                File.WriteAllText(Path.Combine(model, "notes.txt"), "");
                break;
            default:
                File.WriteAllText(Path.Combine(model, "a.txt"), "");
                Read();
                File.Move(Path.Combine(model, "a.txt"), Path.Combine(model, "b.txt"));
                break;
        }

        notes.Clear();
        Read();

        notes.Should().HaveCount(2).And.Contain($"copy left in {Copy}");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(300)]
    public void Read_DamagedCopy_IsIgnored(int place)
    {
        Read();
        byte[] bytes = File.ReadAllBytes(Copy);
        bytes[place < 0 ? bytes.Length + place : place] ^= 4;
        File.WriteAllBytes(Copy, bytes);
        notes.Clear();

        SmallModel.Bits(Read()).Should().Equal(SmallModel.Bits(SmallModel.Random()));

        notes.Should().HaveCount(2);
        notes[0].Should().StartWith(Copy);
        notes[1].Should().Be($"copy left in {Copy}");
    }

    [Fact]
    public void Read_CopyOfTheWrongNumbers_IsFoundOutByItsChecksum()
    {
        Read();
        byte[] bytes = File.ReadAllBytes(Copy);
        bytes[^1] ^= 0x40;
        File.WriteAllBytes(Copy, bytes);
        notes.Clear();

        SmallModel.Bits(Read()).Should().Equal(SmallModel.Bits(SmallModel.Random()));

        notes[0].Should().Contain("ln_f/b: is damaged: its checksum is ").And.Contain(", expected ");
    }

    [Fact]
    public void Read_CacheThatCannotBeWritten_IsNoError()
    {
        File.WriteAllText(cache.Folder, "a file where the folder should be");

        SmallModel.Bits(Read()).Should().Equal(SmallModel.Bits(SmallModel.Random()));

        notes[^1].Should().Be("no copy left in the cache");
    }

    [Fact]
    public void Read_SmallModelOrOtherFormat_HasNoCopy()
    {
        HuggingFaceFolder.Write(folder.PathOf("hf"), SmallModel.Random(), SmallModel.Vocabulary);
        using ModelSource small = ModelFolder.Open(model), other = ModelFolder.Open(folder.PathOf("hf"));

        new WeightsCache(cache.Folder, SmallModel.Config.Parameters + 1).Read(small, null, notes.Add, default);
        cache.Read(other, null, notes.Add, default);

        Directory.Exists(cache.Folder).Should().BeFalse();
        notes.Should().BeEmpty();
    }

    [Fact]
    public void Read_BrokenModel_IsTheModelsError()
    {
        File.WriteAllText(Path.Combine(model, "model_ln_f_b.csv"), "1,2,x,4,5,6\n");

        FluentActions.Invoking(Read).Should().Throw<Gpt2Exception>().With(
            found: "found 'x'", where: Path.Combine(model, "model_ln_f_b.csv") + " line 1 column 3");
        Directory.Exists(cache.Folder).Should().BeFalse();
    }

    [Fact]
    public void Read_Cancelled_LeavesNothingHalfWritten()
    {
        using ModelSource source = ModelFolder.Open(model);
        using var cancellation = new CancellationTokenSource();
        Directory.CreateDirectory(cache.Folder);

        FluentActions.Invoking(() => cache.Read(source, new At(1, cancellation.Cancel), notes.Add, cancellation.Token))
            .Should().Throw<OperationCanceledException>();

        Directory.EnumerateFiles(cache.Folder).Should().BeEmpty();
    }

    [Fact]
    public async Task Read_ManyAtOnce_AllGetTheModelAndOneCopyIsLeft()
    {
        int[] expected = SmallModel.Bits(SmallModel.Random());
        Task<int[]>[] readers = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            using ModelSource source = ModelFolder.Open(model);
            return SmallModel.Bits(cache.Read(source, null, _ => { }, default));
        }))];

        int[][] read = await Task.WhenAll(readers);

        read.Should().AllSatisfy(bits => bits.Should().Equal(expected));
        Read();
        notes.Should().Equal($"taken from {Copy}");
    }

    [Fact]
    public void Entries_SaysWhatIsThere_ClearDeletesIt()
    {
        cache.Entries().Should().BeEmpty();
        Read();
        File.WriteAllText(Path.Combine(cache.Folder, "other.safetensors"), "not ours");
        File.WriteAllText(
            Copies().First(file => file.Contains("model-", StringComparison.Ordinal)) + ".partial-12345678", "left by a writer that was killed");

        IReadOnlyList<CacheEntry> entries = cache.Entries();

        entries.Should().HaveCount(2);
        entries[0].Name.Should().Be("model");
        entries[0].Source.Should().Be(model);
        entries[0].Bytes.Should().Be(new FileInfo(entries[0].File).Length).And.BeGreaterThan(4 * SmallModel.Config.Parameters);
        entries[1].Source.Should().BeNull();
        cache.Clear().Files.Should().Be(3);
        Copies().Should().BeEmpty();
    }

    private IEnumerable<string> Copies() => Directory.EnumerateFiles(cache.Folder);

    private Gpt2Weights Read()
    {
        using ModelSource source = ModelFolder.Open(model);
        return cache.Read(source, null, notes.Add, default);
    }

    /// <summary>Does something once the whole has been read.</summary>
    private sealed class At(double share, Action action) : IProgress<double>
    {
        public void Report(double value)
        {
            if (value >= share)
            {
                action();
            }
        }
    }
}
