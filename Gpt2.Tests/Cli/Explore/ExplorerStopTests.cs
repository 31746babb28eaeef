// "Stop here": the pass runs once more, with a breakpoint at the step that the page shows. Whether a debugger is attached is the test's to say:
// the breakpoint counts how often it was reached, and only an attached debugger stops there.

using System.Net;
using System.Text.Json;

namespace Gpt2.Tests.Cli.Explore;

public sealed class ExplorerStopTests
{
    [Theory]
    [InlineData("h0.step1")]
    [InlineData("h1.step7")]
    [InlineData("h1.step16")]
    public async Task Stop_WithADebugger_ReachesTheStepOnce(string at)
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(isDebugged: () => true);

        using HttpResponseMessage answer = await explorer.PostAsync(await PathAsync(explorer), $$"""{"at":"{{at}}"}""");

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        JsonElement body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        body.GetProperty("at").GetString().Should().Be(at);
        body.GetProperty("hits").GetInt32().Should().Be(1);
    }

    [Fact]
    public async Task Stop_WithoutADebugger_SaysHowToGetOne()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(isDebugged: () => false);

        using HttpResponseMessage answer = await explorer.PostAsync(await PathAsync(explorer), """{"at":"h0.step7"}""");

        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("no debugger is attached").And.Contain("F5").And.Contain("no_debugger");
    }

    [Theory]
    [InlineData("""{"at":"h9.step7"}""")]
    [InlineData("""{"at":"h0.step17"}""")]
    [InlineData("""{"at":"logits"}""")]
    [InlineData("""{}""")]
    [InlineData("""{"at":7}""")]
    [InlineData("""[]""")]
    public async Task Stop_AtNoStep_IsRefused(string body)
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(isDebugged: () => true);

        using HttpResponseMessage answer = await explorer.PostAsync(await PathAsync(explorer), body);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("step");
    }

    [Fact]
    public async Task Stop_FromAnotherSite_IsRefused()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(isDebugged: () => true);

        using HttpResponseMessage answer = await explorer.PostAsync(
            await PathAsync(explorer), """{"at":"h0.step7"}""", origin: "http://elsewhere.example", site: "cross-site");

        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    private static async Task<string> PathAsync(RunningExplorer explorer)
    {
        using HttpResponseMessage made = await explorer.PostAsync("/api/sessions", """{"prompt":"ab a"}""");
        return $"/api/sessions/{JsonDocument.Parse(await made.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()}/stop";
    }
}
