// Hugging Face's folders that are another model, damaged, or of two models: for each the message that a user reads.

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
    [InlineData("\"gpt2\"", "\"llama\"", "model_type is \"llama\", expected \"gpt2\"")]
    [InlineData("\"model_type\"", "\"kind\"", "model_type is missing, expected \"gpt2\"")]
    [InlineData("\"gelu_new\"", "\"relu\"", "activation_function is \"relu\", expected \"gelu_new\" or \"gelu_pytorch_tanh\"")]
    [InlineData("1e-05", "1e-06", "layer_norm_epsilon is 1e-06, expected 1e-05")]
    [InlineData("1e-05", "1e-05, \"n_inner\": 20", "n_inner is 20, expected null or 4 · n_embd = 24")]
    [InlineData("1e-05", "1e-05, \"scale_attn_weights\": false", "scale_attn_weights is false, expected true")]
    [InlineData("1e-05", "1e-05, \"scale_attn_by_inverse_layer_idx\": true", "scale_attn_by_inverse_layer_idx is true, expected false")]
    [InlineData("1e-05", "1e-05, \"reorder_and_upcast_attn\": true", "reorder_and_upcast_attn is true, expected false")]
    [InlineData("1e-05", "1e-05, \"add_cross_attention\": true", "add_cross_attention is true, expected false")]
    [InlineData("1e-05", "1e-05, \"n_embd\": 6", "not valid JSON")]
    [InlineData("\"n_embd\": 6, ", "", "n_embd is missing")]
    [InlineData("\"n_embd\": 6", "\"n_embd\": \"6\"", "n_embd is \"6\", expected a whole number")]
    [InlineData("\"n_embd\": 6", "\"n_embd\": 6.5", "n_embd is 6.5, expected a whole number")]
    [InlineData("\"n_layer\": 2", "\"n_layer\": 2000000000", "n_layer is 2000000000, expected at most 1000")]
    [InlineData("\"n_head\": 3", "\"n_head\": 4", "n_embd 6 is not divisible by n_head 4")]
    [InlineData("\"n_embd\": 6", "\"n_embd\": 2147483646", "a matrix of 18446744039349813264 weights is too large")]
    [InlineData("\"gpt2\"", "5", "model_type is 5, expected \"gpt2\"")]
    [InlineData("\"gelu_new\"", "[]", "activation_function is [], expected \"gelu_new\" or \"gelu_pytorch_tanh\"")]
    [InlineData("1e-05", "\"1e-05\"", "layer_norm_epsilon is \"1e-05\", expected 1e-05")]
    [InlineData("1e-05", "1e-05, \"n_inner\": \"24\"", "n_inner is \"24\", expected null or 4 · n_embd = 24")]
    [InlineData("1e-05", "1e-05, \"scale_attn_weights\": 1", "scale_attn_weights is 1, expected true")]
    [InlineData("1e-05", "1e-05, \"tie_word_embeddings\": \"yes\"", "tie_word_embeddings is \"yes\", expected true or false")]
    [InlineData("\"gpt2\"", "\"\\ud800\"", "a value is of another kind than it should be, or a text is not UTF-8, expected")]
    [InlineData("{\"arch", "[{\"arch", "not valid JSON")]
    public void Open_ConfigOfAnotherKind_SaysWhat(string found, string replaced, string message)
    {
        Edit("config.json", found, replaced);

        Message().Should().StartWith(PathOf("config.json")).And.Contain(message);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    public void Open_DeepConfig_IsRefused(string level)
    {
        File.WriteAllText(PathOf("config.json"), string.Concat(Enumerable.Repeat(level, 100_000)));

        Message().Should().Be($"{PathOf("config.json")} line 1: not valid JSON, expected the config.json of a GPT-2 model");
    }

    [Theory]
    [InlineData("1e-05", "1e-05, \"n_inner\": 24, \"tie_word_embeddings\": true, \"attn_pdrop\": 0.1, \"bos_token_id\": 259")]
    [InlineData("\"gelu_new\"", "\"gelu_pytorch_tanh\"")]
    [InlineData("\"activation_function\": \"gelu_new\", \"layer_norm_epsilon\": 1e-05", "\"n_inner\": null")]
    [InlineData("\"n_positions\": 8, ", "")]
    public void Open_HarmlessConfig_IsRead(string found, string replaced)
    {
        Edit("config.json", found, replaced);

        using ModelSource source = ModelFolder.Open(folder.Root);
        SmallModel.Bits(source.ReadWeights()).Should().Equal(SmallModel.Bits(weights));
    }

    [Theory]
    [InlineData("\"n_layer\": 2", "\"n_layer\": 3", "h.2.ln_1.weight: is missing, expected [1, 6]")]
    [InlineData("\"n_layer\": 2", "\"n_layer\": 1", "h.1.attn.c_attn.bias: is a tensor that a GPT-2 of n_layer 1 does not have")]
    [InlineData("\"n_positions\": 8", "\"n_positions\": 9", "wpe.weight: found [8, 6], expected [9, 6]; take weights and sizes of one model")]
    [InlineData("\"vocab_size\": 260", "\"vocab_size\": 50257", "wte.weight: found [260, 6], expected [50257, 6]")]
    [InlineData("\"n_embd\": 6", "\"n_embd\": 6000", "wte.weight: found [260, 6], expected [260, 6000]")]
    public void Open_ConfigOfAnotherModel_NamesTheTensor(string found, string replaced, string message)
    {
        Edit("config.json", found, replaced);

        Message().Should().StartWith(PathOf("model.safetensors")).And.Contain(message);
    }

    [Fact]
    public void Open_TransposedTensor_SaysSo()
    {
        List<FixtureTensor> tensors = HuggingFaceFixture.Tensors(weights, "", "F32");
        int place = tensors.FindIndex(tensor => tensor.Name == "h.1.mlp.c_fc.weight");
        tensors[place] = tensors[place] with { Shape = [24, 6] };
        SafetensorsFixture.Write(PathOf("model.safetensors"), tensors);

        Message().Should().Contain("h.1.mlp.c_fc.weight: is transposed: found [24, 6], expected [6, 24]; exchange its rows and columns");
    }

    [Fact]
    public void Open_TensorOfAnotherKind_NamesIt()
    {
        SafetensorsFixture.Write(
            PathOf("model.safetensors"),
            [.. HuggingFaceFixture.Tensors(weights, "", "F32"), new FixtureTensor("score.weight", "F32", [2, 6], new byte[48])]);

        Message().Should().Contain("score.weight: is a tensor that a GPT-2 of n_layer 2 does not have");
    }

    [Fact]
    public void Open_NumbersOfAnotherKind_NamesThem()
    {
        List<FixtureTensor> tensors = HuggingFaceFixture.Tensors(weights, "", "F32");
        tensors[0] = tensors[0] with { Type = "I32" };
        SafetensorsFixture.Write(PathOf("model.safetensors"), tensors);

        Message().Should().EndWith("model.safetensors: wte.weight is of I32, expected F32, F16, BF16 or F64; take the weights in F32, F16 or BF16");
    }

    [Fact]
    public void Open_TensorWithAndWithoutPrefix_IsRefused()
    {
        SafetensorsFixture.Write(
            PathOf("model.safetensors"),
            [.. HuggingFaceFixture.Tensors(weights, "", "F32"), HuggingFaceFixture.Tensor("transformer.wpe.weight", weights.PositionEmbedding)]);

        Message().Should().EndWith("holds wpe.weight with and without 'transformer.', expected it once; take the weights with each tensor once");
    }

    [Theory]
    [InlineData("vocab.json", "\"ab\": 256", "\"xy\": 256", "vocab.json: 'xy' has the id 256, expected 'ab' there as merges.txt makes it")]
    [InlineData("vocab.json", "\"abc\": 257", "\"abc\": 258", "vocab.json: 'abc' has the id 258, expected ',!' there as merges.txt makes it")]
    [InlineData("vocab.json", "\"abc\": 257", "\"abc\": 300", "vocab.json: 'abc' has the id 300, expected 0 to 259 as merges.txt makes 260 tokens")]
    [InlineData("vocab.json", ", \"abc\": 257", "", "vocab.json: found 259 tokens, expected 260 as merges.txt makes them")]
    [InlineData(
        "vocab.json", "\"abc\": 257", "\"abc\": \"x\"",
        "vocab.json: 'abc' has the id \"x\", expected 0 to 259 as merges.txt makes 260 tokens")]
    [InlineData("vocab.json", "\"abc\"", "\"\\ud800\"", "vocab.json")]
    [InlineData(
        "merges.txt", ", !\n", "",
        "merges.txt: defines 259 tokens, expected 260, the vocab_size of config.json; take the vocabulary of this model")]
    [InlineData("merges.txt", "ab c", "abc", "merges.txt line 3: found 'abc', expected two tokens separated by one space")]
    public void Tokenizer_ThatDisagrees_NamesTheToken(string file, string found, string replaced, string message)
    {
        Edit(file, found, replaced);

        TokenizerMessage().Should().Contain(message);
    }

    [Fact]
    public void Tokenizer_IdsWithoutMerges_SaysWhatIsMissing()
    {
        File.Delete(PathOf("merges.txt"));

        TokenizerMessage().Should().Be($"{PathOf("merges.txt")}: no such file, expected the merges of the tokens in vocab.json");
    }

    [Fact]
    public void Tokenizer_None_IsAModelOfIds()
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
    [InlineData("\"BPE\"", "\"WordPiece\"", "the model is \"WordPiece\", expected \"BPE\"")]
    [InlineData("\"ByteLevel\"", "\"Whitespace\"", "pre_tokenizer is not GPT-2's")]
    [InlineData("\"add_prefix_space\": false", "\"add_prefix_space\": true", "pre_tokenizer is not GPT-2's")]
    [InlineData("\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\"}", "normalizer is {\"type\": \"NFC\"}, expected none")]
    [InlineData("\"ab c\"", "\"abc\"", "merge 2: found \"abc\", expected two tokens")]
    [InlineData("\"ab c\"", "\"xy c\"", "merge 2: found 'xy', expected a byte or a token that an earlier line makes")]
    [InlineData("\"id\": 259", "\"id\": 260", "the added token '<|endoftext|>' has the id 260, expected 259 for <|endoftext|> and no other")]
    [InlineData("\"id\": 259", "\"id\": 1.5", "the added token '<|endoftext|>' has the id 1.5, expected a whole number")]
    [InlineData("\"id\": 259", "\"id\": 1e99", "the added token '<|endoftext|>' has the id 1e99, expected a whole number")]
    [InlineData("\"id\": 259", "\"id\": \"259\"", "the added token '<|endoftext|>' has the id \"259\", expected a whole number")]
    [InlineData("\"ab c\"", "7", "merge 2: found 7, expected two tokens")]
    [InlineData("\"add_prefix_space\": false", "\"add_prefix_space\": 0", "pre_tokenizer is not GPT-2's")]
    [InlineData("\"<|endoftext|>\": 259", "\"abc<|endoftext|>\": 259", "'abc<|endoftext|>' has the id 259, expected '<|endoftext|>'")]
    [InlineData(", \"ab\": 256", "", "no token has the id 256, expected 'ab'")]
    [InlineData("\"merges\"", "\"mergers\"", "merges is missing")]
    public void Tokenizer_InOneFileDamaged_SaysWhat(string found, string replaced, string message)
    {
        HuggingFaceFixture.WriteTokenizerInOneFile(folder.Root);
        Edit("tokenizer.json", found, replaced);

        TokenizerMessage().Should().StartWith(PathOf("tokenizer.json")).And.Contain(message);
    }

    private string PathOf(string file) => folder.PathOf(file);

    private void Edit(string file, string found, string replaced)
    {
        string text = File.ReadAllText(PathOf(file));
        text.Should().Contain(found);
        File.WriteAllText(PathOf(file), text.Replace(found, replaced, StringComparison.Ordinal));
    }

    private string Message() => FluentActions.Invoking(() => ModelFolder.Open(folder.Root)).Should().Throw<Gpt2Exception>().Which.Message;

    private string TokenizerMessage()
    {
        using ModelSource source = ModelFolder.Open(folder.Root);
        return source.Invoking(opened => opened.ReadTokenizer()).Should().Throw<Gpt2Exception>().Which.Message;
    }
}
