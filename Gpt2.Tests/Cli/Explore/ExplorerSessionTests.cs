// Sessions: what they say about a prompt, that tabs do not disturb each other, and that none stays for ever.

using System.Net;
using System.Text.Json;
using Gpt2.Cli.Explore;
using Gpt2.Core.Model;
using Gpt2.Core.Tracing;
using Gpt2.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gpt2.Tests.Cli.Explore;

public sealed class ExplorerSessionTests
{
    [Fact]
    public async Task Session_HoldsEveryMatrixOfThePassInOrder_ThenEveryWeight()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        JsonElement session = await explorer.RunAsync("ab a");
        ForwardTrace trace = explorer.Model.Trace("ab a", HeadRows.All);

        (string, int, int)[] sheets = [.. session.GetProperty("sheets").EnumerateArray().Select(sheet => (
            sheet.GetProperty("name").GetString()!, sheet.GetProperty("rows").GetInt32(), sheet.GetProperty("columns").GetInt32()))];

        sheets[..trace.Entries.Count].Should().Equal(
            trace.Entries.Select(entry => (RunningExplorer.NameOf(entry), entry.Matrix.Rows, entry.Matrix.Columns)));
        sheets[trace.Entries.Count..].Should().Equal(explorer.Model.Model.Weights.Matrices()
            .Select(weight => ($"model_{weight.Name.Replace('/', '_')}", weight.Rows, weight.Columns)));
        session.GetProperty("sheets").EnumerateArray().Select(sheet => sheet.GetProperty("sentence").GetString())
            .Should().OnlyContain(sentence => sentence!.EndsWith('.'));
    }

    [Fact]
    public async Task Tokens_AreThoseOfTheTokenizer_AndOneThatLooksLikeATagIsText()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        JsonElement session = await explorer.RunAsync("<i> a\u00E9");

        JsonElement[] tokens = [.. session.GetProperty("tokens").EnumerateArray()];

        tokens.Select(token => token.GetProperty("id").GetInt32()).Should().Equal(explorer.Model.Tokenizer.Encode("<i> a\u00E9"));
        tokens.Select(token => token.GetProperty("label").GetString()).Should().Equal("<", "i", ">", "␣a", "\\xC3", "\\xA9");
        tokens.Select(token => token.GetProperty("bytes").GetString()).Should().Equal("3C", "69", "3E", "2061", "C3", "A9");
    }

    [Fact]
    public async Task Prediction_IsThatOfTheModel()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        JsonElement session = await explorer.RunAsync("ab a");

        session.GetProperty("prediction").EnumerateArray()
            .Select(token => (token.GetProperty("id").GetInt32(), token.GetProperty("probability").GetSingle()))
            .Should().Equal(explorer.Model.Predict("ab a").Select(token => (token.Id, token.Probability)));
    }

    [Fact]
    public async Task Merges_AreThoseOfTheTokensWord()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        JsonElement session = await explorer.RunAsync("ab a");

        JsonElement word = await explorer.AskAsync(session, "tokens/1");

        word.GetProperty("word").GetString().Should().Be("␣a");
        word.GetProperty("first").GetInt32().Should().Be(1);
        word.GetProperty("merges").EnumerateArray().Select(merge => merge.GetProperty("rank").GetInt32()).Should().Equal(7);
        using HttpResponseMessage beyond = await explorer.Client.GetAsync(RunningExplorer.PathOf(session, "tokens/2"));
        beyond.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("{\"prompt\":\"\"}", "the prompt is empty, expected at least one token")]
    [InlineData("{\"prompt\":\"0123456789012345678901234\"}", "the prompt has 25 tokens, expected at most n_ctx = 24; shorten it")]
    [InlineData("{}", "'prompt' is missing, expected a text")]
    [InlineData("{\"prompt\":7}", "the body is not an object with the texts 'prompt' and 'replaces'")]
    [InlineData("{\"prompt\":\"\\ud800\"}", "the body is not an object with the texts 'prompt' and 'replaces'")]
    [InlineData("[]", "the body is not an object with the texts 'prompt' and 'replaces'")]
    public async Task WrongPrompt_IsOneMessage_AndTheSessionItWouldReplaceStays(string json, string message)
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        JsonElement session = await explorer.RunAsync("ab");
        string body = json == "{}" || json[0] == '[' ? json : json[..^1] + $",\"replaces\":\"{session.GetProperty("id").GetString()}\"}}";

        using HttpResponseMessage response = await explorer.PostAsync("/api/sessions", body);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("message").GetString()
            .Should().Be(message);
        (await explorer.WindowAsync(session, "logits")).Should().NotBeEmpty();
    }

    [Fact]
    public async Task TwoTabs_EachReadTheirOwnPrompt()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        JsonElement[] sessions = await Task.WhenAll(explorer.RunAsync("ab a"), explorer.RunAsync(" a ab ab"));

        string[] prompts = ["ab a", " a ab ab"];
        for (int i = 0; i < prompts.Length; i++)
        {
            (await explorer.WindowAsync(sessions[i], "h1.step16"))
                .Should().Equal(explorer.Model.Trace(prompts[i]).Activations.Block(1).Residual2.Span.ToArray());
        }
    }

    [Fact]
    public async Task Rerun_ReplacesTheTabsOwnSession_AndAClosedTabsIsFreed()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        JsonElement first = await explorer.RunAsync("ab");
        JsonElement second = await explorer.RunAsync("ab a", first.GetProperty("id").GetString());
        explorer.Sessions.Should().Be(1);
        (await CodeOf(explorer, first)).Should().Be("session_gone");

        using HttpResponseMessage closed = await explorer.PostAsync(RunningExplorer.PathOf(second, "close"), "");

        closed.StatusCode.Should().Be(HttpStatusCode.NoContent);
        explorer.Sessions.Should().Be(0);
        (await CodeOf(explorer, second)).Should().Be("session_gone");
    }

    [Fact]
    public async Task TabClosedWhileItsPromptRuns_LeavesNothing()
    {
        using var model = RunningExplorer.Small();
        using var closed = new CancellationTokenSource();
        using var store = new SessionStore(new ExplorerLimits(), new ClosingClock(closed));
        using var maker = new SessionMaker(model, store, new ExplorerLimits());

        await FluentActions.Awaiting(() => maker.MakeAsync("ab a", [], null, null, closed.Token)).Should().ThrowAsync<OperationCanceledException>();

        closed.IsCancellationRequested.Should().BeTrue();
        store.Count.Should().Be(0);
    }

    [Fact]
    public async Task MoreTabsThanSessions_TheOneUsedLongestAgoGoes()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(new ExplorerLimits { Sessions = 2 });
        JsonElement first = await explorer.RunAsync("ab"), second = await explorer.RunAsync("ab a");
        await explorer.WindowAsync(first, "logits");
        JsonElement third = await explorer.RunAsync("a");

        explorer.Sessions.Should().Be(2);
        (await CodeOf(explorer, first)).Should().BeNull();
        (await CodeOf(explorer, second)).Should().Be("session_gone");
        (await CodeOf(explorer, third)).Should().BeNull();
    }

    [Fact]
    public async Task Rerun_WhereNoMoreAreKept_TakesTheTabsOwnPlace()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(new ExplorerLimits { Sessions = 2 });
        JsonElement other = await explorer.RunAsync("ab"), own = await explorer.RunAsync("ab a");

        JsonElement next = await explorer.RunAsync("a", own.GetProperty("id").GetString());

        (await CodeOf(explorer, other)).Should().BeNull("it was used longest ago, but is another tab's");
        (await CodeOf(explorer, own)).Should().Be("session_gone");
        (await CodeOf(explorer, next)).Should().BeNull();
    }

    [Fact]
    public async Task MemoryOfAllTabs_IsLimited_AndSoIsThatOfAPrompt()
    {
        long two = PassMemory.Of(RunningExplorer.Config, 2, HeadRows.All, edited: false);
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(new ExplorerLimits { MemoryBytes = 2 * two });
        JsonElement first = await explorer.RunAsync("ab a");
        await explorer.RunAsync("ab a");
        explorer.Sessions.Should().Be(2);
        await explorer.RunAsync("ab a");
        explorer.Sessions.Should().Be(2);
        (await CodeOf(explorer, first)).Should().Be("session_gone");

        using HttpResponseMessage tooLarge = await explorer.PostAsync("/api/sessions", "{\"prompt\":\"01234567890\"}");
        tooLarge.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await tooLarge.Content.ReadAsStringAsync()).Should().Contain("all numbers of 11 tokens take").And.Contain("shorten the prompt");
        explorer.Sessions.Should().Be(2);
    }

    [Fact]
    public async Task SessionThatNobodyLooksAt_GoesAfterItsTime()
    {
        var clock = new FakeTimeProvider();
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(new ExplorerLimits { IdleTime = TimeSpan.FromMinutes(10) }, clock);
        JsonElement first = await explorer.RunAsync("ab"), second = await explorer.RunAsync("ab a");
        clock.Advance(TimeSpan.FromMinutes(8));
        await explorer.WindowAsync(first, "logits");
        clock.Advance(TimeSpan.FromMinutes(8));

        explorer.Sessions.Should().Be(1);
        (await CodeOf(explorer, first)).Should().BeNull();
        (await CodeOf(explorer, second)).Should().Be("session_gone");
        clock.Advance(TimeSpan.FromMinutes(12));
        explorer.Sessions.Should().Be(0);
    }

    [Theory]
    [InlineData(HeadRows.Last)]
    [InlineData(HeadRows.All)]
    public void PassMemory_IsThatOfTheMatrices(HeadRows headRows)
    {
        using var model = RunningExplorer.Small();
        int[] ids = TestModels.Ids(RunningExplorer.Config, 7, seed: 1);

        long numbers = ForwardTrace.Run(model.Model, ids, headRows).Entries.Sum(entry => (long)entry.Matrix.Span.Length);

        PassMemory.Of(RunningExplorer.Config, 7, headRows, edited: false).Should().Be(4 * numbers);
    }

    [Fact]
    public async Task LongPrompt_HasOnlyTheLastRowOfTheHead_IfAllWouldTakeTooMuch()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(
            new ExplorerLimits { HeadBytes = 2 * 2 * sizeof(float) * RunningExplorer.Vocabulary.Count });
        JsonElement two = await explorer.RunAsync("ab a"), three = await explorer.RunAsync("ab a a");

        two.GetProperty("headRows").GetString().Should().Be("all");
        three.GetProperty("headRows").GetString().Should().Be("last");
        (await explorer.WindowAsync(three, "logits")).Should().Equal(explorer.Model.Trace("ab a a").Activations.Logits.Span.ToArray());
        JsonElement logits = three.GetProperty("sheets").EnumerateArray().Single(sheet => sheet.GetProperty("name").GetString() == "logits");
        logits.GetProperty("firstToken").GetInt32().Should().Be(2);
    }

    private static async Task<string?> CodeOf(RunningExplorer explorer, JsonElement session)
    {
        using HttpResponseMessage response = await explorer.Client.GetAsync(RunningExplorer.PathOf(session, "sheets/logits/window"));
        return response.IsSuccessStatusCode ? null
            : JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("code").GetString();
    }

    /// <summary>A clock that is read when a session is added, and closes the tab then.</summary>
    private sealed class ClosingClock(CancellationTokenSource closed) : TimeProvider
    {
        public override long GetTimestamp()
        {
            closed.Cancel();
            return base.GetTimestamp();
        }
    }
}
