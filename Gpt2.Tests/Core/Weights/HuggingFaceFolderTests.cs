// Hugging Face's folders read: names, number types, heads, masks, several files, tokenizers; and written: what their
// loader will find.

using System.Text.Json;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.HuggingFace;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public sealed class HuggingFaceFolderTests : IDisposable
{
    private const string Index = "model.safetensors.index.json";
    private const string First = "model-00001-of-00002.safetensors";
    private const string Second = "model-00002-of-00002.safetensors";

    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public HuggingFaceFolderTests()
    {
        model = folder.PathOf("model");
        Directory.CreateDirectory(model);
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("transformer.", "F32")]
    [InlineData("", "F32")]
    [InlineData("transformer.", "F16")]
    [InlineData("", "BF16")]
    [InlineData("transformer.", "F64")]
    public void Read_AnyNamesAndNumbers_GivesTheStoredBits(string prefix, string type)
    {
        Gpt2Weights weights = SmallModel.Random();
        HuggingFaceFixture.Write(model, weights, prefix, type);
        Gpt2Weights expected = SmallModel.Mapped(weights, type switch
        {
            "F16" => number => (float)(Half)number,
            "BF16" => number => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(number) & 0xFFFF0000),
            _ => number => number,
        });

        Gpt2Weights read = Read();

        read.Config.Should().Be(SmallModel.Config);
        SmallModel.Bits(read).Should().Equal(SmallModel.Bits(expected));
    }

    [Fact]
    public void Read_MasksAndRedundantHead_AreIgnored()
    {
        Gpt2Weights weights = SmallModel.Random();
        HuggingFaceFixture.Write(model, weights, "transformer.", "F32",
            new FixtureTensor("transformer.h.0.attn.bias", "BOOL", [1, 1, 8, 8], new byte[64]),
            new FixtureTensor("transformer.h.0.attn.masked_bias", "F32", [], new byte[4]),
            HuggingFaceFixture.Tensor("lm_head.weight", weights.TokenEmbedding));

        Gpt2Weights read = Read();

        read.Config.TiedHead.Should().BeTrue();
        SmallModel.Bits(read).Should().Equal(SmallModel.Bits(weights));
    }

    [Fact]
    public void Read_MaskOfABlockThatIsNotThere_IsRefused()
    {
        HuggingFaceFixture.Write(model, SmallModel.Random(), "transformer.", "F32",
            new FixtureTensor("transformer.h.99.attn.bias", "F32", [1, 1, 8, 8], new byte[256]));

        FluentActions.Invoking(Read).Should().Throw<Gpt2Exception>().With(
            found: "is a tensor that a GPT-2 of n_layer*", where: Path.Combine(model, "model.safetensors") + ": *h.99.attn.bias");
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(", \"tie_word_embeddings\": false", true)]
    [InlineData(", \"tie_word_embeddings\": false", false)]
    public void Read_HeadOfItsOwn_IsUntied(string said, bool differs)
    {
        Gpt2Weights weights = SmallModel.Random();
        Gpt2Weights other = SmallModel.Random(differs ? 5ul : 4ul);
        HuggingFaceFixture.Write(model, weights, "transformer.", "F32", HuggingFaceFixture.Tensor("lm_head.weight", other.TokenEmbedding));
        EditConfig(text => text.Insert(text.Length - 1, said));

        Gpt2Weights read = Read();

        read.Config.TiedHead.Should().BeFalse();
        read.Head.Weight.Span.ToArray().Should().Equal(other.TokenEmbedding.Span.ToArray());
    }

    [Fact]
    public void Open_HeadThatContradictsTheConfig_IsRefused()
    {
        HuggingFaceFixture.Write(
            model, SmallModel.Random(), "", "F32", HuggingFaceFixture.Tensor("lm_head.weight", SmallModel.Random(5).TokenEmbedding));
        EditConfig(text => text.Insert(text.Length - 1, ", \"tie_word_embeddings\": true"));

        Error().ShouldHave(
            found: "tie_word_embeddings is true, but lm_head.weight differs from wte.weight", where: Path.Combine(model, "config.json"));
    }

    [Fact]
    public void Open_UntiedByTheConfigWithoutAHead_IsRefused()
    {
        HuggingFaceFixture.Write(model, SmallModel.Random());
        EditConfig(text => text.Insert(text.Length - 1, ", \"tie_word_embeddings\": false"));

        Error().ShouldHave(found: "is missing", expected: "[260, 6]", where: Path.Combine(model, "model.safetensors") + ": lm_head.weight");
    }

    [Fact]
    public void Read_NoAttentionBias_IsAModelWithout()
    {
        Gpt2Weights weights = TestModels.Random(SmallModel.Config with { QkvBias = false }, 4);
        HuggingFaceFixture.Write(model, weights);

        Gpt2Weights read = Read();

        read.Config.QkvBias.Should().BeFalse();
        SmallModel.Bits(read).Should().Equal(SmallModel.Bits(weights));
    }

    [Fact]
    public void Read_SeveralFilesWithAnIndex_GivesTheBits()
    {
        Gpt2Weights weights = SmallModel.Random();
        HuggingFaceFixture.WriteShards(model, weights);

        SmallModel.Bits(Read()).Should().Equal(SmallModel.Bits(weights));
    }

    [Theory]
    [InlineData(Second, "../other.safetensors", Index, "weight_map names '../other.safetensors'*")]
    [InlineData(Second, "model-00003-of-00002.safetensors", "model-00003-of-00002.safetensors", "no such file")]
    [InlineData($"\"transformer.wte.weight\": \"{First}\", ", "", First, $"contains transformer.wte.weight, which {Index} does not list")]
    [InlineData(
        "\"transformer.wte.weight\": \"model-00001", "\"transformer.wte.weight\": \"model-00002", First,
        $"contains transformer.wte.weight, which according to {Index} is in {Second}")]
    [InlineData(
        "{\"transformer.wte.weight\"", $"{{\"transformer.x\": \"{First}\", \"transformer.wte.weight\"", Index,
        $"lists transformer.x in {First}, which does not contain it")]
    [InlineData("weight_map", "weights", Index, "weight_map is missing")]
    [InlineData($"\"{First}\"", "5", Index, "weight_map has 5 for transformer.*")]
    public void Open_DamagedIndex_SaysWhat(string text, string replacement, string file, string found)
    {
        HuggingFaceFixture.WriteShards(model, SmallModel.Random());
        string index = Path.Combine(model, Index);
        File.WriteAllText(index, File.ReadAllText(index).Replace(text, replacement, StringComparison.Ordinal));

        Error().ShouldHave(found, where: Path.Combine(model, file));
    }

    [Fact]
    public void Open_ShardsWithoutAnIndex_SaysWhatIsMissing()
    {
        HuggingFaceFixture.WriteShards(model, SmallModel.Random());
        File.Delete(Path.Combine(model, Index));

        Error().ShouldHave(
            found: $"is one of several, and {Index}, which lists them, is missing", remedy: "copy or download it too",
            where: Path.Combine(model, First));
    }

    [Fact]
    public void Write_Folder_HoldsWhatTheirLoaderLooksFor()
    {
        Gpt2Weights weights = SmallModel.WithOddNumbers();

        HuggingFaceFolder.Write(folder.PathOf("written"), weights, SmallModel.Vocabulary);

        Dictionary<string, FixtureTensor> tensors = SafetensorsFixture.Read(folder.PathOf("written", "model.safetensors"));
        tensors.Values.Should().BeEquivalentTo(HuggingFaceFixture.Tensors(weights, "transformer.", "F32"));
        File.ReadAllText(folder.PathOf("written", "merges.txt")).Should().Be(SmallModel.MergesText);
        JsonOf("vocab.json").EnumerateObject().Select(token => (token.Name, token.Value.GetInt32()))
            .Should().Equal(Enumerable.Range(0, 260).Select(id => (SmallModel.Vocabulary.WrittenForm(id), id)));
        JsonElement config = JsonOf("config.json");
        config.GetProperty("model_type").GetString().Should().Be("gpt2");
        config.GetProperty("architectures")[0].GetString().Should().Be("GPT2LMHeadModel");
        (string, int)[] sizes = [("vocab_size", 260), ("n_positions", 8), ("n_embd", 6), ("n_head", 3), ("n_layer", 2), ("eos_token_id", 259)];
        sizes.Should().AllSatisfy(size => config.GetProperty(size.Item1).GetInt32().Should().Be(size.Item2));
        JsonOf("tokenizer_config.json").GetProperty("tokenizer_class").GetString().Should().Be("GPT2Tokenizer");
        Directory.EnumerateFileSystemEntries(folder.Root).Should().HaveCount(2, "nothing is left beside the folder");
    }

    [Fact]
    public void Write_ContextAndChannelsOfOne_KeepsMatricesMatrices()
    {
        HuggingFaceFolder.Write(model, TestModels.Random(new Gpt2Config(5, 1, 1, 1, 1), 1), vocabulary: null);
        ReadOnlySpan<byte> file = File.ReadAllBytes(Path.Combine(model, "model.safetensors"));
        using JsonDocument header = JsonDocument.Parse(file[8..(8 + (int)BitConverter.ToInt64(file[..8]))].ToArray());
        string ShapeOf(string name) => header.RootElement.GetProperty("transformer." + name).GetProperty("shape").GetRawText();

        ShapeOf("wpe.weight").Should().Be("[1,1]");
        ShapeOf("h.0.attn.c_attn.weight").Should().Be("[1,3]");
        ShapeOf("h.0.attn.c_attn.bias").Should().Be("[3]");
        ShapeOf("ln_f.weight").Should().Be("[1]");
        Read().Config.Should().Be(new Gpt2Config(5, 1, 1, 1, 1));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void WriteThenRead_AnyModel_KeepsEveryBit(bool tied, bool text)
    {
        Gpt2Config config = (text ? SmallModel.Config : new Gpt2Config(3, 8, 6, 3, 2)) with { TiedHead = tied };
        Gpt2Weights weights = TestModels.Random(config, 7);

        HuggingFaceFolder.Write(folder.PathOf("written"), weights, text ? SmallModel.Vocabulary : null);

        using ModelSource source = ModelFolder.Open(folder.PathOf("written"));
        source.Config.Should().Be(config);
        SmallModel.Bits(source.ReadWeights()).Should().Equal(SmallModel.Bits(weights));
        (source.ReadTokenizer()?.Vocabulary.Merges).Should().BeEquivalentTo(text ? SmallModel.Vocabulary.Merges : null);
    }

    [SharedFact]
    public void Tokenizer_OfGpt2_AgreesWithOpenAisIds()
    {
        // The published ids against the published merges, and our writing of them against both.
        string ids = File.ReadAllText(SharedData.PathOf("gpt2", "encoder.json"));
        File.WriteAllText(Path.Combine(model, "vocab.json"), ids);
        File.Copy(SharedData.PathOf("gpt2", "vocab.bpe"), Path.Combine(model, "merges.txt"));
        var config = new Gpt2Config(50257, 2, 1, 1, 1);
        HuggingFaceFolder.Write(folder.PathOf("written"), TestModels.Random(config, 1), VocabularyFile.Read(Path.Combine(model, "merges.txt")));

        using ModelSource source = ModelFolder.Open(folder.PathOf("written"));
        source.ReadTokenizer()!.Encode("Mike is quick. He moves").Should().Equal(16073, 318, 2068, 13, 679, 6100);
        JsonElement.DeepEquals(JsonOf("vocab.json"), JsonDocument.Parse(ids).RootElement).Should().BeTrue();
        File.ReadAllText(folder.PathOf("written", "merges.txt")).Should().Be(File.ReadAllText(Path.Combine(model, "merges.txt")));
    }

    [Fact]
    public void Write_NoAttentionBias_WritesZeros()
    {
        Gpt2Weights weights = TestModels.Random(SmallModel.Config with { QkvBias = false }, 4);

        HuggingFaceFolder.Write(folder.PathOf("written"), weights, SmallModel.Vocabulary);

        FixtureTensor bias = SafetensorsFixture.Read(folder.PathOf("written", "model.safetensors"))["transformer.h.1.attn.c_attn.bias"];
        bias.Shape.Should().Equal(18);
        bias.Bytes.Should().AllSatisfy(value => value.Should().Be(0));
    }

    [Fact]
    public void Write_Cancelled_LeavesNothing()
    {
        Action write = () => HuggingFaceFolder.Write(
            folder.PathOf("written"), SmallModel.Random(), null, null, new CancellationToken(canceled: true));

        write.Should().Throw<OperationCanceledException>();
        Directory.EnumerateFileSystemEntries(folder.Root).Should().ContainSingle();
    }

    private void EditConfig(Func<string, string> edit)
    {
        string config = Path.Combine(model, "config.json");
        File.WriteAllText(config, edit(File.ReadAllText(config)));
    }

    private JsonElement JsonOf(string file) => JsonDocument.Parse(File.ReadAllText(folder.PathOf("written", file))).RootElement;

    private Gpt2Weights Read()
    {
        using ModelSource source = ModelFolder.Open(model);
        source.Format.Should().Be(ModelFormat.Safetensors);
        return source.ReadWeights();
    }

    private Gpt2Exception Error() => FluentActions.Invoking(() => ModelFolder.Open(model)).Should().Throw<Gpt2Exception>().Which;
}
