// Folders as a whole: that are no models, that were downloaded, that ask for more memory than there is.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Doctor;
using Gpt2.Core.Weights.Download;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Doctor;

public sealed class FolderTests : IDisposable
{
    private readonly DoctorFixture fixture = new();
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        fixture.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Examine_EmptyFolder_SaysWhatAModelHolds()
    {
        Finding finding = Problem(folder.Root);

        finding.Status.Should().Be(FindingStatus.Wrong);
        finding.Found.Should().Be($"{folder.Root}: no model in this folder, expected hparams.json with model_wte.csv (csv), "
            + "or config.json with model.safetensors (safetensors), or hparams.json with model.ckpt.index (tensorflow), or a .bin of llm.c (llmc), "
            + "or a .gguf of llama.cpp (gguf)");
        finding.Remedy.Should().Be("name the folder of a model; 'gpt2 download gpt2' gets one");
    }

    [Fact]
    public void Examine_FolderAboveAModel_NamesTheModel()
    {
        string below = folder.Copy(fixture.Model, "inside");

        Problem(folder.Root).Remedy.Should().Be($"name {below}, which has a model");
    }

    [Theory]
    [InlineData("pytorch_model.bin", "is a Python pickle, which is not supported", "save the model as safetensors")]
    [InlineData("tf_model.h5", "is a Keras file, which is not supported", "take the model's safetensors")]
    [InlineData("config.json", "is there, but model.safetensors, which belongs to it, is missing", "copy or download it too")]
    [InlineData(
        "model-00001-of-00002.safetensors", "is one of several, and model.safetensors.index.json, which lists them, is missing",
        "copy or download it too")]
    public void Examine_FormatThatIsNotReadOrNotWhole_SaysWhatToDo(string name, string found, string remedy)
    {
        File.WriteAllText(folder.PathOf(name), "x");

        Finding finding = Problem(folder.Root);
        finding.Should().Be(new Finding(FindingStatus.Wrong, FindingArea.Folder, name, found, remedy));
    }

    [Fact]
    public void Examine_TwoModels_SaysToNameOne()
    {
        string both = folder.Copy(fixture.Model, "both");
        File.WriteAllText(Path.Combine(both, "model.safetensors"), "x");

        Finding finding = Problem(both);
        finding.Found.Should().Be($"{both}: found 2 models, model_wte.csv (csv), model.safetensors (safetensors), expected one");
        finding.Remedy.Should().StartWith($"name the file of the one you mean, as in --model {Path.Combine(both, "model_wte.csv")}");
    }

    [Fact]
    public void Examine_FileOfNoModel_SaysWhatIsExpected()
    {
        Problem(fixture.PathOf("vocab.bpe")).Found
            .Should().StartWith("is not a model file by its name, expected hparams.json with model_wte.csv (csv)");
    }

