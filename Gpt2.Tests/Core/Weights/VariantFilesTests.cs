// Models of GPT-2's kind with other settings, or with more rows of wte than tokens, in files: read, written, converted, and refused by
// the formats that cannot hold them.

using System.Text.Json;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.HuggingFace;
using Gpt2.Core.Weights.LlmC;
using Gpt2.Kernels;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public sealed class VariantFilesTests : IDisposable
{
    private static readonly Gpt2Config Variant = SmallModel.Config with
    {
        Hidden = 13,
        Activation = ActivationFunction.GeluErf,
        LayerNormEpsilon = 1e-12f,
        ScaleAttention = false,
        ScaleAttentionByInverseLayer = true,
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Variants => [.. VariantModel.Names];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Convert_FromHuggingFaceToCsvAndBack_KeepsTheSettingsAndEveryBit(string name)
    {
        var variant = VariantModel.Read(name);
        string hub = folder.PathOf("hub"), csv = folder.PathOf("csv"), back = folder.PathOf("back");
        Directory.CreateDirectory(hub);
        File.WriteAllText(Path.Combine(hub, "config.json"), variant.ConfigJson);
        SafetensorsFixture.Write(
            Path.Combine(hub, "model.safetensors"), [.. HuggingFaceFixture.Tensors(variant.Weights, "transformer.", "F32")]);

        Gpt2Weights read = Read(hub);
        ModelWriter.Csv.Write(csv, read, vocabulary: null, progress: null, CancellationToken.None);
        ModelWriter.Safetensors.Write(back, Read(csv), vocabulary: null, progress: null, CancellationToken.None);

        foreach (Gpt2Weights weights in (Gpt2Weights[])[read, Read(csv), Read(back)])
        {
            weights.Config.Should().Be(variant.Weights.Config);
            SmallModel.Bits(weights).Should().Equal(SmallModel.Bits(variant.Weights));
        }
    }

    [Fact]
    public void Write_Variant_NamesWhatDiffersAndNothingElse()
    {
        CsvModelFolder.Write(folder.PathOf("gpt2"), SmallModel.Random(), SmallModel.Vocabulary);
        CsvModelFolder.Write(folder.PathOf("other"), TestModels.Random(Variant, 4), SmallModel.Vocabulary);
        HuggingFaceFolder.Write(folder.PathOf("hub"), TestModels.Random(Variant, 4), SmallModel.Vocabulary);

        File.ReadAllText(folder.PathOf("gpt2", "hparams.json")).Should().Be(
            "{\"n_vocab\": 260, \"n_ctx\": 8, \"n_embd\": 6, \"n_head\": 3, \"n_layer\": 2}\n");
        File.ReadAllText(folder.PathOf("other", "hparams.json")).Should().Be(
            "{\"n_vocab\": 260, \"n_ctx\": 8, \"n_embd\": 6, \"n_head\": 3, \"n_layer\": 2, \"n_inner\": 13, \"activation_function\": \"gelu\", "
            + "\"layer_norm_epsilon\": 1e-12, \"scale_attn_weights\": false, \"scale_attn_by_inverse_layer_idx\": true}\n");
        JsonElement config = JsonDocument.Parse(File.ReadAllText(folder.PathOf("hub", "config.json"))).RootElement;
        config.GetProperty("n_inner").GetInt32().Should().Be(13);
        config.GetProperty("activation_function").GetString().Should().Be("gelu");
        config.GetProperty("layer_norm_epsilon").GetDouble().Should().Be(1e-12);
        config.GetProperty("scale_attn_weights").GetBoolean().Should().BeFalse();
        config.GetProperty("scale_attn_by_inverse_layer_idx").GetBoolean().Should().BeTrue();
    }

    [Theory]
    [InlineData("\"activation_function\": \"mish\"", "activation_function is \"mish\"", "one of gelu_new, *")]
    [InlineData("\"layer_norm_epsilon\": 0", "layer_norm_epsilon is 0", "more than 0, *")]
    [InlineData("\"n_inner\": 0", "n_inner is 0", "a whole number from 1 *")]
    [InlineData("\"scale_attn_weights\": \"no\"", "scale_attn_weights is \"no\"", "true or false")]
    [InlineData("\"add_cross_attention\": true", "add_cross_attention is true", "none: *")]
    [InlineData("\"rotary_dim\": 64", "rotary_dim is 64", "none: *")]
    [InlineData("\"n_innner\": 20", "has the setting 'n_innner', which this program does not know", "n_vocab, *, n_layer, n_tokens and *")]
    public void Open_SettingInHparams_IsRefusedByName(string setting, string found, string expected)
    {
        CsvModelFolder.Write(folder.PathOf("model"), SmallModel.Random(), SmallModel.Vocabulary);
        EditSizes(text => text.Replace("}", $", {setting}}}", StringComparison.Ordinal));

        Error(folder.PathOf("model")).ShouldHave(found, expected, where: folder.PathOf("model", "hparams.json"));
    }

    [Fact]
    public void Open_SettingsOfTrainingInHparams_AreNoMatter()
    {
        CsvModelFolder.Write(folder.PathOf("model"), SmallModel.Random(), SmallModel.Vocabulary);
        const string More = ", \"res_dropout\": 0.1, \"attn_pdrop\": 0, \"dtype\": \"float32\", \"n_inner\": null}";
        EditSizes(text => text.Replace("}", More, StringComparison.Ordinal));

        Read(folder.PathOf("model")).Config.Should().Be(SmallModel.Config);
    }

    [Fact]
    public void Open_HiddenOfAnotherWidth_NamesTheTensor()
    {
        CsvModelFolder.Write(folder.PathOf("model"), TestModels.Random(Variant, 4), SmallModel.Vocabulary);
        EditSizes(text => text.Replace("\"n_inner\": 13", "\"n_inner\": 14", StringComparison.Ordinal));

        FluentActions.Invoking(() => Read(folder.PathOf("model"))).Should().Throw<Gpt2Exception>().With(
            where: folder.PathOf("model", "model_h0_mlp_c_fc_*"));
    }

    [Theory]
    [InlineData("llmc", "a file of llm.c")]
    [InlineData("js-csv", "the page of the JavaScript edition")]
    public void Write_FormatWithoutSettings_RefusesBeforeAnythingIsWritten(string format, string name)
    {
        ModelWriter writer = ModelWriter.All.Single(writer => writer.Name == format);
        Action variant = () => writer.Write(folder.PathOf("out"), TestModels.Random(Variant, 4), SmallModel.Vocabulary, null, CancellationToken.None);
        Action padded = () => writer.Write(folder.PathOf("out"), Padded(), PaddedVocabulary(), null, CancellationToken.None);
        Action directly = format == "llmc"
            ? () => LlmCFile.Write(folder.PathOf("out"), TestModels.Random(Variant, 4), SmallModel.Vocabulary)
            : () => CsvModelFolder.Write(folder.PathOf("out"), TestModels.Random(Variant, 4), SmallModel.Vocabulary, VocabularyFiles.JavaScript);

        foreach (Action write in (Action[])[variant, directly])
        {
            write.Should().Throw<Gpt2Exception>().With(
                found: "the model has n_inner 13, activation_function \"gelu\", layer_norm_epsilon 1e-12, scale_attn_weights false, "
                    + $"scale_attn_by_inverse_layer_idx true, which {name} cannot hold",
                remedy: "write csv or safetensors");
        }

        padded.Should().Throw<Gpt2Exception>().With(found: $"the model has 12 rows of wte without a token, which {name} cannot hold");
        Directory.EnumerateFileSystemEntries(folder.Root).Should().BeEmpty();
    }

    [Fact]
    public void Read_MoreRowsThanTokens_RunsAllRowsAndHasNoTextForTheLast()
    {
        WritePaddedHub();

        using ModelSource source = ModelFolder.Open(folder.PathOf("hub"));
        Tokenizer tokenizer = source.ReadTokenizer()!;

        source.Config.Vocabulary.Should().Be(272);
        (tokenizer.Vocabulary.Count, tokenizer.Vocabulary.TokenCount, tokenizer.Vocabulary.UnusedCount).Should().Be((272, 260, 12));
        tokenizer.Decode([0, 260, 271, 1]).Should().Be(tokenizer.Decode([0, 1]));
        tokenizer.Vocabulary.WrittenForm(271).Should().Be("<unused 271>");
        tokenizer.Encode("a<unused 271>b").Should().OnlyContain(id => id < 260);
        FluentActions.Invoking(() => tokenizer.Vocabulary.BytesOf(272).ToArray()).Should().Throw<Gpt2Exception>().With(expected: "0 to 271");
        var a = new ForwardActivations(source.Config);
        new Gpt2Model(source.ReadWeights(), KernelSet.Create(KernelRung.Vector)).Forward([0, 271], cache: null, a);
        a.Logits.Columns.Should().Be(272);
        a.Probabilities.Row(0).ToArray().Sum().Should().BeApproximately(1, 1e-5f);
    }

    [Fact]
    public void Convert_MoreRowsThanTokens_KeepsThemAndTheVocabulary()
    {
        WritePaddedHub();
        string csv = folder.PathOf("csv"), back = folder.PathOf("back");
        using ModelSource source = ModelFolder.Open(folder.PathOf("hub"));

        ModelWriter.Csv.Write(csv, source.ReadWeights(), source.ReadTokenizer()!.Vocabulary, null, CancellationToken.None);
        using ModelSource fromCsv = ModelFolder.Open(csv);
        ModelWriter.Safetensors.Write(back, fromCsv.ReadWeights(), fromCsv.ReadTokenizer()!.Vocabulary, null, CancellationToken.None);

        File.ReadAllText(Path.Combine(csv, "hparams.json")).Should().Contain("\"n_vocab\": 272,").And.Contain("\"n_tokens\": 260}");
        File.ReadAllText(Path.Combine(csv, "vocab.bpe")).Should().Be(SmallModel.MergesText);
        File.ReadAllText(Path.Combine(back, "merges.txt")).Should().Be(SmallModel.MergesText);
        JsonDocument.Parse(File.ReadAllText(Path.Combine(back, "vocab.json"))).RootElement.EnumerateObject().Should().HaveCount(260);
        JsonDocument.Parse(File.ReadAllText(Path.Combine(back, "config.json"))).RootElement.GetProperty("vocab_size").GetInt32().Should().Be(272);
        using ModelSource again = ModelFolder.Open(back);
        again.ReadTokenizer()!.Vocabulary.UnusedCount.Should().Be(12);
        SmallModel.Bits(again.ReadWeights()).Should().Equal(SmallModel.Bits(Padded()));
    }

    [Fact]
    public void ReadTokenizer_AddedTokensAndThenRowsWithoutAny_HasBoth()
    {
        WritePaddedHub();
        File.WriteAllText(folder.PathOf("hub", "added_tokens.json"), "{\"<new>\": 260}");

        using ModelSource source = ModelFolder.Open(folder.PathOf("hub"));
        Tokenizer tokenizer = source.ReadTokenizer()!;
        CsvModelFolder.Write(folder.PathOf("model"), source.ReadWeights(), tokenizer.Vocabulary);
        using ModelSource written = ModelFolder.Open(folder.PathOf("model"));

        foreach (Vocabulary vocabulary in (Vocabulary[])[tokenizer.Vocabulary, written.ReadTokenizer()!.Vocabulary])
        {
            (vocabulary.Count, vocabulary.UnusedCount).Should().Be((272, 11));
            vocabulary.AddedTokens.Should().Equal("<new>");
            vocabulary.WrittenForm(260).Should().Be("<new>");
            new Tokenizer(vocabulary).Encode("<new>").Should().Equal(260);
        }
    }

    [Fact]
    public void ReadTokenizer_InOneFileWithMoreRows_HasThemUnused()
    {
        WritePaddedHub();
        HuggingFaceFixture.WriteTokenizerInOneFile(folder.PathOf("hub"));

        using ModelSource source = ModelFolder.Open(folder.PathOf("hub"));
        source.ReadTokenizer()!.Vocabulary.UnusedCount.Should().Be(12);
    }

    [Fact]
    public void ReadTokenizer_FarMoreRowsThanTokens_IsAnotherModelsVocabulary()
    {
        HuggingFaceFixture.Write(folder.PathOf("hub"), TestModels.Random(SmallModel.Config with { Vocabulary = 1285 }, 9));
        string config = folder.PathOf("hub", "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("260", "1285", StringComparison.Ordinal));

        TokenizerError(folder.PathOf("hub")).ShouldHave(
            found: "defines 260 tokens", expected: "1285, the vocab_size of config.json", remedy: "take the vocabulary of this model, *source");
    }

    [Fact]
    public void ReadTokenizer_FewerTokensWithoutConfirmation_IsRefused()
    {
        // merges.txt alone may have been cut off; so may vocab.bpe beside an hparams.json that says nothing.
        WritePaddedHub();
        File.Delete(folder.PathOf("hub", "vocab.json"));
        CsvModelFolder.Write(folder.PathOf("model"), Padded(), PaddedVocabulary());
        EditSizes(text => text.Replace(", \"n_tokens\": 260", "", StringComparison.Ordinal));

        TokenizerError(folder.PathOf("hub")).ShouldHave(
            found: "defines 260 tokens", expected: "272, the vocab_size of config.json", remedy: "*; if *, add vocab.json, which confirms *");
        TokenizerError(folder.PathOf("model")).ShouldHave(
            found: "defines 260 tokens", expected: "272, the n_vocab of hparams.json", remedy: "*; if *, add \"n_tokens\": 260 to hparams.json");
    }

    [Fact]
    public void ReadTokenizer_OtherTokensThanStated_IsRefused()
    {
        CsvModelFolder.Write(folder.PathOf("model"), Padded(), PaddedVocabulary());
        EditSizes(text => text.Replace("\"n_tokens\": 260", "\"n_tokens\": 261", StringComparison.Ordinal));

        TokenizerError(folder.PathOf("model")).ShouldHave(found: "defines 260 tokens", expected: "261, the n_tokens of hparams.json");
    }

    [Fact]
    public void ReadTokenizer_FewerRowsThanTokens_IsRefused()
    {
        CsvModelFolder.Write(folder.PathOf("model"), TestModels.Random(SmallModel.Config with { Vocabulary = 258 }, 4), SmallModel.Vocabulary);

        TokenizerError(folder.PathOf("model")).ShouldHave(found: "defines 260 tokens", expected: "258, the n_vocab of hparams.json");
    }

    [Fact]
    public void WithAdded_UnusedIds_IsRefused() =>
        FluentActions.Invoking(() => PaddedVocabulary().WithAdded(["new"])).Should().Throw<Gpt2Exception>().With(
            found: "the model has 12 rows of wte without a token, which a vocabulary with added tokens cannot hold");

    [Fact]
    public void Fingerprint_OfAVariant_IsReadAsItWasWritten_AndIsNotGpt2s()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            AdapterJson.Write(writer, new ModelFingerprint(Variant, "abc"));
            writer.WriteEndObject();
        }

        ModelFingerprint read = AdapterJson.Fingerprint(JsonDocument.Parse(stream.ToArray()).RootElement, "adapter.json");

        read.Should().Be(new ModelFingerprint(Variant, "abc")).And.NotBe(new ModelFingerprint(SmallModel.Config with { Hidden = 13 }, "abc"));
    }

    [Fact]
    public void Cache_CopyOfAVariant_KeepsTheSettings()
    {
        string model = folder.PathOf("model");
        CsvModelFolder.Write(model, TestModels.Random(Variant, 4), SmallModel.Vocabulary);
        var cache = new WeightsCache(folder.PathOf("cache"), minWeights: 1);
        List<string> notes = [];
        for (int time = 0; time < 2; time++)
        {
            using ModelSource source = ModelFolder.Open(model);
            cache.Read(source, null, notes.Add, CancellationToken.None).Config.Should().Be(Variant);
        }

        notes.Should().HaveCount(2);
        notes[1].Should().StartWith("taken from");
    }

    private static Gpt2Weights Padded() => TestModels.Random(SmallModel.Config with { Vocabulary = 272 }, 9);

    private static Vocabulary PaddedVocabulary() => SmallModel.Vocabulary.WithUnused(12);

    private void WritePaddedHub()
    {
        HuggingFaceFixture.Write(folder.PathOf("hub"), Padded());
        string config = folder.PathOf("hub", "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("260", "272", StringComparison.Ordinal));
    }

    private void EditSizes(Func<string, string> edit)
    {
        string path = folder.PathOf("model", "hparams.json");
        string text = File.ReadAllText(path), edited = edit(text);
        edited.Should().NotBe(text);
        File.WriteAllText(path, edited);
    }

    private static Gpt2Weights Read(string path)
    {
        using ModelSource source = ModelFolder.Open(path);
        return source.ReadWeights();
    }

    private static Gpt2Exception Error(string path) => FluentActions.Invoking(() => ModelFolder.Open(path)).Should().Throw<Gpt2Exception>().Which;

    private static Gpt2Exception TokenizerError(string path)
    {
        using ModelSource source = ModelFolder.Open(path);
        return source.Invoking(opened => opened.ReadTokenizer()).Should().Throw<Gpt2Exception>().Which;
    }
}
