// The commands with models that are not quite GPT-2: other settings, and more rows of wte than tokens.

using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class VariantCommandTests : IDisposable
{
    private static readonly Vocabulary Words = new([]);

    private readonly TemporaryFolder folder = new();
    private readonly string variant, padded;

    public VariantCommandTests()
    {
        (variant, padded) = (folder.PathOf("variant"), folder.PathOf("padded"));
        Gpt2Config sizes = new(257, 16, 6, 2, 2);
        Gpt2Config other = sizes with
        {
            Hidden = 13,
            Activation = ActivationFunction.GeluErf,
            LayerNormEpsilon = 1e-6f,
            ScaleAttention = false,
            ScaleAttentionByInverseLayer = true,
        };
        CsvModelFolder.Write(variant, VariantModel.Filled(other), Words);
        Gpt2Weights rows = VariantModel.Filled(sizes with { Vocabulary = 272 });
        rows.FinalNorm.Bias.Span.Fill(1);
        rows.TokenEmbedding.Row(270).Fill(9); // so that the most likely id is one without a token
        CsvModelFolder.Write(padded, rows, Words.WithUnused(15));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Info_OfAVariant_SaysHowItDiffers()
    {
        string table = CommandRun.Of("info", variant).Result();
        JsonElement json = JsonOf(CommandRun.Of("info", variant, "--json").Result());

        foreach (string line in (string[])[
            "n_inner .*13, where GPT-2 has 24", "activation_function .*gelu, where GPT-2 has gelu_new",
            "layer_norm_epsilon .*1e-06, where GPT-2 has 1e-05", "scale_attn_weights .*false, where GPT-2 has true",
            "scale_attn_by_inverse_layer_idx .*true, where GPT-2 has false"])
        {
            table.Should().MatchRegex(line);
        }

        (json.GetProperty("n_inner").GetInt32(), json.GetProperty("activation_function").GetString()).Should().Be((13, "gelu"));
        CommandRun.Of("info").Result().Should().NotContain("where GPT-2 has");
    }

    [Fact]
    public void Commands_OnAVariant_RunAsTheLibraryDoes()
    {
        var model = new Gpt2Model(CsvModelFolder.ReadWeights(variant), KernelSet.Create(KernelRung.Vector));
        var a = new ForwardActivations(model.Config);
        int[] ids = new Tokenizer(Words).Encode("ab");
        model.Forward(ids, cache: null, a);
        int best = a.Logits.Row(0).IndexOf(a.Logits.Row(0).ToArray().Max());

        JsonOf(CommandRun.Of("predict", "ab", "--model", variant, "--json").Result()).GetProperty("top")[0].GetProperty("id").GetInt32()
            .Should().Be(best);
        CommandRun.Of("doctor", variant).Result().Should().Contain("n_inner 13, activation_function \"gelu\", layer_norm_epsilon 1e-06");
        CommandRun.Of("why", "ab", "h1.step6[1, 0]", "--model", variant).Result().Should().Contain("queries · keysᵀ / 2 for each head");
    }

    [Theory]
    [InlineData(ActivationFunction.Relu, false, true, "ReLU (14)", "negative numbers become 0", "q · k / 2", "as wide as n_inner says")]
    [InlineData(ActivationFunction.Tanh, true, true, "tanh (14)", "every number from −1 to 1", "q · k / (√size · 2)", "as wide as n_inner says")]
    [InlineData(ActivationFunction.Silu, false, false, "SiLU (14)", "negative numbers fade", "q · k", "as wide as n_inner says")]
    [InlineData(ActivationFunction.GeluTanh, true, false, "GELU (14)", "negative numbers fade", "q · k / √size", "four times as wide", 24)]
    public void Trace_PictureOfAVariant_SaysWhatItComputes(
        ActivationFunction function, bool scaled, bool byLayer, string name, string bend, string scores, string width, int hidden = 13)
    {
        var config = new Gpt2Config(257, 16, 6, 2, 2)
        {
            Hidden = hidden,
            Activation = function,
            ScaleAttention = scaled,
            ScaleAttentionByInverseLayer = byLayer,
        };
        CsvModelFolder.Write(folder.PathOf("drawn"), VariantModel.Filled(config), Words);

        string picture = CommandRun.Of("trace", "ab", "--model", folder.PathOf("drawn"), "--block", "1", "--svg", "-").Result();

        picture.Should().Contain($", {name} and its projection").And.Contain($">{bend}<").And.Contain($">{scores}<").And.Contain($">{width}<");
    }

    [Fact]
    public void Train_FromAVariant_KeepsItsSettingsInModelAndCheckpoints()
    {
        string run = folder.PathOf("run");
        CommandRun.Of(
            "train", TextFile(), "--init", variant, "--out", run, "--steps", "2", "--batch-size", "1", "--context", "8", "--checkpoint-every", "1")
            .Result();

        string[] sizes = [.. Directory.EnumerateFiles(run, "hparams.json", SearchOption.AllDirectories).Select(File.ReadAllText)];
        sizes.Should().NotBeEmpty().And.OnlyContain(text => text == File.ReadAllText(Path.Combine(variant, "hparams.json")));
        CommandRun.Of("predict", "ab", "--model", run).Result().Should().NotBeEmpty();
    }

    [Fact]
    public void Predict_MostLikelyIdHasNoToken_ShowsItAsUnused()
    {
        string table = CommandRun.Of("predict", "ab", "--model", padded).Result();
        JsonElement first = JsonOf(CommandRun.Of("predict", "ab", "--model", padded, "--json").Result()).GetProperty("top")[0];

        table.Should().MatchRegex(@"1 +270 +<unused 270> ");
        (first.GetProperty("id").GetInt32(), first.GetProperty("token").GetString()).Should().Be((270, ""));
        CommandRun.Of("info", padded).Result().Should().MatchRegex(@"n_vocab\) *272, the last 15 without a token");
        CommandRun.Of("doctor", padded).Result().Should().Contain("257 tokens, and wte has 15 more rows");
    }

    [Fact]
    public void Generate_IdWithoutAToken_IsDrawnAsInHuggingFaceAndPrintsNothing()
    {
        JsonElement done = JsonOf(CommandRun.Of(
            "generate", "ab", "--model", padded, "--max-new-tokens", "3", "--temperature", "0", "--json").Result()).GetProperty("completions")[0];

        done.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).Should().Equal(270, 270, 270);
        done.GetProperty("text").GetString().Should().BeEmpty();
    }

    [Fact]
    public void Convert_AddingTokensToMoreRowsThanTokens_IsRefused() =>
        CommandRun.Of("convert", padded, folder.PathOf("out"), "--to", "csv", "--add-tokens", "100-109").ErrorLine(1)
            .Should().Contain("the model has 15 rows of wte without a token");

    [NodeFact]
    public async Task SavedPage_OfAVariant_ComputesTheSameOrigins()
    {
        string page = folder.PathOf("page.html");
        CommandRun.Of("explore", "ab", "--model", variant, "--save", page).Result();
        string[] cells = ["h1.step2 1 3", "h1.step6 1 1", "h1.step14 1 2", "last_layernorm 1 0"];

        string answer = await NodeScript.RunAsync(
            ["Gpt2.Tests", "Cli", "Explore", "saved-origin.mjs"], "",
            [page, Path.Combine(SharedData.RepositoryRoot, "Gpt2.Cli", "Explore", "Page"), .. cells]);

        foreach ((string cell, JsonElement saved) in cells.Zip(JsonOf(answer).EnumerateArray()))
        {
            string[] parts = cell.Split(' ');
            JsonElement why = JsonOf(CommandRun.Of("why", "ab", $"{parts[0]}[{parts[1]}, {parts[2]}]", "--model", variant, "--json").Result());
            saved.GetProperty("inNumbers").GetString().Should().Be(why.GetProperty("in_numbers").GetString());
            saved.GetProperty("recomputed").GetDouble().Should().BeApproximately(why.GetProperty("recomputed").GetDouble(), 1e-9);
            saved.GetProperty("figures").GetArrayLength().Should().Be(why.GetProperty("figures").GetArrayLength());
        }
    }

    private static JsonElement JsonOf(string text) => JsonDocument.Parse(text).RootElement;

    private string TextFile()
    {
        string file = folder.PathOf("text.txt");
        File.WriteAllText(file, string.Concat(Enumerable.Repeat("the cat sat on the mat. ", 40)));
        return file;
    }
}