    [Fact]
    public void Examine_DownloadedFiles_AreComparedWithTheRecord()
    {
        RecordedFile[] files = [.. Directory.EnumerateFiles(fixture.Model).Select(path => new RecordedFile(
            Path.GetFileName(path), new FileInfo(path).Length,
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))), "SHA-256"))];
        new DownloadRecord("https://hub/gpt2", null, files).Save(fixture.Model);
        fixture.All().Should().Contain(
            finding => finding.Subject == "download.json" && finding.Found == $"all {files.Length} files are as downloaded from https://hub/gpt2");

        // Another number of the same length: no shape, range or size tells, only the checksum.
        fixture.EditCells("model_h0_ln_1_b.csv", (cell, _, column) => column == 0 ? cell.Replace('1', '2').Replace('3', '1') : cell);
        fixture.Edit("model_h0_ln_1_b.csv", text => text.TrimEnd('\n').PadRight(text.Length, '\n'));
        File.Delete(fixture.PathOf("vocab.bpe"));

        Finding[] problems = fixture.Problems();
        problems.Should()
            .Contain(finding => finding.Subject == "model_h0_ln_1_b.csv" && finding.Found == "is not what was downloaded: size or SHA-256 differs")
            .And.Contain(finding => finding.Subject == "vocab.bpe" && finding.Found == "was downloaded but no longer exists"
                && finding.Remedy == "download the model again with --force");
    }

    [Fact]
    public void Examine_BrokenRecord_IsAWarning()
    {
        fixture.Write("download.json", "{");

        fixture.Problems().Should().ContainSingle().Which.Status.Should().Be(FindingStatus.Warning);
    }

    [Fact]
    public void Examine_SizesOfAGiant_TakeNoMemory()
    {
        // Two thousand million weights in hparams.json, a few thousand in the files: not even one such matrix may be made.
        File.Delete(fixture.PathOf("model_wte.csv"));
        fixture.Edit("hparams.json", text => text.Replace("259", "300000000", StringComparison.Ordinal));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Finding[] problems = fixture.Problems();

        problems.Should().Contain(finding => finding.Subject == "model_wte.csv" && finding.Found.StartsWith("no such file"));
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(100_000_000);
    }

    [Fact]
    public void CheckMemory_MoreWeightsThanMemory_IsAWarning()
    {
        var findings = new FindingList();
        MachineExamination.CheckMemory(1000, findings);
        findings.All.Should().BeEmpty();
        MachineExamination.CheckMemory(MachineExamination.Memory(), findings);

        findings.All.Should().ContainSingle().Which.Status.Should().Be(FindingStatus.Warning);
        findings.NothingWrong.Should().BeTrue();
    }

    [Fact]
    public void Machine_Examination_NamesWhatMatters()
    {
        int bits = VectorWidth.Widest;
        var findings = new FindingList();
        MachineExamination.Examine(KernelSet.Create(KernelRung.Tuned), findings);

        findings.All.Select(finding => finding.Subject).Distinct().Should().Equal("system", "program", "processor", "memory", "models");
        findings.All.Should().Contain(finding => finding.Subject == "models" && finding.Found.Contains(ModelLocator.DefaultModel));
        findings.All.Should().Contain(finding => finding.Subject == "processor" && finding.Found.Contains($"{Environment.ProcessorCount} cores")
            && finding.Found.EndsWith($", {bits / 32} floats at a time ({bits}-bit vectors: {VectorWidth.Reason(bits)})"));
    }

    [Fact]
    public void Examine_HeadsUnlikeGpt2_IsAWarning()
    {
        var findings = new FindingList();
        ModelDoctor.CheckHeads(new Gpt2Config(50257, 1024, 768, 12, 12), findings);
        ModelDoctor.CheckHeads(new Gpt2Config(300, 1024, 768, 8, 12), findings);
        findings.All.Should().BeEmpty();
        ModelDoctor.CheckHeads(new Gpt2Config(50257, 1024, 768, 8, 12), findings);

        findings.All.Should().ContainSingle().Which.Found.Should().Be("is 8; GPT-2 with 768 channels has 12");
    }

    [Fact]
    public void Examine_AnotherFormat_IsAskedTheSameQuestions()
    {
        var findings = new FindingList();
        using var model = new MadeUpFormat();
        ExaminedFolder examined = ModelDoctor.Examine(model, folder.Root, findings, null, CancellationToken.None);

        examined.Tensors.Should().HaveCount(15);
        findings.All.Select(finding => (finding.Status, finding.Subject)).Should().Equal(
            (FindingStatus.Ok, "folder"), (FindingStatus.Ok, "sizes"), (FindingStatus.Wrong, "h0/h0/ln_1/g"),
            (FindingStatus.Warning, "h0/wpe"), (FindingStatus.Wrong, "tensors"), (FindingStatus.Ok, "vocabulary"));
        findings.All[0].Found.Should().Be($"{folder.Root}: a model in the made-up layout");
    }

    private static Finding Problem(string folder)
    {
        var findings = new FindingList();
        ModelDoctor.Examine(folder, findings, null, CancellationToken.None);
        return findings.All.Should().ContainSingle().Subject;
    }

    /// <summary>A format of one file with 7 tokens, whose first gain is lost and whose positions are all zero.</summary>
    private sealed class MadeUpFormat() : ModelFiles("", pathOf: null)
    {
        private static readonly Gpt2Weights Weights = TestModels.Random(new Gpt2Config(7, 4, 6, 2, 1), 1);

        public override string Layout => "made-up";

        public override IEnumerable<string> Names => Weights.Matrices().Select(matrix => NameOf(matrix.Name));

        public override string NameOf(string matrix) => "h0/" + matrix;

        public override Gpt2Config ReadSizes() => Weights.Config;

        public override Gpt2Config WithVariant(Gpt2Config sizes, Action<Gpt2Exception> refuse) => sizes;

        public override long[]? ShapeOf(string matrix) => null;

        public override void Require(MatrixShape matrix)
        {
            if (matrix.Name == "h0/ln_1/g")
            {
                throw new Gpt2Exception("is missing") { Where = PlaceOf(NameOf(matrix.Name)) };
            }
        }

        public override void Read(Matrix matrix)
        {
            if (matrix.Name != "wpe")
            {
                Weights.Matrices().Single(other => other.Name == matrix.Name).Span.CopyTo(matrix.Span);
            }
        }

        public override Tokenizer? ReadTokenizer(Gpt2Config? sizes) => null;

        protected override ErrorPlace PlaceOf(string name) => new("model.made-up", Part: name);
    }
}
