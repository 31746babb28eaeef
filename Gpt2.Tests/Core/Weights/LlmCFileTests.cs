// llm.c's files read and written, float32 and bfloat16, and damaged ones.

using System.Buffers.Binary;
using FsCheck.Fluent;
using Gpt2.Core;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.LlmC;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public sealed class LlmCFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public LlmCFileTests() => LlmCFixture.Write(FilePath, SmallModel.Random());

    private string FilePath => folder.PathOf("gpt2_small.bin");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(3, 384)]
    [InlineData(3, 260)]
    [InlineData(5, 384)]
    public void Read_File_GivesTheStoredBits(int version, int padded)
    {
        Gpt2Weights weights = SmallModel.Random();
        LlmCFixture.Write(FilePath, weights, version, padded);
        Gpt2Weights expected = version == 3
            ? weights
            : SmallModel.Mapped(weights, number => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(number) & 0xFFFF0000));

        using ModelSource source = ModelFolder.Open(FilePath);

        source.Format.Should().Be(ModelFormat.LlmC);
        source.Config.Should().Be(SmallModel.Config);
        SmallModel.Bits(source.ReadWeights()).Should().Equal(SmallModel.Bits(expected));
        ModelLocator.NameOf(source.Path).Should().Be("gpt2_small");
    }

    [Theory]
    [InlineData("vocab.bpe")]
    [InlineData("merges.txt")]
    public void Read_VocabularyBeside_IsTaken(string file)
    {
        File.WriteAllText(folder.PathOf(file), SmallModel.MergesText);

        using ModelSource source = ModelFolder.Open(folder.Root);

        source.ReadTokenizer()!.Vocabulary.Merges.Should().Equal(SmallModel.Vocabulary.Merges);
    }

    [Fact]
    public void Read_NoVocabularyBeside_IsAModelOfIds()
    {
        using ModelSource source = ModelFolder.Open(FilePath);

        source.ReadTokenizer().Should().BeNull();
    }

    [Fact]
    public void Read_VocabularyOfAnotherModel_IsRefused()
    {
        File.WriteAllText(folder.PathOf("vocab.bpe"), "#version: 0.2\n");
        using ModelSource source = ModelFolder.Open(FilePath);

        source.Invoking(opened => opened.ReadTokenizer()).Should().Throw<Gpt2Exception>().With(
            found: "defines 257 tokens", expected: "260, the n_vocab of gpt2_small.bin", remedy: "take the vocabulary of this model*",
            where: folder.PathOf("vocab.bpe"));
    }

    [Fact]
    public void Open_OtherBinFiles_AreNoModels()
    {
        File.WriteAllBytes(folder.PathOf("gpt2_tokenizer.bin"), [.. BitConverter.GetBytes(20240328), .. new byte[1020]]);
        File.WriteAllBytes(folder.PathOf("tiny.bin"), [1]);

        using ModelSource source = ModelFolder.Open(folder.Root);
        source.Format.Should().Be(ModelFormat.LlmC);
    }

    [Fact]
    public void Open_TwoModels_SaysToNameOne()
    {
        LlmCFixture.Write(folder.PathOf("gpt2_small_bf16.bin"), SmallModel.Random(), version: 5);

        Error(folder.Root).ShouldHave(
            found: "found 2 models, gpt2_small.bin (llmc), gpt2_small_bf16.bin (llmc)", expected: "one", remedy: "name the file*",
            where: folder.Root);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("folder")]
    public void Write_Model_EqualsTheirFileByteForByte(string kind)
    {
        Gpt2Weights weights = SmallModel.WithOddNumbers();
        LlmCFixture.Write(FilePath, weights);
        string target = folder.PathOf(kind == "file" ? "written.bin" : "written");

        string[] files = LlmCFile.Write(target, weights, SmallModel.Vocabulary);

        string written = kind == "file" ? target : Path.Combine(target, "model.bin");
        File.ReadAllBytes(written).Should().Equal(File.ReadAllBytes(FilePath), "260 tokens are padded to 384 rows");
        files.Should().BeEquivalentTo(kind == "file" ? ["written.bin"] : (string[])["model.bin", "vocab.bpe"]);
        Directory.EnumerateFileSystemEntries(folder.Root).Should().HaveCount(2, "nothing is left beside it");
    }

    [Fact]
    public void Write_NoAttentionBias_WritesZeros()
    {
        Gpt2Weights weights = TestModels.Random(SmallModel.Config with { QkvBias = false }, 4);

        LlmCFile.Write(folder.PathOf("written.bin"), weights, null);

        using ModelSource source = ModelFolder.Open(folder.PathOf("written.bin"));
        Gpt2Weights read = source.ReadWeights();
        read.Blocks[1].AttentionQkv.Bias!.Span.ToArray().Should().AllBeEquivalentTo(0f);
        read.Blocks[1].MlpHidden.Weight.Span.ToArray().Should().Equal(weights.Blocks[1].MlpHidden.Weight.Span.ToArray());
    }

    [Fact]
    public void Write_HeadOfItsOwn_IsRefused() =>
        FluentActions.Invoking(
            () => LlmCFile.Write(folder.PathOf("written"), TestModels.Random(SmallModel.Config with { TiedHead = false }, 4), null))
            .Should().Throw<Gpt2Exception>().With(
                found: "the model has an untied language head, which a file of llm.c cannot hold", remedy: "write csv or safetensors");

    [Fact]
    public void Write_Cancelled_LeavesNothing()
    {
        Action write = () => LlmCFile.Write(folder.PathOf("written.bin"), SmallModel.Random(), null, null, new CancellationToken(canceled: true));

        write.Should().Throw<OperationCanceledException>();
        Directory.EnumerateFileSystemEntries(folder.Root).Should().Equal(FilePath);
    }

    [Theory]
    [InlineData(0, 20240327, "does not begin like a model of llm.c", "20240326 and a header of 1024 bytes")]
    [InlineData(1, 1, "found version 1", "3 (float32) or 5 (bfloat16)")]
    [InlineData(2, 9, "found 14560 bytes", "14584 for the sizes in its header", "the file is cut off or damaged*")]
    [InlineData(3, 0, "n_vocab is 0", "at least 1", "the header is damaged*")]
    [InlineData(3, 385, "padded_vocab_size is 384", "at least vocab_size 385", "the header is damaged*")]
    [InlineData(4, 3, "found 14560 bytes", null, "the file is cut off or damaged*")]
    [InlineData(4, 1001, "n_layer is 1001", "at most 1000*")]
    [InlineData(4, int.MaxValue, "n_layer is 2147483647", "at most 1000*")]
    [InlineData(5, 4, "n_embd 6 is not divisible by n_head 4")]
    [InlineData(6, 23100, "found 14560 bytes", null, "the file is cut off or damaged*")]
    [InlineData(6, int.MaxValue - 1, "a matrix of 18446744039349813264 weights is too large")]
    [InlineData(7, int.MaxValue, "found 14560 bytes", null, "the file is cut off or damaged*")]
    [InlineData(8, 1, "found 1 in field 8 of the header", "0")]
    [InlineData(255, -1, "found -1 in field 255 of the header", "0")]
    [InlineData(7, -1, "padded_vocab_size is -1", "at least vocab_size 260")]
    public void Open_DamagedHeader_SaysWhat(int field, int value, string found, string? expected = null, string? remedy = null)
    {
        byte[] bytes = File.ReadAllBytes(FilePath);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 * field), value);
        File.WriteAllBytes(FilePath, bytes);

        Error(FilePath).ShouldHave(found, expected, remedy, where: FilePath);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(5000)]
    public void Open_FileCutOff_SaysSo(int length)
    {
        File.WriteAllBytes(FilePath, File.ReadAllBytes(FilePath)[..length]);

        Error(FilePath).ShouldHave(
            found: length == 0 ? "found an empty file" : length < 1024 ? "does not begin like a model of llm.c" : $"found {length} bytes",
            expected: length < 1024 ? "*" : "14560*", where: FilePath);
    }

    [Fact]
    public void Open_HtmlPage_SaysSo()
    {
        File.WriteAllText(FilePath, "<html><body>404</body></html>");

        Error(FilePath).ShouldHave(
            found: "found a web page saved under this name", expected: "a model of llm.c", remedy: "download the file itself*", where: FilePath);
    }

    [Fact]
    public void Open_RandomBytes_IsRefused() =>
        SeededProperty.Holds(Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(), bytes =>
        {
            File.WriteAllBytes(FilePath, bytes);
            Error(FilePath).ShouldHave(where: FilePath + "*");
        });

    [Fact]
    public void Open_RandomEdits_IsRefusedOrAWholeModel()
    {
        byte[] original = File.ReadAllBytes(FilePath);
        SeededProperty.Holds(RandomEdits.Of(40), edits =>
        {
            File.WriteAllBytes(FilePath, RandomEdits.Apply(original, edits));
            DamagedModel.OpenAndRead(FilePath);
        }, count: 500);
    }

    private static Gpt2Exception Error(string path) => FluentActions.Invoking(() => ModelFolder.Open(path)).Should().Throw<Gpt2Exception>().Which;
}
