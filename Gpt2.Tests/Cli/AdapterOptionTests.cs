// --adapter: the commands compute what the merged model computes, with weights of every type, and refuse what does not belong to it.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.PostTraining;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class AdapterOptionTests : IDisposable
{
    private readonly SmallModelFolder folder = new();
    private readonly string one, two, merged;

    public AdapterOptionTests()
    {
        one = Write("one", 1, folder.Weights, peft: false);
        two = Write("two", 2, folder.Weights, peft: true);
        merged = folder.PathOf("merged", "model"); // results name the model
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("predict", "abc", "--top", "5", "--json")]
    [InlineData("predict", "abc", "--weights", "bf16", "--json")]
    [InlineData("predict", "abc", "--weights", "int8", "--json")]
    [InlineData("predict", "abc", "--weights", "int4", "--json")]
    [InlineData("generate", "abc", "-n", "4")]
    [InlineData("explain", "abc")]
    [InlineData("beams", "abc", "-n", "2")]
    [InlineData("why", "abc", "h0.step9[0, 0]")]
    public void Command_WithAdapters_ComputesWhatTheMergedModelDoes(params string[] args)
    {
        CommandRun.Of("convert", folder.Model, merged, "--to", "csv", "--adapter", one, "--adapter", two).Result();

        string adapted = CommandRun.Of([.. args, "--model", folder.Model, "--adapter", one, "--adapter", two]).Result();

        adapted.Should().Be(CommandRun.Of([.. args, "--model", merged]).Result());
        adapted.Should().NotBe(CommandRun.Of([.. args, "--model", folder.Model]).Result());
    }

    [Fact]
    public void Eval_WithAnAdapter_IsOfTheAdaptedModel()
    {
        string text = folder.PathOf("text.txt");
        File.WriteAllText(text, "some words to look at");
        string Evaluated(params string[] with) => CommandRun.Of(["eval", text, "--model", folder.Model, "--json", .. with]).Result();

        Evaluated("--adapter", one).Should().NotBe(Evaluated());
    }

    [Fact]
    public void Adapter_OfAnotherModel_IsRefused()
    {
        Gpt2Weights other = TestModels.Random(folder.Weights.Config, 9);
        string foreign = Write("foreign", 1, other, peft: false);
        string wide = Write("wide", 1, TestModels.Random(new Gpt2Config(257, 8, 12, 3, 2), 1), peft: false);

        CommandRun.Of("predict", "abc", "--model", folder.Model, "--adapter", one, "--adapter", foreign).ErrorLine(1).Should().Be(
            $"gpt2: {foreign}: the adapter belongs to another model, of the same sizes with the hash {ModelFingerprint.Of(other).Hash}, "
            + $"expected {ModelFingerprint.Of(folder.Weights).Hash}; take the model that it was trained on");
        CommandRun.Of("predict", "abc", "--model", folder.Model, "--adapter", wide).ErrorLine(1)
            .Should().StartWith($"gpt2: {wide}: the adapter has h0/attn/c_attn/lora_A [2, 12] and h0/attn/c_attn/lora_B [36, 2], expected ");
        CommandRun.Of("convert", folder.Model, merged, "--adapter", foreign).ErrorLine(1).Should().StartWith($"gpt2: {foreign}: ");
        CommandRun.Of("predict", "abc", "--model", folder.Model, "--adapter", folder.Model).ErrorLine(1)
            .Should().StartWith($"gpt2: {folder.Model}: found no adapter, expected a folder with adapter.json or adapter_config.json");
        Directory.Exists(merged).Should().BeFalse();
    }

    private string Write(string name, ulong seed, Gpt2Weights weights, bool peft) =>
        TestAdapters.Write(folder.PathOf(name), weights, seed, peft);
}
