// Adapters by name: looked up where models are, in the folder 'adapters'. The user's cache stands for all these places.

using System.Text.Json;
using Gpt2.Core.PostTraining;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class AdapterNameTests : IDisposable
{
    private readonly SmallModelFolder folder = new();
    private readonly Dictionary<string, string?> environment;

    public AdapterNameTests()
    {
        environment = new() { ["XDG_CACHE_HOME"] = folder.PathOf("cache") };
        Directory.CreateDirectory(PlaceOf(""));
        TestAdapters.Write(PlaceOf("polite"), folder.Weights, 1);
        TestAdapters.Write(PlaceOf("brief"), folder.Weights, 2, peft: true);
        Directory.CreateDirectory(PlaceOf("no-adapter"));
    }

    public void Dispose() => folder.Dispose();

    [UnixFact]
    public async Task Name_IsTheFolderAmongTheAdapters()
    {
        string byFolder = await Out($"predict abc --model model --json --adapter {PlaceOf("polite")} --adapter {PlaceOf("brief")}");

        (await Out("predict abc --model model --json --adapter polite --adapter brief")).Should().Be(byFolder);
        await Out("convert model merged --to csv --adapter polite --adapter brief");
        (await Out("predict abc --model merged --json")).Should()
            .Be(byFolder.Replace("\"model\":\"model\"", "\"model\":\"merged\"", StringComparison.Ordinal));
    }

    [UnixFact]
    public async Task FolderOfThatName_ComesFirst()
    {
        TestAdapters.Write(folder.PathOf("polite"), folder.Weights, 3);

        (await Out("predict abc --model model --json --adapter polite")).Should()
            .Be(await Out("predict abc --model model --json --adapter ./polite"))
            .And.NotBe(await Out($"predict abc --model model --json --adapter {PlaceOf("polite")}"));
    }

    [UnixFact]
    public async Task UnknownName_ListsThoseThatThereAre()
    {
        (int exitCode, string output, string error) = await Run("predict abc --model model --adapter rude");

        exitCode.Should().Be(1);
        output.Should().BeEmpty();
        error.Should().StartWith("gpt2: adapter 'rude': no such folder, nor one with that name in ").And.Contain(PlaceOf(""))
            .And.MatchRegex(", expected a folder, or one of brief(, [a-z]+)*, polite(, [a-z]+)*; 'gpt2 tune sft' makes an adapter\n$")
            .And.NotContain("no-adapter");
        (await Run("predict abc --model model --adapter no/such")).Error.Should()
            .MatchRegex("^gpt2: adapter 'no/such': no such folder, expected a folder, or one of brief.*\n$");
    }

    [UnixFact]
    public async Task Info_ListsTheAdaptersOfAModelsSizes()
    {
        (await Out("info model")).Should().MatchRegex("\n +adapters +brief, polite *\n");
        (await Out("info model --json")).Should().Contain("\"adapters\":[\"brief\",\"polite\"]");
        (await Out("info --json")).Should().NotContain("polite");
    }

    [UnixFact]
    public async Task Compare_WithoutAList_TakesTheModelAndItsAdapters()
    {
        TestAdapters.Write(PlaceOf("foreign"), TestModels.Random(folder.Weights.Config, 9), 1);

        string[] adapters = [.. JsonDocument.Parse(await Out("compare abc -n 1 --model model --json")).RootElement.GetProperty("answers")
            .EnumerateArray().Select(answer => answer.GetProperty("adapter").GetString()!)];

        adapters.Should().Equal("none", "brief", "polite");
        (await Out("info model")).Should().Contain("brief, foreign, polite", "by the sizes alone, another model's may be among them");
    }

    private string PlaceOf(string name) => Path.Combine(folder.PathOf("cache"), "gpt2", "models", AdapterLocator.AdaptersFolder, name);

    private Task<(int ExitCode, string Out, string Error)> Run(string command) => CommandProcess.Shell(folder.Root, "$GPT2 " + command, environment);

    private async Task<string> Out(string command)
    {
        (int exitCode, string output, string error) = await Run(command);
        exitCode.Should().Be(0, error);
        return output;
    }
}
