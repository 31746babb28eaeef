// gpt2 convert for adapters: there and back with the same bytes, and the template goes with them.

using System.Text.Json;
using Gpt2.Core.PostTraining;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class AdapterConversionTests : IDisposable
{
    private readonly SmallModelFolder folder = new();
    private readonly string csv, peft, again;

    public AdapterConversionTests()
    {
        csv = TestAdapters.Write(folder.PathOf("csv"), folder.Weights, 1, template: "Q {prompt} A{output}");
        (peft, again) = (folder.PathOf("peft"), folder.PathOf("again"));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ThereAndBack_HasTheSameBytes()
    {
        long weights = AdapterFolder.Read(csv).Parameters;
        CommandRun.Of("convert", csv, peft).Result().Should().Be($"{peft}: {weights} weights of the adapter {csv} (csv) as peft\n");
        CommandRun.Of("convert", peft, again).Result().Should().Be($"{again}: {weights} weights of the adapter {peft} (peft) as csv\n");

        Directory.GetFiles(peft).Select(Path.GetFileName).Should()
            .BeEquivalentTo("adapter_config.json", "adapter_model.safetensors", "tuning.json");
        Files(again).Should().Equal(Files(csv));
        CommandRun.Of("convert", again, folder.PathOf("peft2"), "--to", "peft").Result();
        Files(folder.PathOf("peft2")).Should().Equal(Files(peft));
    }

    [Fact]
    public void Json_SaysFromWhatToWhat()
    {
        JsonElement result = JsonDocument.Parse(CommandRun.Of("convert", csv, peft, "--json").Result()).RootElement;

        (result.GetProperty("from_format").GetString(), result.GetProperty("to_format").GetString()).Should().Be(("csv", "peft"));
        result.GetProperty("parameters").GetInt64().Should().Be(AdapterFolder.Read(csv).Parameters);
    }

    [Fact]
    public void Force_ReplacesTheOtherFormWhole()
    {
        string other = TestAdapters.Write(folder.PathOf("other"), folder.Weights, 2, template: "{prompt}{output}");
        CommandRun.Of("convert", csv, peft).Result();
        string without = TestAdapters.Write(folder.PathOf("without"), folder.Weights, 3);

        CommandRun.Of("convert", csv, other).ErrorLine(1).Should()
            .Be($"gpt2: {other}: the folder is not empty; choose another, or add --force to replace it");
        CommandRun.Of("convert", csv, other, "--force").Result();
        Files(other).Should().Equal(Files(peft));
        CommandRun.Of("convert", without, other, "--to", "csv", "--force").Result();
        Files(other).Should().Equal(Files(without), "neither PEFT's files nor the template of the other adapter stay");
    }

    [Fact]
    public void WrongUse_IsRefused()
    {
        CommandRun.Of("convert", csv, csv).ErrorLine(2).Should().StartWith($"gpt2: {csv}: the command reads this");
        CommandRun.Of("convert", csv, peft, "--to", "llmc").ErrorLine(2).Should()
            .StartWith("gpt2: --to: found 'llmc', expected csv or peft for an adapter");
        CommandRun.Of("convert", csv, peft, "--vocab", "v").ErrorLine(2).Should()
            .StartWith($"gpt2: {csv} is an adapter: expected no --vocab with it");
        CommandRun.Of("convert", csv, peft, "--adapter", csv).ErrorLine(2).Should()
            .StartWith($"gpt2: {csv} is an adapter: expected no --adapter");
        CommandRun.Of("convert", folder.Model, peft, "--to", "peft").ErrorLine(2).Should()
            .StartWith("gpt2: --to: found 'peft', which is for adapters, expected csv");
        Directory.Exists(peft).Should().BeFalse();
    }

    private static SortedDictionary<string, string> Files(string path) => new(
        Directory.EnumerateFiles(path).ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexString(File.ReadAllBytes(file))),
        StringComparer.Ordinal);
}
