// Random edits and random bytes in every file of every format: an error of ours in one line, or a model of the right
// shapes. The binary files have tests of their own beside this one.

using FsCheck.Fluent;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Gguf;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public sealed class RandomDamageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Gpt2Weights weights = SmallModel.Random();

    private string Model => folder.PathOf("model");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("csv", "hparams.json")]
    [InlineData("csv", "vocab.bpe")]
    [InlineData("csv", "model_h0_mlp_c_proj_w.csv")]
    [InlineData("csv", "model_ln_f_b.csv")]
    [InlineData("js-csv", "vocab_bpe.csv")]
    [InlineData("js-csv", "bpe_token_ids.csv")]
    [InlineData("js-csv", "model_wpe.csv")]
    [InlineData("safetensors", "config.json")]
    [InlineData("safetensors", "vocab.json")]
    [InlineData("safetensors", "merges.txt")]
    [InlineData("shards", "model.safetensors.index.json")]
    [InlineData("tokenizer.json", "tokenizer.json")]
    [InlineData("tensorflow", "hparams.json")]
    [InlineData("tensorflow", "encoder.json")]
    [InlineData("tensorflow", "model.ckpt.data-00000-of-00001")]
    [InlineData("gguf", "model.gguf")]
    public void Read_RandomDamage_IsRefusedOrAWholeModel(string format, string file)
    {
        Write(format);
        string path = Path.Combine(Model, file);
        byte[] original = File.ReadAllBytes(path);
        DamagedModel.OpenAndRead(Model);
        SeededProperty.Holds(RandomEdits.Of(original.Length), edits =>
        {
            File.WriteAllBytes(path, RandomEdits.Apply(original, edits));
            DamagedModel.OpenAndRead(Model);
        }, count: 150);
        SeededProperty.Holds(Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(), bytes =>
        {
            File.WriteAllBytes(path, bytes);
            DamagedModel.OpenAndRead(Model);
        }, count: 100);
    }

    [Fact]
    public void Read_RandomDamageOfACopyInTheCache_NeverChangesTheModel()
    {
        Write("csv");
        var cache = new WeightsCache(folder.PathOf("cache"), minWeights: 1);
        int[] expected = ReadThrough(cache);
        string copy = Directory.EnumerateFiles(cache.Folder).Single();
        byte[] original = File.ReadAllBytes(copy);
        SeededProperty.Holds(RandomEdits.Of(original.Length), edits =>
        {
            File.WriteAllBytes(copy, RandomEdits.Apply(original, edits));
            ReadThrough(cache).Should().Equal(expected);
        });
    }

    private int[] ReadThrough(WeightsCache cache)
    {
        using ModelSource source = ModelFolder.Open(Model);
        return SmallModel.Bits(cache.Read(source, null, _ => { }, default));
    }

    private void Write(string format)
    {
        switch (format)
        {
            case "csv":
                CsvModelFolder.Write(Model, weights, SmallModel.Vocabulary);
                break;
            case "js-csv":
                CsvModelFolder.Write(Model, weights, SmallModel.Vocabulary, VocabularyFiles.JavaScript);
                File.Delete(Path.Combine(Model, "hparams.json"));
                break;
            case "tensorflow":
                TensorFlowFixture.Write(Model, weights);
                break;
            case "gguf":
                GgufFile.Write(Model, weights, SmallModel.Vocabulary);
                break;
            case "shards":
                HuggingFaceFixture.WriteShards(Model, weights);
                break;
            case "tokenizer.json":
                HuggingFaceFixture.Write(Model, weights);
                HuggingFaceFixture.WriteTokenizerInOneFile(Model);
                break;
            default:
                HuggingFaceFixture.Write(Model, weights);
                break;
        }
    }
}
