// Hugging Face's folders that are another model, damaged, or of two models: for each the error.

using Gpt2.Core;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public sealed class HuggingFaceDamageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Gpt2Weights weights = SmallModel.Random();

    public HuggingFaceDamageTests() => HuggingFaceFixture.Write(folder.Root, weights);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("\"gpt2\"", "\"llama\"", "model_type is \"llama\"", "\"gpt2\"")]
    [InlineData("\"model_type\"", "\"kind\"", "model_type is missing", "\"gpt2\"")]
    [InlineData("\"gelu_new\"", "\"mish\"", "activation_function is \"mish\"", "one of gelu_new, gelu_pytorch_tanh, gelu_fast, *, tanh")]
    [InlineData("1e-05", "0", "layer_norm_epsilon is 0", "more than 0, at most 1; GPT-2 has 1e-05")]
    [InlineData("1e-05", "-1e-05", "layer_norm_epsilon is -1E-05", "more than 0, *")]
    [InlineData("1e-05", "1e-60", "layer_norm_epsilon is 0", "more than 0, *")]
    [InlineData("1e-05", "NaN", "not valid JSON")]
    [InlineData("1e-05", "1e400", "layer_norm_epsilon is *", "more than 0, *")]
    [InlineData("1e-05", "1.5", "layer_norm_epsilon is 1.5", "more than 0, *")]
    [InlineData("1e-05", "1e-05, \"is_encoder_decoder\": true", "is_encoder_decoder is true", "none: *")]
    [InlineData("1e-05", "1e-05, \"n_inner\": -4", "n_inner is -4", "a whole number from 1 *")]
    [InlineData("1e-05", "1e-05, \"n_inner\": 0", "n_inner is 0", "a whole number from 1 *")]
    [InlineData("1e-05", "1e-05, \"add_cross_attention\": true", "add_cross_attention is true", "none: models with it are not supported")]
    [InlineData("1e-05", "1e-05, \"quantization_config\": {\"bits\": 4}", "quantization_config is {\"bits\": 4}", "none: *")]
    [InlineData("1e-05", "1e-05, \"pruned_heads\": {\"0\": [1]}", "pruned_heads is {*", "none: *")]
    [InlineData("1e-05", "1e-05, \"auto_map\": {\"AutoModel\": \"m.M\"}", "auto_map is {*", "none: *")]
    [InlineData("1e-05", "1e-05, \"rope_theta\": 10000", "rope_theta is 10000", "none: *")]
    [InlineData("1e-05", "1e-05, \"position_embedding_type\": \"rotary\"", "position_embedding_type is \"rotary\"", "\"absolute\": *")]
    [InlineData("1e-05", "1e-05, \"n_embd\": 6", "the key 'n_embd' occurs twice", "each key of an object once")]
    [InlineData("\"n_embd\": 6, ", "", "n_embd is missing")]
    [InlineData("\"n_embd\": 6", "\"n_embd\": \"6\"", "n_embd is \"6\"", "a whole number from 1 *")]
    [InlineData("\"n_layer\": 2", "\"n_layer\": 1000000000000", "n_layer is 1000000000000", "a whole number from 1 to 2147483647")]
    [InlineData("\"vocab_size\": 260", "\"vocab_size\": -1", "vocab_size is -1", "a whole number from 1 to 2147483647")]
    [InlineData("\"vocab_size\"", "\"VocabSize\"", "vocab_size is missing, but there is VocabSize", "a whole number from 1 *")]
    [InlineData("\"n_embd\": 6", "\"n_embd\": 6.5", "n_embd is 6.5", "a whole number from 1 *")]
    [InlineData("\"n_layer\": 2", "\"n_layer\": 2000000000", "n_layer is 2000000000", "at most 1000*")]
    [InlineData("\"n_head\": 3", "\"n_head\": 4", "n_embd 6 is not divisible by n_head 4")]
    [InlineData("\"n_embd\": 6", "\"n_embd\": 2147483646", "a matrix of 18446744039349813264 weights is too large")]
    [InlineData("\"gpt2\"", "5", "model_type is 5", "\"gpt2\"")]
    [InlineData("\"gelu_new\"", "[]", "activation_function is []", "one of *")]
    [InlineData("1e-05", "\"1e-05\"", "layer_norm_epsilon is \"1e-05\"", "a number, in GPT-2 1e-05")]
    [InlineData("1e-05", "1e-05, \"n_inner\": \"24\"", "n_inner is \"24\"", "a whole number from 1 *")]
    [InlineData("1e-05", "1e-05, \"scale_attn_weights\": 1", "scale_attn_weights is 1", "true or false")]
    [InlineData("1e-05", "1e-05, \"tie_word_embeddings\": \"yes\"", "tie_word_embeddings is \"yes\"", "true or false")]
    [InlineData("\"gpt2\"", "\"\\ud800\"", "a value has the wrong type, or a text is not UTF-8")]
    [InlineData("{\"arch", "[{\"arch", "not valid JSON")]
    public void Open_ConfigOfAnotherKind_SaysWhat(string text, string replacement, string found, string? expected = null)
    {
        Edit("config.json", text, replacement);

        Error().ShouldHave(found, expected, where: PathOf("config.json") + "*");
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    public void Open_DeepConfig_IsRefused(string level)
    {
        File.WriteAllText(PathOf("config.json"), string.Concat(Enumerable.Repeat(level, 100_000)));

        Error().ShouldHave(found: "not valid JSON", expected: "the config.json of a GPT-2 model", where: PathOf("config.json") + " line 1");
    }

    [Theory]
    [InlineData("1e-05", "1e-05, \"n_inner\": 24, \"tie_word_embeddings\": true, \"attn_pdrop\": 0.1, \"bos_token_id\": 259")]
    [InlineData("\"gelu_new\"", "\"gelu_pytorch_tanh\"")]
    [InlineData("\"activation_function\": \"gelu_new\", \"layer_norm_epsilon\": 1e-05", "\"n_inner\": null")]
    [InlineData("\"n_positions\": 8, ", "")]
    [InlineData("1e-05", "1e-05, \"reorder_and_upcast_attn\": true, \"add_cross_attention\": false, \"pruned_heads\": {}")]
    [InlineData("1e-05", "9.999999747378752e-06, \"position_embedding_type\": \"absolute\", \"quantization_config\": null")]
    public void Open_HarmlessConfig_IsRead(string found, string replaced)
    {
        Edit("config.json", found, replaced);

        using ModelSource source = ModelFolder.Open(folder.Root);
        SmallModel.Bits(source.ReadWeights()).Should().Equal(SmallModel.Bits(weights));
    }

    [Theory]
    [InlineData("\"n_layer\": 2", "\"n_layer\": 3", "h.2.ln_1.weight", "is missing", "[1, 6]")]
    [InlineData("\"n_layer\": 2", "\"n_layer\": 1", "h.1.attn.c_attn.bias", "is a tensor that a GPT-2 of n_layer 1 does not have")]
    [InlineData(
        "\"n_positions\": 8", "\"n_positions\": 9", "wpe.weight", "found [8, 6]", "[9, 6]", "take the weights and the sizes of the same model*")]
    [InlineData("\"vocab_size\": 260", "\"vocab_size\": 50257", "wte.weight", "found [260, 6]", "[50257, 6]")]
    [InlineData("\"n_embd\": 6", "\"n_embd\": 6000", "wte.weight", "found [260, 6]", "[260, 6000]")]
    public void Open_ConfigOfAnotherModel_NamesTheTensor(
        string text, string replacement, string tensor, string found, string? expected = null, string? remedy = null)
    {
        Edit("config.json", text, replacement);

        Error().ShouldHave(found, expected, remedy, where: $"{PathOf("model.safetensors")}: {tensor}");
    }

    [Fact]
    public void Open_TransposedTensor_SaysSo()
    {
        List<FixtureTensor> tensors = HuggingFaceFixture.Tensors(weights, "", "F32");
        int place = tensors.FindIndex(tensor => tensor.Name == "h.1.mlp.c_fc.weight");
        tensors[place] = tensors[place] with { Shape = [24, 6] };
        SafetensorsFixture.Write(PathOf("model.safetensors"), tensors);

        Error().ShouldHave(
            found: "is transposed: found [24, 6]", expected: "[6, 24]", remedy: "transpose it: PyTorch's *",
            where: PathOf("model.safetensors") + ": h.1.mlp.c_fc.weight");
    }

    [Fact]
    public void Open_TensorOfAnotherKind_NamesIt()
    {
        SafetensorsFixture.Write(
            PathOf("model.safetensors"),
            [.. HuggingFaceFixture.Tensors(weights, "", "F32"), new FixtureTensor("score.weight", "F32", [2, 6], new byte[48])]);

        Error().ShouldHave(
            found: "is a tensor that a GPT-2 of n_layer 2 does not have", where: PathOf("model.safetensors") + ": score.weight");
    }

    [Fact]
    public void Open_NumbersOfAnotherKind_NamesThem()
    {
        List<FixtureTensor> tensors = HuggingFaceFixture.Tensors(weights, "", "F32");
        tensors[0] = tensors[0] with { Type = "I32" };
        SafetensorsFixture.Write(PathOf("model.safetensors"), tensors);

        Error().ShouldHave(
            found: "wte.weight is of I32", expected: "F32, F16, BF16 or F64", remedy: "take the weights in F32, F16 or BF16",
            where: PathOf("model.safetensors"));
    }

    [Fact]
    public void Open_TensorWithAndWithoutPrefix_IsRefused()
    {
        SafetensorsFixture.Write(
            PathOf("model.safetensors"),
            [.. HuggingFaceFixture.Tensors(weights, "", "F32"), HuggingFaceFixture.Tensor("transformer.wpe.weight", weights.PositionEmbedding)]);

        Error().ShouldHave(
            found: "contains wpe.weight with and without 'transformer.'", expected: "each tensor once",
            remedy: "take weights that have each tensor once",
            where: PathOf("model.safetensors"));
    }

    [Theory]
    [InlineData("vocab.json", "\"ab\": 256", "\"xy\": 256", "'xy' has the id 256", "'ab' there as merges.txt makes it")]
    [InlineData("vocab.json", "\"abc\": 257", "\"abc\": 258", "'abc' has the id 258", "',!' there as merges.txt makes it")]
    [InlineData("vocab.json", "\"abc\": 257", "\"abc\": 300", "'abc' has the id 300", "0 to 259 as merges.txt makes 260 tokens")]
    [InlineData("vocab.json", ", \"abc\": 257", "", "found 259 tokens", "260 as merges.txt makes them")]
    [InlineData("vocab.json", "\"abc\": 257", "\"abc\": \"x\"", "'abc' has the id \"x\"", "0 to 259 as merges.txt makes 260 tokens")]
    [InlineData("vocab.json", "\"abc\"", "\"\\ud800\"", "*")]
    [InlineData("merges.txt", ", !\n", "", "defines 259 tokens", "260, the vocab_size of config.json", "take the vocabulary of this model*")]
    [InlineData("merges.txt", "ab c", "abc", "found 'abc'", "two tokens separated by one space", null, " line 3")]
    public void Tokenizer_ThatDisagrees_NamesTheToken(
        string file, string text, string replacement, string found, string? expected = null, string? remedy = null, string line = "")
    {
        Edit(file, text, replacement);

        TokenizerError().ShouldHave(found, expected, remedy, where: PathOf(file) + line);
    }

    [Fact]
    public void Tokenizer_IdsWithoutMerges_SaysWhatIsMissing()
    {
        File.Delete(PathOf("merges.txt"));

        TokenizerError().ShouldHave(
            found: "no such file", expected: "the merges of the tokens in vocab.json", where: PathOf("merges.txt"));
    }

    [Fact]
    public void Tokenizer_NoFiles_IsAModelOfIds()
    {
        File.Delete(PathOf("merges.txt"));
        File.Delete(PathOf("vocab.json"));

        using ModelSource source = ModelFolder.Open(folder.Root);
        source.ReadTokenizer().Should().BeNull();
    }

    [Theory]
    [InlineData("\"a b\", \"ab c\", \", !\"")]
    [InlineData("[\"a\", \"b\"], [\"ab\", \"c\"], [\",\", \"!\"]")]
    public void Tokenizer_InOneFile_IsRead(string merges)
    {
        HuggingFaceFixture.WriteTokenizerInOneFile(folder.Root, merges);

        using ModelSource source = ModelFolder.Open(folder.Root);
        Tokenizer tokenizer = source.ReadTokenizer()!;
        tokenizer.Vocabulary.Merges.Should().Equal(SmallModel.Vocabulary.Merges);
    }

    [Theory]
    [InlineData("\"BPE\"", "\"WordPiece\"", "the model is \"WordPiece\"", "\"BPE\"")]
    [InlineData("\"ByteLevel\"", "\"Whitespace\"", "pre_tokenizer is not GPT-2's")]
    [InlineData("\"add_prefix_space\": false", "\"add_prefix_space\": true", "pre_tokenizer is not GPT-2's")]
    [InlineData("\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\"}", "normalizer is {\"type\": \"NFC\"}", "none")]
    [InlineData("\"ab c\"", "\"abc\"", "found \"abc\"", "two tokens", ": merge 2")]
    [InlineData("\"ab c\"", "\"xy c\"", "found 'xy'", "a byte or a token that an earlier line makes", ": merge 2")]
    [InlineData("\"id\": 259", "\"id\": 260", "the added token '<|endoftext|>' has the id 260", "259 for <|endoftext|>, and more for every other")]
    [InlineData("\"id\": 259", "\"id\": 1.5", "the added token '<|endoftext|>' has the id 1.5", "a whole number")]
    [InlineData("\"id\": 259", "\"id\": 1e99", "the added token '<|endoftext|>' has the id 1e99", "a whole number")]
    [InlineData("\"id\": 259", "\"id\": \"259\"", "the added token '<|endoftext|>' has the id \"259\"", "a whole number")]
    [InlineData("\"ab c\"", "7", "found 7", "two tokens", ": merge 2")]
    [InlineData("\"add_prefix_space\": false", "\"add_prefix_space\": 0", "pre_tokenizer is not GPT-2's")]
    [InlineData("\"<|endoftext|>\": 259", "\"abc<|endoftext|>\": 259", "'abc<|endoftext|>' has the id 259", "'<|endoftext|>' *")]
    [InlineData(", \"ab\": 256", "", "no token has the id 256", "'ab' *")]
    [InlineData("\"merges\"", "\"mergers\"", "merges is missing")]
    public void Tokenizer_InOneFileDamaged_SaysWhat(
        string text, string replacement, string found, string? expected = null, string place = "")
    {
        HuggingFaceFixture.WriteTokenizerInOneFile(folder.Root);
        Edit("tokenizer.json", text, replacement);

        TokenizerError().ShouldHave(found, expected, where: PathOf("tokenizer.json") + place);
    }

    private string PathOf(string file) => folder.PathOf(file);

    private void Edit(string file, string found, string replaced)
    {
        string text = File.ReadAllText(PathOf(file));
        text.Should().Contain(found);
        File.WriteAllText(PathOf(file), text.Replace(found, replaced, StringComparison.Ordinal));
    }

    private Gpt2Exception Error() => FluentActions.Invoking(() => ModelFolder.Open(folder.Root)).Should().Throw<Gpt2Exception>().Which;

    private Gpt2Exception TokenizerError()
    {
        using ModelSource source = ModelFolder.Open(folder.Root);
        return source.Invoking(opened => opened.ReadTokenizer()).Should().Throw<Gpt2Exception>().Which;
    }
}
