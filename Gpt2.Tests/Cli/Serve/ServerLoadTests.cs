// Several clients of the completions server: turns, a full queue, clients that go away or are slow, time that is over, the end.

using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Gpt2.Cli.Serve;
using Gpt2.Core.Generation;

namespace Gpt2.Tests.Cli.Serve;

public class ServerLoadTests
{
    private const string EndlessJson = "{\"prompt\":\"" + RunningServer.EndlessPrompt + "\",\"temperature\":0,\"max_tokens\":1000000000}";

    private static readonly ServerLimits NoEnd = new() { NewTokens = RunningServer.Endless };

    [Fact]
    public void EndlessPrompt_GoesOn()
    {
        var options = new GenerationOptions { MaxNewTokens = 1000 };

        RunningServer.Library.Generate(RunningServer.Tokenizer.Encode(RunningServer.EndlessPrompt), options)
            .Should().HaveCount(1000, "the tests below need a text that does not end");
    }

    [Fact]
    public async Task ShortRequest_BesideEndlessOnes_IsDone()
    {
        await using RunningServer server = await RunningServer.StartAsync(NoEnd with { Running = 4, Waiting = 0 });
        using HttpResponseMessage first = await server.StreamEndlesslyAsync();
        using HttpResponseMessage second = await server.StreamEndlesslyAsync();
        using HttpResponseMessage third = await server.StreamEndlesslyAsync();

        JsonElement body = await server.CompleteAsync(new { prompt = "abc", max_tokens = 5, temperature = 0 });

        body.GetProperty("usage").GetProperty("completion_tokens").GetInt32().Should().Be(5);
        await server.LoadBecomesAsync(running: 3, waiting: 0);
    }

