// gpt2 explore as a command: when it is ready, how it ends, and what it says where it cannot start.

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gpt2.Cli.Explore;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Explore;

public sealed class ExploreCommandTests : IDisposable
{
    private static readonly TimeSpan LongEnough = CommandProcess.LongEnough;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [UnixTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 0)]
    public async Task Signal_EndsIt(string signal, int exitCode)
    {
        using Process process = CommandProcess.Start(folder.Root, "explore", "Sally is", "--port", "0", "--no-browser");
        using var whateverHappens = new KilledAtLast(process);
        string ready = await process.StandardOutput.ReadLineAsync().WaitAsync(LongEnough) ?? "";
        ready.Should().StartWith("gpt2-workshop can be explored at http://127.0.0.1:").And.EndWith("; Ctrl-C stops it");
        using var client = new HttpClient { BaseAddress = new Uri(ready.Split(' ')[5].TrimEnd(';')), Timeout = LongEnough };
        string start = await client.GetStringAsync("/api/start");
        start.Should().Be("{\"model\":\"gpt2-workshop\",\"prompt\":\"Sally is\"}");

        using (var kill = Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        string error = await process.StandardError.ReadToEndAsync().WaitAsync(LongEnough);
        await process.WaitForExitAsync().WaitAsync(LongEnough);
        process.ExitCode.Should().Be(exitCode, error);
        error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Should().Equal(exitCode == 0 ? [] : ["gpt2: cancelled"]);
    }

    [Fact]
    public async Task Json_NamesModelAndAddress()
    {
        using Process process = CommandProcess.Start(folder.Root, "explore", "--port", "0", "--no-browser", "--json");
        using var whateverHappens = new KilledAtLast(process);
        using JsonDocument ready = JsonDocument.Parse(await process.StandardOutput.ReadLineAsync().WaitAsync(LongEnough) ?? "");

        ready.RootElement.GetProperty("model").GetString().Should().Be("gpt2-workshop");
        ready.RootElement.GetProperty("address").GetString().Should().StartWith("http://127.0.0.1:");
    }

    [Fact]
    public void Cancelled_InProcess_EndsWith130()
    {
        var run = CommandRun.With("", new CancellationToken(canceled: true), "explore", "--port", "0", "--no-browser");

        run.ExitCode.Should().Be(130);
        run.Error.Should().EndWith("gpt2: cancelled\n");
    }

    [Fact]
    public void PortInUse_IsOneLine()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        CommandRun.Of("explore", "--port", port, "--no-browser").ErrorLine(1)
            .Should().StartWith($"gpt2: 127.0.0.1 port {port}: cannot listen (").And.EndWith("; choose another --port (0 for any free one)");
    }

    [Fact]
    public void ModelWithoutVocabulary_IsRefused()
    {
        string model = folder.PathOf("without");
        CommandRun.Of("new", model, "--vocab-size", "9").Result();

        CommandRun.Of("explore", "--model", model, "--port", "0", "--no-browser").ErrorLine(1)
            .Should().Be($"gpt2: {model}: this model has no vocabulary, expected one, without which there are ids and no texts");
    }

    [Fact]
    public void Save_WritesOneFile_WithoutAServer()
    {
        string file = folder.PathOf("page.html");

        string said = CommandRun.Of("explore", "Sally is", "--save", file).Result();

        string page = File.ReadAllText(file);
        said.Should().StartWith($"2 tokens of gpt2-workshop in {file}, ").And.EndWith(" MB; any browser opens it\n");
        new FileInfo(file).Length.Should().BeLessThan(8_000_000);
        Directory.GetFiles(folder.Root).Should().Equal(file);
        page.Should().StartWith("<!doctype html>").And.NotContain("Sally").And.Contain("\"saved-api.js\":\"data:text/javascript;base64,");
        Regex.Matches(page, "(?:src|href)=\"([^\"]*)\"").Select(match => match.Groups[1].Value)
            .Should().OnlyContain(address => address.StartsWith('#') || address.StartsWith("data:"));
    }

    [Fact]
    public void Save_OverAFile_ReplacesIt_AndJsonNamesPathAndBytes()
    {
        string file = folder.PathOf("page.html");
        File.WriteAllText(file, "before");

        var run = CommandRun.Of("explore", "Sally is", "--save", file, "--json");

        using JsonDocument result = JsonDocument.Parse(run.Result());
        run.Error.Should().Be($"note: {file} existed and was replaced\n");
        result.RootElement.GetProperty("model").GetString().Should().Be("gpt2-workshop");
        result.RootElement.GetProperty("prompt").GetString().Should().Be("Sally is");
        result.RootElement.GetProperty("ids").GetArrayLength().Should().Be(2);
        result.RootElement.GetProperty("path").GetString().Should().Be(file);
        result.RootElement.GetProperty("bytes").GetInt64().Should().Be(new FileInfo(file).Length);
    }

    [Fact]
    public void Save_OfALargeModel_IsRefused_BeforeItsWeightsAreRead()
    {
        string model = folder.PathOf("large"), file = folder.PathOf("page.html");
        CommandRun.Of("new", model, "--vocab-size", "9").Result();
        File.WriteAllText(
            Path.Combine(model, "hparams.json"), """{"n_vocab": 50257, "n_ctx": 1024, "n_embd": 768, "n_head": 12, "n_layer": 12}""");

        CommandRun.Of("explore", "--model", model, "--save", file).ErrorLine(1).Should().Be(
            "gpt2: --save: the model's weights take 497.8 MB, expected at most 24.0 MB in a file; choose a smaller model, or leave out --save");
        File.Exists(file).Should().BeFalse();
    }

    [Fact]
    public void Save_OfALongPrompt_IsRefused()
    {
        var config = new Gpt2Config(300, 2048, 64, 4, 2);
        SavedPage.RequireSmall(config, tokens: 400);

        FluentActions.Invoking(() => SavedPage.RequireSmall(config, tokens: 1000)).Should().Throw<Gpt2Exception>().WithMessage(
            "--save: all numbers of 1000 tokens and of the model take *, expected at most 24.0 MB in a file; shorten the prompt");
    }

    [Theory]
    [InlineData(0, "the prompt is empty")]
    [InlineData(200, "expected at most n_ctx = 128")]
    public void Save_OfAPromptThatCannotBeRun_LeavesNothing(int words, string expected)
    {
        string prompt = string.Concat(Enumerable.Repeat(" a", words));

        CommandRun.Of("explore", prompt, "--save", folder.PathOf("page.html")).ErrorLine(1).Should().Contain(expected);
        Directory.GetFileSystemEntries(folder.Root).Should().BeEmpty();
    }

    [Fact]
    public void Save_WhereNothingCanBeWritten_IsOneLine()
    {
        string file = folder.PathOf("missing", "page.html");

        CommandRun.Of("explore", "--save", file).ErrorLine(1).Should().StartWith($"gpt2: {file}: ");
    }

    [Theory]
    [InlineData("--port is about the server, and --save starts none: leave out one of them", "--save", "page.html", "--port", "0")]
    [InlineData("--no-browser is about the server, and --save starts none: leave out one of them", "--save", "page.html", "--no-browser")]
    [InlineData("--save: found no name, expected a file", "--save", "")]
    public void Save_WithWhatIsOfNoUse_IsWrongUsage(string expected, params string[] options) =>
        CommandRun.Of(["explore", .. options]).ErrorLine(2).Should().StartWith("gpt2: " + expected);

    [Theory]
    [InlineData("gpt2: --port: found 65536, expected 0 to 65535", "--port", "65536")]
    [InlineData("gpt2: unknown option '--browser'", "--browser")]
    public void WrongOption_IsWrongUsage(string expected, params string[] options) =>
        CommandRun.Of(["explore", .. options]).ErrorLine(2).Should().StartWith(expected);
}
