// gpt2 serve as a command: when it is ready, how it ends, and what it says where it cannot start.

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Serve;

public sealed class ServeCommandTests : IDisposable
{
    private static readonly TimeSpan LongEnough = CommandProcess.LongEnough;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [UnixTheory]
    [InlineData("INT", 130)]
    [InlineData("INT", 130, "--verbose")]
    [InlineData("TERM", 0)]
    [InlineData("TERM", 0, "--verbose")]
    public async Task Signal_WhileACompletionRuns_EndsIt_AndThenTheServer(string signal, int exitCode, params string[] options)
    {
        using Process process = CommandProcess.Start(folder.Root, ["serve", "--port", "0", "--max-tokens", "1000000000", .. options]);
        using var whateverHappens = new KilledAtLast(process);
        string ready = await process.StandardOutput.ReadLineAsync().WaitAsync(LongEnough) ?? "";
        ready.Should().StartWith("gpt2-workshop is served at http://127.0.0.1:").And.EndWith("; Ctrl-C stops it");
        string address = ready.Split(' ')[4].TrimEnd(';');
        using var client = new HttpClient { BaseAddress = new Uri(address), Timeout = LongEnough };
        using var content = new StringContent(
            "{\"prompt\":\"Mike is\",\"temperature\":100,\"n\":32,\"max_tokens\":1000000000}", Encoding.UTF8, "application/json");
        Task<HttpResponseMessage> endless = client.PostAsync("/v1/completions", content);
        while (!(await client.GetStringAsync("/health")).Contains("\"running\":1", StringComparison.Ordinal))
        {
            await Task.Delay(5);
        }

        using (var kill = Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        using HttpResponseMessage answer = await endless;
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(LongEnough);
        await process.WaitForExitAsync().WaitAsync(LongEnough);
        process.ExitCode.Should().Be(exitCode, error);
        string[] remarks = options.Length == 0 ? [] : ["GET ", "POST "];
        error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !remarks.Any(begin => line.StartsWith(begin, StringComparison.Ordinal)))
            .Where(line => options.Length == 0 || !line.Contains("cache", StringComparison.Ordinal))
            .Should().Equal(exitCode == 0 ? [] : ["gpt2: cancelled"]);
    }

    [Fact]
    public async Task Json_NamesModelAndAddress_AndVerboseEveryRequest()
    {
        using Process process = CommandProcess.Start(folder.Root, "serve", "--port", "0", "--json", "--verbose", "--allow-host", "gpt2.example");
        using var whateverHappens = new KilledAtLast(process);
        string ready = await process.StandardOutput.ReadLineAsync().WaitAsync(LongEnough) ?? "";
        using JsonDocument result = JsonDocument.Parse(ready);
        result.RootElement.GetProperty("model").GetString().Should().Be("gpt2-workshop");
        using var client = new HttpClient { BaseAddress = new Uri(result.RootElement.GetProperty("address").GetString()!), Timeout = LongEnough };
        client.DefaultRequestHeaders.Host = "gpt2.example";
        await client.GetStringAsync("/v1/models");

        string line;
        do
        {
            line = await process.StandardError.ReadLineAsync().WaitAsync(LongEnough) ?? "GET the end";
        }
        while (!line.StartsWith("GET ", StringComparison.Ordinal)); // notes about the cache come first
        line.Should().StartWith("GET /v1/models 200 ");
    }

    [Fact]
    public void Cancelled_InProcess_EndsWith130()
    {
        var run = CommandRun.With("", new CancellationToken(canceled: true), "serve", "--port", "0");

        run.ExitCode.Should().Be(130);
        run.Error.Should().EndWith("gpt2: cancelled\n");
    }

    [Fact]
    public void Cancelled_UnderVerbose_ShowsNoStack()
    {
        var run = CommandRun.With("", new CancellationToken(canceled: true), "serve", "--port", "0", "--verbose");

        run.ExitCode.Should().Be(130);
        run.Error.Should().EndWith("gpt2: cancelled\n").And.NotContain("   at ");
    }

    [Fact]
    public void PortInUse_IsOneLine()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        CommandRun.Of("serve", "--port", port).ErrorLine(1).Should().StartWith($"gpt2: 127.0.0.1 port {port}: cannot listen (")
            .And.EndWith("; choose another --port (0 for any free one) or --host");
    }

    [Theory]
    [InlineData("--host", "nowhere", "gpt2: --host: found 'nowhere', expected an IP address or localhost")]
    [InlineData("--allow-host", "http://x", "gpt2: --allow-host: found 'http://x', expected a host name or an IP address, without port")]
    [InlineData("--port", "65536", "gpt2: --port: found 65536, expected 0 to 65535")]
    [InlineData("--port", "-1", "gpt2: --port: found -1, expected 0 to 65535")]
    [InlineData("--max-running", "0", "gpt2: --max-running: found 0, expected 1 to 10000")]
    [InlineData("--timeout", "0", "gpt2: --timeout: found 0, expected 1 to 86400")]
    public void WrongOption_IsWrongUsage(string option, string value, string expected) =>
        CommandRun.Of("serve", option, value).ErrorLine(2).Should().StartWith(expected);

    [Fact]
    public void OptionThatIsNoNumber_IsWrongUsage() => CommandRun.Of("serve", "--port", "http").ErrorLine(2).Should().Contain("http");

    [Fact]
    public void ModelWithoutVocabulary_IsRefused()
    {
        string model = folder.PathOf("without");
        CommandRun.Of("new", model, "--vocab-size", "9").Result();

        CommandRun.Of("serve", "--model", model, "--port", "0").ErrorLine(1)
            .Should().Be($"gpt2: {model}: this model has no vocabulary, expected one, without which there are ids and no texts");
    }
}
