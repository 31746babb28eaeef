// Who may use the explorer, and what its page may do: only its own page, on this machine, and nothing beyond this server.

using System.Net;
using System.Text.Json;
using Gpt2.Cli.Explore;

namespace Gpt2.Tests.Cli.Explore;

public sealed class ExplorerSecurityTests : IAsyncLifetime
{
    private RunningExplorer explorer = null!;

    public async Task InitializeAsync() => explorer = await RunningExplorer.StartAsync();

    public async Task DisposeAsync()
    {
        explorer.Failures.Should().BeEmpty();
        await explorer.DisposeAsync();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/main.js")]
    [InlineData("/api/start")]
    [InlineData("/api/sessions/none/sheets/logits/window")]
    [InlineData("/nothing")]
    public async Task EveryAnswer_HasTheHeadersThatProtectThePage(string path)
    {
        using HttpResponseMessage response = await explorer.Client.GetAsync(path);

        Header(response, "Content-Security-Policy").Should().StartWith("default-src 'none';")
            .And.Contain("script-src 'self';").And.Contain("frame-ancestors 'none'").And.NotContain("unsafe").And.NotContain("http");
        Header(response, "X-Content-Type-Options").Should().Be("nosniff");
        Header(response, "X-Frame-Options").Should().Be("DENY");
        Header(response, "Referrer-Policy").Should().Be("no-referrer");
        Header(response, "Cross-Origin-Opener-Policy").Should().Be("same-origin");
        Header(response, "Cross-Origin-Resource-Policy").Should().Be("same-origin");
        Header(response, "Cache-Control").Should().Be("no-store");
        response.Headers.Contains("Server").Should().BeFalse();
        response.Headers.Contains("Access-Control-Allow-Origin").Should().BeFalse();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/start")]
    public async Task ForeignHost_IsRefused(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = "evil.example";
        using HttpResponseMessage response = await explorer.Client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await MessageOf(response)).Should().Be("the Host is 'evil.example', expected localhost or a loopback address");
    }

    [Theory]
    [InlineData(null, "same-origin", true)]
    [InlineData(null, null, true)]
    [InlineData("http://evil.example", "cross-site", false)]
    [InlineData("http://evil.example", null, false)]
    [InlineData("http://127.0.0.1:1", "same-site", false)]
    [InlineData("http://127.0.0.1:1", null, false)]
    [InlineData("null", null, false)]
    [InlineData(null, "same-site", false)]
    [InlineData(null, "none", false)]
    public async Task Prompt_RunsOnlyForTheOwnPage(string? origin, string? site, bool accepted)
    {
        using HttpResponseMessage response = await explorer.PostAsync("/api/sessions", "{\"prompt\":\"ab\"}", origin, site);

        response.StatusCode.Should().Be(accepted ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
        explorer.Sessions.Should().Be(accepted ? 1 : 0);
    }

    [Fact]
    public async Task Prompt_OfAClientThatDoesNotSayWhereItIs_IsRefused()
    {
        using var content = new StringContent("{\"prompt\":\"ab\"}", System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await explorer.Client.PostAsync("/api/sessions", content);

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        explorer.Sessions.Should().Be(0);
    }

    [Fact]
    public async Task Session_IsClosedOnlyByTheOwnPage()
    {
        JsonElement session = await explorer.RunAsync("ab");
        string close = RunningExplorer.PathOf(session, "close");

        using HttpResponseMessage foreign = await explorer.PostAsync(close, "", "http://evil.example", "cross-site");

        foreign.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        explorer.Sessions.Should().Be(1);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "http://evil.example")]
    public async Task Numbers_AreNotReadByOtherPages(string header, string value)
    {
        JsonElement session = await explorer.RunAsync("ab");
        using var request = new HttpRequestMessage(HttpMethod.Get, RunningExplorer.PathOf(session, "sheets/logits/window"));
        request.Headers.Add(header, value);
        using HttpResponseMessage response = await explorer.Client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("POST", "/", 405)]
    [InlineData("GET", "/api/sessions", 405)]
    [InlineData("DELETE", "/api/start", 405)]
    [InlineData("GET", "/index", 404)]
    [InlineData("GET", "/../Gpt2.Cli.csproj", 404)]
    [InlineData("GET", "/api/other", 404)]
    public async Task AnotherAddressOrMethod_IsRefusedWithOneMessage(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using HttpResponseMessage response = await explorer.Client.SendAsync(request);

        ((int)response.StatusCode).Should().Be(status);
        (await MessageOf(response)).Should().NotBeEmpty().And.NotContain("\n");
    }

    [Fact]
    public async Task PlainForm_OfAnotherPage_IsNoPrompt()
    {
        using var content = new StringContent("{\"prompt\":\"ab\"}", System.Text.Encoding.UTF8, "text/plain");
        content.Headers.Add("Sec-Fetch-Site", "same-origin");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/sessions") { Content = content };
        request.Headers.Add("Origin", explorer.Address);
        using HttpResponseMessage response = await explorer.Client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public void Policy_NamesNoOtherOrigin() => ExplorerAnswer.ContentSecurityPolicy.Split(';')
        .Select(directive => directive.Trim().Split(' ')[1]).Should().OnlyContain(source => source == "'self'" || source == "'none'");

    private static string Header(HttpResponseMessage response, string name) => string.Join(",", response.Headers.GetValues(name));

    private static async Task<string> MessageOf(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("message").GetString()!;
}
