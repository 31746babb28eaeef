// --adapter: the commands compute what the merged model computes, with weights of every type, and refuse what does not belong to it.

using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.PostTraining;
using Gpt2.Kernels;
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
        Merge();

        string adapted = CommandRun.Of([.. args, "--model", folder.Model, "--adapter", one, "--adapter", two]).Result();

        adapted.Should().Be(CommandRun.Of([.. args, "--model", merged]).Result());
        adapted.Should().NotBe(CommandRun.Of([.. args, "--model", folder.Model]).Result());
    }

    [Fact]
    public void Trace_WithAdapters_WritesTheMatricesOfTheMergedModel()
    {
        Merge();
        SortedDictionary<string, string> Traced(string name, params string[] with)
        {
            CommandRun.Of(["trace", "abc", "--out", folder.PathOf(name), .. with]).Result();
            return new SortedDictionary<string, string>(
                Directory.EnumerateFiles(folder.PathOf(name), "*.csv", SearchOption.AllDirectories)
                    .ToDictionary(path => Path.GetRelativePath(folder.PathOf(name), path), File.ReadAllText),
                StringComparer.Ordinal);
        }

        SortedDictionary<string, string> adapted = Traced("adapted", "--model", folder.Model, "--adapter", one, "--adapter", two);

        adapted.Should().HaveCountGreaterThan(20).And.Equal(Traced("of-merged", "--model", merged));
        adapted.Should().NotEqual(Traced("of-base", "--model", folder.Model));
    }

    [Fact]
    public void Explore_WithAdapters_SavesThePageOfTheMergedModel()
    {
        Merge();
        string Saved(string name, params string[] with)
        {
            CommandRun.Of(["explore", "abc", "--save", folder.PathOf(name), .. with]).Result();
            string page = File.ReadAllText(folder.PathOf(name));
            int numbers = page.IndexOf("id=\"saved-numbers\">", StringComparison.Ordinal);
            return page[numbers..page.IndexOf('<', numbers)]; // what is before them has a number of the session
        }

        string adapted = Saved("adapted.html", "--model", folder.Model, "--adapter", one, "--adapter", two);

        adapted.Length.Should().BeGreaterThan(1000);
        (adapted == Saved("merged.html", "--model", merged)).Should().BeTrue("the numbers are those of the merged model");
        (adapted == Saved("base.html", "--model", folder.Model)).Should().BeFalse("the adapters change the numbers");
    }

    [Fact]
    public async Task Serve_WithAdapters_AnswersAsTheMergedModelDoes()
    {
        Merge();
        const string Prompt = "{\"prompt\":\"abc\",\"temperature\":0,\"max_tokens\":4,\"logprobs\":3}";

        string adapted = await Served("/v1/completions", Prompt, "--model", folder.Model, "--adapter", one, "--adapter", two);

        adapted.Should().StartWith("[{").And.Be(await Served("/v1/completions", Prompt, "--model", merged));
        adapted.Should().NotBe(await Served("/v1/completions", Prompt, "--model", folder.Model));
    }

    [Fact]
    public async Task Serve_AdapterWithATemplate_AnswersChats_AndAModelTunedWhole()
    {
        const string Chat = "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"temperature\":0,\"max_tokens\":4}";
        string tuned = TestAdapters.Write(folder.PathOf("tuned"), folder.Weights, 1, template: "Q{instruction}{output}");
        CommandRun.Of("convert", folder.Model, merged, "--to", "csv", "--adapter", tuned).Result();
        string expected = CommandRun.Of("generate", "Qa", "-n", "4", "--model", merged, "--json").Result();
        string text = JsonDocument.Parse(expected).RootElement.GetProperty("completions")[0].GetProperty("text").GetString()!;

        string chat = await Served("/v1/chat/completions", Chat, "--model", folder.Model, "--adapter", two, "--adapter", tuned, "--adapter", two);
        JsonDocument.Parse(chat).RootElement[0].GetProperty("message").GetProperty("role").GetString().Should().Be("assistant");
        File.Copy(Path.Combine(tuned, "tuning.json"), Path.Combine(merged, "tuning.json"));
        JsonDocument.Parse(await Served("/v1/chat/completions", Chat, "--model", merged)).RootElement[0].GetProperty("message").GetProperty("content")
            .GetString().Should().Be(text);
        (await Served("/v1/chat/completions", Chat, "--model", folder.Model, "--adapter", two)).Should().Contain("no_template");
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
        string variant = Write(
            "variant", 1, TestModels.Random(folder.Weights.Config with { Context = 5, Activation = ActivationFunction.Relu }, 1), peft: false);
        CommandRun.Of("predict", "abc", "--model", folder.Model, "--adapter", variant).ErrorLine(1).Should().Be(
            $"gpt2: {variant}: the adapter belongs to another model, with n_ctx 5, activation_function relu, "
            + "expected n_ctx 8, activation_function gelu_new; take the model that it was trained on");
        CommandRun.Of("convert", folder.Model, merged, "--adapter", foreign).ErrorLine(1).Should().StartWith($"gpt2: {foreign}: ");
        CommandRun.Of("predict", "abc", "--model", folder.Model, "--adapter", folder.Model).ErrorLine(1)
            .Should().StartWith($"gpt2: {folder.Model}: found no adapter, expected a folder with adapter.json or adapter_config.json");
        Directory.Exists(merged).Should().BeFalse();
    }

    private void Merge() => CommandRun.Of("convert", folder.Model, merged, "--to", "csv", "--adapter", one, "--adapter", two).Result();

    /// <summary>The choices with which a server answers, or its refusal.</summary>
    private async Task<string> Served(string path, string body, params string[] with)
    {
        using Process process = CommandProcess.Start(folder.Root, ["serve", "--port", "0", "--json", .. with]);
        using var whateverHappens = new KilledAtLast(process);
        string ready = await process.StandardOutput.ReadLineAsync().WaitAsync(CommandProcess.LongEnough) ?? "";
        string address = JsonDocument.Parse(ready).RootElement.GetProperty("address").GetString()!;
        using var client = new HttpClient { BaseAddress = new Uri(address), Timeout = CommandProcess.LongEnough };
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync(path, content);
        JsonElement answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        return (answer.TryGetProperty("choices", out JsonElement choices) ? choices : answer).ToString();
    }

    private string Write(string name, ulong seed, Gpt2Weights weights, bool peft) =>
        TestAdapters.Write(folder.PathOf(name), weights, seed, peft);
}
