// Many connections that say nothing, or little: they are closed in time, and do not keep out those with a request.

using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Gpt2.Cli.Serve;

namespace Gpt2.Tests.Cli.Serve;

public class ConnectionTests
{
    private const string HalfAHead = "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: appl";
    private const string HeadWithoutBody =
        "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n";

    [Theory]
    [InlineData("")]
    [InlineData(HalfAHead)]
    [InlineData(HeadWithoutBody)]
    public async Task SixHundredConnections_ThatSendNothingOrLittle_BlockNobody(string said)
    {
        await using RunningServer server = await RunningServer.StartAsync(new ServerLimits { NewTokens = RunningServer.Endless });
        using HttpResponseMessage stream = await server.StreamEndlesslyAsync();
        var connections = new List<TcpClient>();
        try
        {
            for (int i = 0; i < 600; i++)
            {
                connections.Add(await ConnectAsync(server, said));
            }

            JsonElement body = await server.CompleteAsync(new { prompt = "abc", max_tokens = 5, temperature = 0 });

            body.GetProperty("usage").GetProperty("completion_tokens").GetInt32().Should().Be(5);
            (await IsClosedAsync(connections[0])).Should().BeTrue("a newcomer has its place");
            await ReadOnAsync(stream);
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }

        server.Failures.Should().BeEmpty();
    }

    [Fact]
    public async Task ConnectionThatSpeaksAgain_OutlastsOneThatDoesNot()
    {
        await using RunningServer server = await RunningServer.StartAsync(new ServerLimits { Connections = 3, Running = 1, Waiting = 0 });
        using TcpClient speaking = await ConnectAsync(server, "");
        await SpeakAsync(speaking); // once it is answered it has its place, so that the places are taken in this order
        using TcpClient silent = await ConnectAsync(server, "");
        await SpeakAsync(silent);
        await SpeakAsync(speaking);
        using TcpClient third = await ConnectAsync(server, ""), fourth = await ConnectAsync(server, ""), fifth = await ConnectAsync(server, "");

        (await IsClosedAsync(silent)).Should().BeTrue("it has been silent longest");
        await SpeakAsync(speaking);
        await SpeakAsync(fifth);
    }

    [Fact]
    public async Task ConnectionThatLosesItsPlaceDuringARequest_IsNotLoggedAsAClientThatWent()
    {
        await using RunningServer server = await RunningServer.StartAsync(new ServerLimits { Connections = 1, Running = 1, Waiting = 0 });
        using TcpClient slow = await ConnectAsync(server, HeadWithoutBody[..^2] + "Expect: 100-continue\r\n\r\n");
        await slow.GetStream().ReadExactlyAsync(new byte["HTTP/1.1 100 Continue\r\n\r\n".Length]).AsTask().WaitAsync(RunningServer.LongEnough);

        using TcpClient second = await ConnectAsync(server, ""), third = await ConnectAsync(server, "");

        (await IsClosedAsync(slow)).Should().BeTrue("it has been silent longest");
        await server.StopAsync(); // the requests have ended
        server.Requests.Should().ContainSingle().Which
            .Should().Contain("POST /v1/completions closed by this server: another connection needed its place ")
            .And.NotContain("client disconnected");
        server.Failures.Should().BeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData(HalfAHead)]
    public async Task ConnectionThatGoesSilent_IsClosedInTime(string said)
    {
        TimeSpan soon = TimeSpan.FromSeconds(0.2);
        await using RunningServer server = await RunningServer.StartAsync(new ServerLimits { SilentTime = soon, HeadTime = soon });
        using TcpClient connection = await ConnectAsync(server, said);

        (await IsClosedAsync(connection)).Should().BeTrue();
        server.Failures.Should().BeEmpty();
    }

    [Theory]
    [InlineData("GET /health HTTP/1.1\r\n\r\n", 400)] // without Host
    [InlineData("GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [InlineData("hello\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", 400)]
    [InlineData("GET /{0} HTTP/1.1\r\nHost: localhost\r\n\r\n", 414)]
    [InlineData("GET /health HTTP/1.1\r\nHost: localhost\r\nX: {0}{0}{0}{0}\r\n\r\n", 431)]
    [InlineData("GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n", 505)]
    public async Task WhatIsNoRequest_IsAnsweredByKestrelWithABareStatus(string said, int status)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using TcpClient connection = await ConnectAsync(server, said.Replace("{0}", new string('a', 9000), StringComparison.Ordinal));
        using var reader = new StreamReader(connection.GetStream());
        string answer = await reader.ReadToEndAsync().WaitAsync(RunningServer.LongEnough);

        answer.Should().StartWith($"HTTP/1.1 {status} ").And.Contain("Content-Length: 0\r\n").And.EndWith("\r\n\r\n");
        server.Requests.Should().BeEmpty("no code of ours has seen it");
        server.Failures.Should().BeEmpty();
    }

    private static async Task<TcpClient> ConnectAsync(RunningServer server, string said)
    {
        var connection = new TcpClient();
        var address = new Uri(server.Address);
        await connection.ConnectAsync(address.Host, address.Port);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(said));
        return connection;
    }

    /// <summary>Has a short answer on a connection.</summary>
    private static async Task SpeakAsync(TcpClient connection)
    {
        NetworkStream stream = connection.GetStream();
        await stream.WriteAsync("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        var answer = new StringBuilder();
        var buffer = new byte[1000];
        while (!answer.ToString().EndsWith('}'))
        {
            int count = await stream.ReadAsync(buffer).AsTask().WaitAsync(RunningServer.LongEnough);
            count.Should().BePositive("the answer so far is {0}", answer);
            answer.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
    }

    /// <summary>Waits for the end of what the server sends on a connection.</summary>
    private static async Task<bool> IsClosedAsync(TcpClient connection)
    {
        try
        {
            using var wait = new CancellationTokenSource(RunningServer.LongEnough);
            await connection.GetStream().CopyToAsync(Stream.Null, wait.Token);
            return true;
        }
        catch (IOException)
        {
            return true; // reset
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task ReadOnAsync(HttpResponseMessage response)
    {
        Stream stream = await response.Content.ReadAsStreamAsync();
        await stream.ReadExactlyAsync(new byte[10_000]).AsTask().WaitAsync(RunningServer.LongEnough);
    }
}
