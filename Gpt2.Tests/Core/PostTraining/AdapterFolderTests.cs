// Stored adapters: round trips with the same bits in both forms, PEFT's names and settings, what is refused.

using System.Text.Json.Nodes;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Weights.Binary;
using Gpt2.Core.Weights.Safetensors;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining;

public sealed class AdapterFolderTests : TemporaryFolder
{
    private static readonly Gpt2Config Config = new(29, 8, 12, 3, 2) { QkvBias = false };

    [Theory]
    [InlineData(false, 3, AdaptedMaps.All)]
    [InlineData(true, 3, AdaptedMaps.All)]
    [InlineData(false, 1, AdaptedMaps.MlpProjection)]
    [InlineData(true, 1, AdaptedMaps.AttentionQkv | AdaptedMaps.MlpHidden)]
    public void Read_WhatWasWritten_HasTheSameBits(bool peft, int rank, AdaptedMaps maps)
    {
        Adapter adapter = Random(new LoraSettings { Rank = rank, Alpha = 2.5f, Dropout = 0.05f, Maps = maps });
        string[] files = Write(adapter, peft);

        Adapter read = AdapterFolder.Read(PathOf("adapter"));

        read.Settings.Should().Be(adapter.Settings);
        read.TrainedOn.Should().Be(adapter.TrainedOn);
        read.Matrices().Select(matrix => matrix.ToString()).Should().Equal(adapter.Matrices().Select(matrix => matrix.ToString()));
        AdapterTests.Bits(read.Matrices()).Should().Equal(AdapterTests.Bits(adapter.Matrices()));
        files.Should().BeEquivalentTo(Directory.GetFiles(PathOf("adapter")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_AdapterOfOneBlockWhoseModelIsUnknown_HasTheSameBits(bool peft)
    {
        var adapter = new Adapter(new LoraSettings { Rank = 2, Maps = AdaptedMaps.MlpProjection }, trainedOn: null);
        (Matrix a, Matrix b, _) = adapter.Add(11, BlockMap.All[3], 48, 12);
        a[1, 47] = 0.1f;
        b[11, 0] = -1e-30f;
        Write(adapter, peft);

        Adapter read = AdapterFolder.Read(PathOf("adapter"));

        read.TrainedOn.Should().BeNull();
        read.Updates().Should().ContainSingle().Which.Block.Should().Be(11);
        AdapterTests.Bits(read.Matrices()).Should().Equal(AdapterTests.Bits(adapter.Matrices()));
        if (peft)
        {
            JsonNode.Parse(File.ReadAllText(PathOf("adapter", PeftFiles.SettingsFile)))!["target_modules"]!.AsArray()
                .Select(target => (string)target!).Should().Equal("h.11.mlp.c_proj");
        }
    }

    [Fact]
    public void Write_SmallerAdapterOverALarger_LeavesNoFileOfTheLarger()
    {
        Write(Random(new LoraSettings()), peft: false);
        File.WriteAllText(PathOf("adapter", "notes.txt"), "mine");
        Write(Random(new LoraSettings { Maps = AdaptedMaps.MlpHidden }), peft: false);

        Directory.GetFiles(PathOf("adapter")).Select(Path.GetFileName).Should().BeEquivalentTo(
            "adapter.json", "model_h0_mlp_c_fc_lora_A.csv", "model_h0_mlp_c_fc_lora_B.csv", "model_h1_mlp_c_fc_lora_A.csv",
            "model_h1_mlp_c_fc_lora_B.csv", "notes.txt");
        AdapterFolder.Read(PathOf("adapter")).Updates().Should().HaveCount(2);
    }

    [Fact]
    public void WritePeft_AllMaps_HasTheNamesAndSettingsOfPeft()
    {
        AdapterFolder.WritePeft(PathOf("adapter"), Random(new LoraSettings { Rank = 4, Alpha = 8 }), "openai-community/gpt2");

        JsonNode settings = JsonNode.Parse(File.ReadAllText(PathOf("adapter", PeftFiles.SettingsFile)))!;
        ((string)settings["peft_type"]!).Should().Be("LORA");
        ((string)settings["task_type"]!).Should().Be("CAUSAL_LM");
        ((string)settings["base_model_name_or_path"]!).Should().Be("openai-community/gpt2");
        ((string)settings["bias"]!).Should().Be("none");
        ((bool)settings["fan_in_fan_out"]!).Should().BeTrue();
        settings["r"]!.ToJsonString().Should().Be("4");
        settings["lora_alpha"]!.ToJsonString().Should().Be("8");
        settings["target_modules"]!.AsArray().Select(target => (string)target!)
            .Should().Equal("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj");
        using var file = new MappedFile(PathOf("adapter", PeftFiles.WeightsFile));
        SafetensorsHeader header = SafetensorsFile.ReadHeader(file, out _);
        header.Entries.Should().HaveCount(16);
        header.Entries["base_model.model.transformer.h.0.attn.c_attn.lora_A.weight"].Shape.Should().Equal(4, 12);
        header.Entries["base_model.model.transformer.h.1.mlp.c_fc.lora_B.weight"].Shape.Should().Equal(48, 4);
        header.Metadata["format"].Should().Be("pt");
    }

    [Theory]
    [InlineData("peft_type", "\"IA3\"", "peft_type is 'IA3'")]
    [InlineData("use_dora", "true", "use_dora is true*")]
    [InlineData("use_rslora", "true", "use_rslora is true*")]
    [InlineData("rank_pattern", "{\"c_attn\": 4}", "rank_pattern is*")]
    [InlineData("modules_to_save", "[\"lm_head\"]", "modules_to_save is*")]
    [InlineData("bias", "\"all\"", "bias is \"all\"*")]
    [InlineData("r", "0", "r is 0")]
    [InlineData("lora_alpha", "-1", "alpha is -1")]
    [InlineData("lora_alpha", "\"x\"", "a value has the wrong type*")]
    public void Read_PeftSettingsThatAreNotPlainLora_AreRefused(string name, string value, string found)
    {
        Write(Random(new LoraSettings()), peft: true);
        Edit(PeftFiles.SettingsFile, settings => settings[name] = JsonNode.Parse(value));

        FluentActions.Invoking(() => AdapterFolder.Read(PathOf("adapter"))).Should().Throw<Gpt2Exception>().With(found: found);
    }

    [Fact]
    public void Read_PeftRankThatIsNotTheTensors_IsRefused()
    {
        Write(Random(new LoraSettings { Rank = 4 }), peft: true);
        Edit(PeftFiles.SettingsFile, settings => settings["r"] = 3);

        FluentActions.Invoking(() => AdapterFolder.Read(PathOf("adapter"))).Should().Throw<Gpt2Exception>()
            .With(found: "found [4, 12]", expected: "[3, 12]", where: "*lora_A.weight");
    }

    [Theory]
    [InlineData("base_model.model.transformer.h.0.attn.c_attn.lora_magnitude_vector")]
    [InlineData("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight")]
    [InlineData("base_model.model.transformer.h.0.attn.c_qkv.lora_A.weight")]
    [InlineData("base_model.model.transformer.h.5000.attn.c_attn.lora_A.weight")]
    public void Read_PeftTensorOfSomethingElse_IsRefused(string name)
    {
        WriteTensors((name, new Matrix(name, 2, 12)));

        FluentActions.Invoking(() => AdapterFolder.Read(PathOf("adapter"))).Should().Throw<Gpt2Exception>()
            .With(found: "is not a tensor of a LoRA adapter for GPT-2", where: $"*{name}");
    }

    [Fact]
    public void Read_PeftTensorsThatDoNotBelongTogether_AreRefused()
    {
        const string Name = "base_model.model.transformer.h.0.attn.c_attn.lora_";
        WriteTensors((Name + "A.weight", new Matrix("A", 2, 12)));
        FluentActions.Invoking(() => AdapterFolder.Read(PathOf("adapter"))).Should().Throw<Gpt2Exception>()
            .With(found: "has lora_A of h0/attn/c_attn and not the other");

        var broken = new Matrix("B", 36, 2);
        broken[7, 1] = float.NaN;
        WriteTensors((Name + "A.weight", new Matrix("A", 2, 12)), (Name + "B.weight", broken));
        FluentActions.Invoking(() => AdapterFolder.Read(PathOf("adapter"))).Should().Throw<Gpt2Exception>()
            .With(found: "*NaN in row 8 column 2", where: "*lora_B.weight");

        WriteTensors();
        FluentActions.Invoking(() => AdapterFolder.Read(PathOf("adapter"))).Should().Throw<Gpt2Exception>().With(found: "the maps to adapt are None");
    }

    [Theory]
    [InlineData("rank", "\"3\"", "rank is \"3\"")]
    [InlineData("rank", "4", "*3*")] // the files have three rows
    [InlineData("alpha", "null", "a value has the wrong type*")]
    [InlineData("dropout", "1", "the dropout is 1")]
    [InlineData("maps", "[]", "maps is empty")]
    [InlineData("maps", "[\"h0/mlp/c_fc\", \"h0/mlp/c_fc\"]", "maps has a map twice")]
    [InlineData("maps", "[\"h2/mlp/c_fc\"]", "there is no map 'h2/mlp/c_fc'")]
    [InlineData("maps", "[\"h-1/mlp/c_fc\"]", "there is no map 'h-1/mlp/c_fc'")]
    [InlineData("maps", "[\"h00/mlp/c_fc\"]", "there is no map 'h00/mlp/c_fc'")]
    [InlineData("maps", "[\"wte\"]", "there is no map 'wte'")]
    [InlineData("model", "{}", "n_vocab is missing*")]
    public void Read_SettingsThatAreWrong_AreRefused(string name, string value, string found)
    {
        Write(Random(new LoraSettings { Rank = 3 }), peft: false);
        Edit(AdapterCsv.SettingsFile, settings => settings[name] = JsonNode.Parse(value));

        FluentActions.Invoking(() => AdapterFolder.Read(PathOf("adapter"))).Should().Throw<Gpt2Exception>().With(found: found);
    }

    [Fact]
    public void Read_FileMissingOrNoAdapter_IsRefused()
    {
        Write(Random(new LoraSettings()), peft: false);
        File.Delete(PathOf("adapter", "model_h1_mlp_c_fc_lora_B.csv"));

        FluentActions.Invoking(() => AdapterFolder.Read(PathOf("adapter"))).Should().Throw<Gpt2Exception>()
            .With(where: "*model_h1_mlp_c_fc_lora_B.csv");
        FluentActions.Invoking(() => AdapterFolder.Read(PathOf("nothing"))).Should().Throw<Gpt2Exception>()
            .With(found: "found no adapter", expected: "a folder with adapter.json or adapter_config.json");
    }

    private static Adapter Random(LoraSettings settings)
    {
        Adapter adapter = AdapterTests.Filled(Config, settings, 3);
        adapter.Matrices().First()[0, 0] = 1e-42f; // a subnormal number has fewer digits
        return adapter;
    }

    private string[] Write(Adapter adapter, bool peft) =>
        peft ? AdapterFolder.WritePeft(PathOf("adapter"), adapter) : AdapterFolder.Write(PathOf("adapter"), adapter);

    private void WriteTensors(params (string, Matrix)[] tensors)
    {
        Write(Random(new LoraSettings { Rank = 2 }), peft: true);
        using FileStream stream = File.Create(PathOf("adapter", PeftFiles.WeightsFile));
        SafetensorsWriter.Write(stream, tensors, [], progress: null, default);
    }

    private void Edit(string file, Action<JsonNode> edit)
    {
        JsonNode settings = JsonNode.Parse(File.ReadAllText(PathOf("adapter", file)))!;
        edit(settings);
        File.WriteAllText(PathOf("adapter", file), settings.ToJsonString());
    }
}
