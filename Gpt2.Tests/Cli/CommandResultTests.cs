// What the commands print: results for readers and as JSON, in every culture.

using System.Globalization;
using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class CommandResultTests : IDisposable
{
    // Tokens: bytes, "ab" 256, "abc" 257, the two halves of "é" joined 258, end of text 259.
    private readonly SmallModelFolder folder = new(context: 12, merges: [new(64, 65), new(256, 66), new(IdOf(0xC3), IdOf(0xA9))]);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Predict_Json_HasTheShapeOthersRelyOn()
    {
        using var culture = new DecimalCommaCulture();
        JsonElement result = Json(CommandRun.Of("predict", "abcab", "-m", folder.Model, "--top", "4", "--json"));

        result.GetProperty("prompt").GetString().Should().Be("abcab");
        Ints(result, "ids").Should().Equal(257, 256);
        JsonElement[] top = [.. result.GetProperty("top").EnumerateArray()];
        top.Should().HaveCount(4);
        top.Select(token => token.GetProperty("logit").GetSingle()).Should().BeInDescendingOrder();
        top[0].GetProperty("probability").GetSingle().Should().BeInRange(0, 1);
        top[0].GetProperty("token").GetString()
            .Should().Be(new Tokenizer(new Vocabulary([])).Decode([Math.Min(top[0].GetProperty("id").GetInt32(), 255)]));
    }

    [Fact]
    public void Predict_Table_WritesPointsInEveryCulture()
    {
        using var culture = new DecimalCommaCulture();
        string table = CommandRun.Of("predict", "ab", "-m", folder.Model, "--top", "3").Result();

        table.Should().StartWith("\"ab\" (1 token) is followed, says model, by").And.Contain("probability").And.Contain(" %");
        table.Should().MatchRegex(@"\d\.\d{4}").And.NotMatchRegex(@"\d,\d").And.NotContain("\u001b");
    }

    [Fact]
    public void Predict_EveryRung_PredictsTheSame()
    {
        string[] tables = [.. ((string[])["scalar", "tensor-primitives", "vector", "tuned"])
            .Select(rung => CommandRun.Of("predict", "abc", "-m", folder.Model, "--kernels", rung).Result())];

        tables.Distinct().Should().ContainSingle();
    }

    [Fact]
    public void Prompt_FromArgumentFileAndPipe_IsTheSame()
    {
        File.WriteAllText(folder.PathOf("prompt.txt"), "abcab\n");
        string expected = CommandRun.Of("predict", "abcab", "-m", folder.Model).Result();

        CommandRun.Of("predict", "--file", folder.PathOf("prompt.txt"), "-m", folder.Model).Result().Should().Be(expected);
        CommandRun.With("abcab\r\n", "predict", "-m", folder.Model).Result().Should().Be(expected);
        CommandRun.Of("predict", "-m", folder.Model, "--", "abcab").Result().Should().Be(expected);
        CommandRun.Of("predict", "--ids", "257,256", "-m", folder.Model).Result().Should().Be(expected);
    }

    [Fact]
    public void Generate_TextIdsAndJson_TellTheSameTokens()
    {
        JsonElement result = Json(CommandRun.Of("generate", "ab", "-n", "30", "-m", folder.Model, "--json"));
        JsonElement completion = result.GetProperty("completions").EnumerateArray().Should().ContainSingle().Which;
        int[] ids = Ints(completion, "ids");

        Ints(result, "ids").Should().Equal(256);
        completion.GetProperty("finish_reason").GetString().Should().Be(ids[^1] == 259 ? "stop" : "length");
        ids.Should().HaveCountLessThanOrEqualTo(30);
        CommandRun.Of("generate", "--ids", "256", "-n", "30", "-m", folder.Model).Result().Should().Be(string.Join(' ', ids) + "\n");
        CommandRun.Of("generate", "ab", "-n", "30", "-m", folder.Model).Result().Should().Be(completion.GetProperty("text").GetString() + "\n");
    }

    [SharedFact]
    public void Generate_SortingModel_Sorts()
    {
        CommandRun.Of("generate", "--ids", "2,1,0,1,1,2", "-n", "6", "--model", SharedData.PathOf("models", "nano-sort"))
            .Result().Should().Be("0 1 1 1 2 2\n");
    }

    [SharedFact]
    public void Predict_SortingModelAsJson_HasNoTexts()
    {
        JsonElement result = Json(CommandRun.Of("predict", "--ids", "2 1 0", "--json", "--model", SharedData.PathOf("models", "nano-sort")));

        result.GetProperty("prompt").ValueKind.Should().Be(JsonValueKind.Null);
        result.GetProperty("top").EnumerateArray().First().GetProperty("token").ValueKind.Should().Be(JsonValueKind.Null);
        CommandRun.Of("predict", "2 1 0", "--model", SharedData.PathOf("models", "nano-sort")).ErrorLine(1)
            .Should().Be("gpt2: this model has no vocabulary and so no text; "
                + "give the prompt as --ids 2,1,0, or give the model one with 'gpt2 convert --vocab FILE'");
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("odd")]
    public void Trace_ReferenceModel_EqualsReferenceFileByFile(string name)
    {
        using var culture = new DecimalCommaCulture();
        using JsonDocument loss = JsonDocument.Parse(File.ReadAllText(ReferenceData.PathOf(name, "steps", "loss.json")));
        string ids = string.Join(',', Ints(loss.RootElement, "ids"));

        CommandRun.Of("trace", "--ids", ids, "-m", ReferenceData.PathOf(name, "model"), "--out", folder.PathOf("steps"), "--all-positions").Result();

        string[] files = [.. Directory.EnumerateFiles(ReferenceData.PathOf(name, "steps"), "*.csv").Select(file => Path.GetFileName(file)!)];
        Directory.EnumerateFiles(folder.PathOf("steps")).Select(Path.GetFileName).Should().BeEquivalentTo(files);
        foreach (string file in files)
        {
            float[][] actual = Numbers(folder.PathOf("steps", file));
            float[][] expected = Numbers(ReferenceData.PathOf(name, "steps", file));
            actual.Should().HaveSameCount(expected, file);
            for (int row = 0; row < expected.Length; row++)
            {
                Close.Assert(actual[row], expected[row], what: $"{file} row {row}");
            }
        }
    }

    [Fact]
    public void Trace_Restricted_WritesOnlyWhatIsAskedFor()
    {
        string output = CommandRun.Of("trace", "-m", folder.Model, "-o", folder.PathOf("t"), "--block", "1", "--step", "5,7", "abcab").Result();

        output.Should().StartWith($"4 files in {folder.PathOf("t")}; predicted token \"");
        Directory.EnumerateFiles(folder.PathOf("t")).Select(Path.GetFileName).Should().BeEquivalentTo(
            "h1_step_5_queries.csv", "h1_step_5_keys.csv", "h1_step_5_values.csv", "h1_step_7.csv");
        CommandRun.Of("trace", "-m", folder.Model, "-o", folder.PathOf("u"), "--step", "1", "--step", "16", "abcab").Result()
            .Should().StartWith("4 files in ");
    }

    [Fact]
    public void Trace_LabelsAndJson_NameTokensAndFiles()
    {
        JsonElement result = Json(CommandRun.Of("trace", "abcab", "-m", folder.Model, "-o", folder.PathOf("t"), "--labels", "--json"));

        result.GetProperty("files").GetArrayLength().Should().Be(7 + (2 * 18));
        result.GetProperty("predicted_token").GetProperty("id").GetInt32().Should().BeInRange(0, 259);
        File.ReadAllLines(folder.PathOf("t", "h0_step_7.csv"))[0].Should().Be(
            "token," + string.Join(',', Enumerable.Range(0, 3).Select(head => $"\"head {head}:\"\"abc\"\"\",\"head {head}:\"\"ab\"\"\"")));
    }

    [Fact]
    public void Tokenize_JsonTableAndMerges_TellTheSameTokens()
    {
        JsonElement result = Json(CommandRun.Of("tokenize", "abc é", "-m", folder.Model, "--merges", "--json"));

        result.GetProperty("text").GetString().Should().Be("abc é");
        Ints(result, "ids").Should().Equal(257, IdOf((byte)' '), 258);
        result.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()).Should().Equal("abc", " ", "é");
        JsonElement word = result.GetProperty("words").EnumerateArray().First();
        word.GetProperty("merges").EnumerateArray().Select(merge => merge.GetProperty("rank").GetInt32()).Should().Equal(0, 1);
        string table = CommandRun.Of("tokenize", "abc é", "-m", folder.Model).Result();
        table.Should().Contain("616263").And.EndWith($"3 tokens: 257 {IdOf((byte)' ')} 258\n");
        CommandRun.Of("tokenize", "abc", "-m", folder.Model, "--merges").Result()
            .Should().Contain("a + b").And.Contain("ab + c").And.Contain("ids 257");
    }

    [Fact]
    public void Tokenize_FromFile_KeepsTheLastLineEnd()
    {
        File.WriteAllText(folder.PathOf("text.txt"), "ab\n");

        Ints(Json(CommandRun.Of("tokenize", "-f", folder.PathOf("text.txt"), "-m", folder.Model, "--json")), "ids")
            .Should().Equal(256, IdOf((byte)'\n'));
    }

    [Fact]
    public void Tokenize_EndOfText_IsSpecialOnlyWhenAllowed()
    {
        Ints(Json(CommandRun.Of("tokenize", "ab<|endoftext|>ab", "-m", folder.Model, "--allow-special", "--json")), "ids")
            .Should().Equal(256, 259, 256);
        Ints(Json(CommandRun.Of("tokenize", "ab<|endoftext|>ab", "-m", folder.Model, "--json")), "ids").Should().NotContain(259);
    }

    [Fact]
    public void Tokenize_VocabularyFileWithoutAModel_Works()
    {
        string vocabulary = Path.Combine(folder.Model, "vocab.bpe");

        CommandRun.Of("tokenize", "abab", "--vocab", vocabulary).Result().Should().EndWith("2 tokens: 256 256\n");
        CommandRun.Of("detokenize", "257", "258", "--vocab", vocabulary).Result().Should().Be("abcé\n");
    }

    [Fact]
    public void Detokenize_ArgumentsOptionAndPipe_GiveTheSameText()
    {
        CommandRun.Of("detokenize", "257", "258", "-m", folder.Model).Result().Should().Be("abcé\n");
        CommandRun.Of("detokenize", "--ids", "257,258", "-m", folder.Model).Result().Should().Be("abcé\n");
        CommandRun.With("257 258\n", "detokenize", "-m", folder.Model).Result().Should().Be("abcé\n");
        JsonElement result = Json(CommandRun.Of("detokenize", "257", "-m", folder.Model, "--json"));
        Ints(result, "ids").Should().Equal(257);
        result.GetProperty("text").GetString().Should().Be("abc");
    }

    [Fact]
    public void Info_JsonAndTable_NameSizesAndKernels()
    {
        JsonElement result = Json(CommandRun.Of("info", "-m", folder.Model, "--json"));

        result.GetProperty("name").GetString().Should().Be("model");
        result.GetProperty("parameters").GetInt64().Should().Be(new Gpt2Config(260, 12, 6, 3, 2).Parameters);
        int[] sizes = [.. ((string[])["n_vocab", "n_ctx", "n_embd", "n_head", "n_layer"]).Select(name => result.GetProperty(name).GetInt32())];
        sizes.Should().Equal(260, 12, 6, 3, 2);
        CommandRun.Of("info", folder.Model).Result().Should().Contain("h1/mlp/c_proj/w").And.Contain("tied to wte");
    }

    [Fact]
    public void Info_SmallModelInOneFile_IsCalledAFile_AndMeasuredInKibibytes()
    {
        string file = folder.PathOf("one.gguf");
        CommandRun.Of("convert", folder.Model, file).Result();

        CommandRun.Of("info", file).Result().Should().MatchRegex("\\n  file +.*one\\.gguf\n")
            .And.Contain(" KiB weights, up to 1.1 KiB key-value cache", "2 blocks of 2 · 12 · 6 numbers");
        CommandRun.Of("info", folder.Model).Result().Should().MatchRegex("\\n  folder +");
    }

    [Fact]
    public void Info_Kernels_SaysTheWidthThatTheRungComputesWith()
    {
        int bits = VectorWidth.Widest;

        CommandRun.Of("info", "-m", folder.Model).Result().Should()
            .Contain($"tuned, {bits / 32} floats at a time ({bits}-bit vectors: {VectorWidth.Reason(bits)})");
        CommandRun.Of("info", "-m", folder.Model, "--vectors", "128").Result().Should()
            .Contain("tuned, 4 floats at a time (128-bit vectors").And.Contain(bits > 128 ? $"chosen; the widest here is {bits}" : "widest");
        CommandRun.Of("info", "-m", folder.Model, "--kernels", "scalar").Result().Should().Contain("scalar, 1 float at a time");
        Json(CommandRun.Of("info", "-m", folder.Model, "--json")).GetProperty("vector_bits").GetInt32().Should().Be(bits);
    }

    [Fact]
    public void New_SameSeed_WritesTheSameBytes_AndSaysHowMany()
    {
        string[] options =
        [
            "--layers", "1", "--heads", "2", "--channels", "4", "--context", "5", "--vocab-size", "9", "--untied-head", "--no-qkv-bias",
        ];
        string output = CommandRun.Of(["new", folder.PathOf("a"), "--seed", "3", .. options]).Result();
        CommandRun.Of(["new", folder.PathOf("b"), "--seed", "3", .. options]).Result();
        CommandRun.Of(["new", folder.PathOf("c"), "--seed", "4", .. options]).Result();

        var config = new Gpt2Config(9, 5, 4, 2, 1) { TiedHead = false, QkvBias = false };
        output.Should().StartWith($"{folder.PathOf("a")}: {config.Parameters.ToString(CultureInfo.InvariantCulture)} fresh weights");
        CsvFolder.ConfigOf(folder.PathOf("a")).Should().Be(config);
        string Wte(string name) => File.ReadAllText(folder.PathOf(name, "model_wte.csv"));
        Wte("a").Should().Be(Wte("b")).And.NotBe(Wte("c"));
    }

    [Fact]
    public void DefaultModel_WithoutAModelOption_PredictsTheWorkshopsWord()
    {
        CommandRun run = CommandRun.Of("predict", "Mike is quick. He moves");

        run.Result().Should().Contain($"says {ModelLocator.DefaultModel}, by").And.MatchRegex("1 +[0-9]+ +\" quickly\"");
        run.Error.Should().BeEmpty();
    }

    private static int IdOf(byte value) => ByteAlphabet.IdOf(value);

    private static JsonElement Json(CommandRun run)
    {
        string line = run.Result();
        line.Should().EndWith("\n").And.NotContain("\r");
        line.TrimEnd('\n').Should().NotContain("\n", "a result is one line");
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    private static int[] Ints(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];

    private static float[][] Numbers(string file) =>
        [.. File.ReadAllLines(file).Select(line => line.Split(',').Select(cell => float.Parse(cell, CultureInfo.InvariantCulture)).ToArray())];
}
