// gpt2 explore as a command: when it is ready, how it ends, and what it says where it cannot start.

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
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

    [Theory]
    [InlineData("gpt2: --port: found 65536, expected 0 to 65535", "--port", "65536")]
    [InlineData("gpt2: unknown option '--browser'", "--browser")]
    public void WrongOption_IsWrongUsage(string expected, params string[] options) =>
        CommandRun.Of(["explore", .. options]).ErrorLine(2).Should().StartWith(expected);
}