    [Fact]
    public async Task FullServer_RefusesWith429_AndSaysWhenToComeAgain()
    {
        await using RunningServer server = await RunningServer.StartAsync(NoEnd with { Running = 1, Waiting = 1 });
        using HttpResponseMessage running = await server.StreamEndlesslyAsync();
        using var impatient = new CancellationTokenSource();
        Task<HttpResponseMessage> waiting = server.StreamEndlesslyAsync(impatient.Token);
        await server.LoadBecomesAsync(running: 1, waiting: 1);

        (HttpResponseMessage response, JsonElement body) = await server.PostAsync("{}");
        response.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        response.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
        body.GetProperty("error").GetProperty("type").GetString().Should().Be("rate_limit_error");
        body.GetProperty("error").GetProperty("message").GetString()
            .Should().Be("1 requests are running and 1 are waiting, which is this server's limit: try again later");

        await impatient.CancelAsync();
        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<OperationCanceledException>();
        await server.LoadBecomesAsync(running: 1, waiting: 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientThatGoesAway_EndsItsComputation(bool stream)
    {
        await using RunningServer server = await RunningServer.StartAsync(NoEnd with { Running = 1, Waiting = 0 });
        using (var connection = new TcpClient())
        {
            await SendAsync(server, connection, EndlessJson[..^1] + (stream ? ",\"stream\":true}" : "}"));
            await server.LoadBecomesAsync(running: 1, waiting: 0);
        }

        await server.LoadBecomesAsync(running: 0, waiting: 0);
        await server.CompleteAsync(new { prompt = "abc" });
        server.Failures.Should().BeEmpty();
    }

    [Fact]
    public async Task TimeOver_WholeAnswer_Is503()
    {
        await using RunningServer server = await RunningServer.StartAsync(NoEnd with { RequestTime = TimeSpan.FromSeconds(0.2) });

        (HttpResponseMessage response, JsonElement body) = await server.PostAsync(EndlessJson);

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        body.GetProperty("error").GetProperty("code").GetString().Should().Be("timeout");
        body.GetProperty("error").GetProperty("message").GetString()
            .Should().Be("the request did not finish within 0.2 s: ask for fewer tokens, or try again when the server is less busy");
        await server.LoadBecomesAsync(running: 0, waiting: 0);
    }

    [Fact]
    public async Task TimeOver_Stream_EndsWithTheErrorInPlaceOfDone()
    {
        await using RunningServer server = await RunningServer.StartAsync(NoEnd with { RequestTime = TimeSpan.FromSeconds(3) });
        using HttpResponseMessage response = await server.StreamEndlesslyAsync();

        string[] events = RunningServer.Events(await response.Content.ReadAsStringAsync());

        response.StatusCode.Should().Be(HttpStatusCode.OK, "that was sent before");
        events.Should().HaveCountGreaterThan(1);
        JsonDocument.Parse(events[^1]).RootElement.GetProperty("error").GetProperty("code").GetString().Should().Be("timeout");
    }

    [Theory]
    [InlineData("Content-Length: 100")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task BodyThatDoesNotCome_Is408(string length)
    {
        await using RunningServer server = await RunningServer.StartAsync(new ServerLimits { BodyTime = TimeSpan.FromSeconds(0.2) });
        using var connection = new TcpClient();
        NetworkStream stream = await ConnectAsync(server, connection);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{length}\r\n\r\n"));

        string answer = await ReadErrorAsync(stream).WaitAsync(RunningServer.LongEnough);

        answer.Should().StartWith("HTTP/1.1 408 ").And.Contain("Connection: close").And.Contain("\"code\":\"body_too_slow\"");
        answer.Should().Contain("the body did not arrive within 0.2 s: send it without pauses");
        server.Failures.Should().BeEmpty();
    }

    [Theory]
    [InlineData("hello\r\n\r\n", "400")]
    [InlineData("this is no HTTP\r\n\r\n", "505")]
    [InlineData(
        "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "400")]
    [InlineData("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n", "400")]
    [InlineData("POST /v1/completions HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", "400")]
    public async Task BrokenHttp_IsRefused_AndTheServerGoesOn(string request, string status)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using var connection = new TcpClient();
        NetworkStream stream = await ConnectAsync(server, connection);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));

        var head = new byte["HTTP/1.1 400".Length];
        await stream.ReadExactlyAsync(head).AsTask().WaitAsync(RunningServer.LongEnough);

        Encoding.ASCII.GetString(head).Should().Be("HTTP/1.1 " + status);
        await server.CompleteAsync(new { prompt = "abc" });
        server.Failures.Should().BeEmpty();
    }

    [Fact]
    public async Task Stop_TellsThoseWhoRunAndThoseWhoWait()
    {
        await using RunningServer server = await RunningServer.StartAsync(NoEnd with { Running = 1, Waiting = 1 });
        using HttpResponseMessage running = await server.StreamEndlesslyAsync();
        Task<(HttpResponseMessage Response, JsonElement Body)> waiting = server.PostAsync("{}");
        await server.LoadBecomesAsync(running: 1, waiting: 1);

        Task<string> stream = running.Content.ReadAsStringAsync();
        await server.StopAsync();

        JsonDocument.Parse(RunningServer.Events(await stream)[^1]).RootElement.GetProperty("error").GetProperty("code").GetString()
            .Should().Be("shutting_down");
        (HttpResponseMessage response, JsonElement body) = await waiting;
        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        body.GetProperty("error").GetProperty("message").GetString().Should().Be("the server is being stopped");
    }

    /// <summary>Reads an answer up to the end of its JSON; the connection may stay open for a while.</summary>
    private static async Task<string> ReadErrorAsync(NetworkStream stream)
    {
        var answer = new StringBuilder();
        var buffer = new byte[1000];
        while (!answer.ToString().EndsWith("}}", StringComparison.Ordinal))
        {
            int count = await stream.ReadAsync(buffer);
            count.Should().BePositive("the answer so far is {0}", answer);
            answer.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return answer.ToString();
    }

    private static async Task<NetworkStream> ConnectAsync(RunningServer server, TcpClient connection)
    {
        var address = new Uri(server.Address);
        await connection.ConnectAsync(address.Host, address.Port);
        return connection.GetStream();
    }

    private static async Task SendAsync(RunningServer server, TcpClient connection, string json)
    {
        NetworkStream stream = await ConnectAsync(server, connection);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}"));
    }
}
