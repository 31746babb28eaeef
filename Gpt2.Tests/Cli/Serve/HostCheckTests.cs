// Under which names the server answers: a page that has its own name point at this machine must not get through to it.

using System.Net;
using System.Text.Json;
using Gpt2.Cli.Http;
using Microsoft.AspNetCore.Http;

namespace Gpt2.Tests.Cli.Serve;

public sealed class HostCheckTests
{
    [Theory]
    [InlineData("127.0.0.1", "", "localhost:8080", true)]
    [InlineData("127.0.0.1", "", "LocalHost", true)]
    [InlineData("127.0.0.1", "", "127.0.0.1:9", true)]
    [InlineData("127.0.0.1", "", "127.8.9.1", true)]
    [InlineData("::1", "", "[::1]:8080", true)]
    [InlineData("127.0.0.1", "", "", true)]
    [InlineData("127.0.0.1", "", "evil.example:8080", false)]
    [InlineData("127.0.0.1", "", "localhost.evil.example", false)]
    [InlineData("127.0.0.1", "", "127.0.0.1.evil.example", false)]
    [InlineData("127.0.0.1", "", "192.168.0.7:8080", false)]
    [InlineData("127.0.0.1", "", "0.0.0.0", false)]
    [InlineData("::1", "", "[fe80::1]:8080", false)]
    [InlineData("127.0.0.1", "gpt2.example", "GPT2.example:443", true)]
    [InlineData("127.0.0.1", "gpt2.example", "localhost", true)]
    [InlineData("127.0.0.1", "gpt2.example", "other.example", false)]
    [InlineData("127.0.0.1", "fe80::1", "[fe80::1]:8080", true)]
    [InlineData("0.0.0.0", "", "anything.example", true)]
    [InlineData("0.0.0.0", "gpt2.example", "anything.example", false)]
    public void Require_HostOfARequest_IsTakenOrNot(string listening, string allowed, string host, bool taken)
    {
        var check = new HostCheck(IPAddress.Parse(listening), allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Action require = () => check.Require(new HostString(host));

        if (taken)
        {
            require.Should().NotThrow();
        }
        else
        {
            require.Should().Throw<ApiException>().Where(refusal => refusal.Status == 403 && refusal.Code == "host_not_allowed");
        }
    }

    [Theory]
    [InlineData("GET", "/health")]
    [InlineData("GET", "/v1/models")]
    [InlineData("POST", RunningServer.CompletionsPath)]
    public async Task Server_ForeignHost_IsRefusedEverywhere(string method, string path)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Host = "evil.example";
        using HttpResponseMessage response = await server.Client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        JsonElement error = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
        error.GetProperty("message").GetString().Should()
            .Be("the Host is 'evil.example', expected localhost, a loopback address, or a name given with --allow-host");
    }
}
