// Edits of a pass through the explorer: the numbers are those of EditedPass, before and after and their difference, and what is refused.

using System.Net;
using System.Text.Json;
using Gpt2.Cli.Explore;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Tracing;

namespace Gpt2.Tests.Cli.Explore;

public class ExplorerEditTests
{
    private const string Edits = """
        [{"edit":"silence_head","block":1,"head":2},{"edit":"set_cell","matrix":"model_wpe","row":1,"column":3,"value":2}]
        """;

    [Fact]
    public async Task Edits_GiveTheNumbersOfAnEditedPass_BeforeAndAfter()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        ForwardTrace before = explorer.Model.Trace("ab a", HeadRows.All);
        EditedPass after = EditedPass.Run(explorer.Model.Model, before, [new SilenceHead(1, 2), new SetCell("model_wpe", 1, 3, 2)]);

        JsonElement session = await RunAsync(explorer, "ab a", Edits);

        session.GetProperty("edits").EnumerateArray().Select(edit => edit.GetProperty("text").GetString())
            .Should().Equal("head 2 of h1 silenced", "model_wpe[1,3] = 2");
        foreach ((TraceEntry was, TraceEntry now) in before.Entries.Zip(after.Trace.Entries))
        {
            string sheet = RunningExplorer.NameOf(now);
            float[] numbers = now.Matrix.Span.ToArray(), old = was.Matrix.Span.ToArray();
            (await explorer.WindowAsync(session, sheet)).Should().Equal(numbers, sheet);
            (await explorer.WindowAsync(session, sheet, "?of=before")).Should().Equal(old, sheet);
            float[] moved = [.. numbers.Zip(old, (x, y) => x - y)];
            (await explorer.WindowAsync(session, sheet, "?of=difference")).Should().Equal(moved, sheet);
            MovedOf(session, sheet).Should().Be(moved.Max(Math.Abs), sheet);
        }

        (await explorer.WindowAsync(session, "model_wpe", "?r0=1&r1=2&c0=3&c1=4")).Should().Equal(2);
        (await explorer.WindowAsync(session, "model_wpe", "?r0=1&r1=2&c0=3&c1=4&of=before"))
            .Should().Equal(explorer.Model.Model.Weights.PositionEmbedding[1, 3]);
        MovedOf(session, "model_wte").Should().Be(0);
        session.GetProperty("before")[0].GetProperty("id").GetInt32().Should().Be(explorer.Model.Predict("ab a")[0].Id);
        JsonElement statistics = await explorer.AskAsync(session, "sheets/h1.step8/statistics?c0=8&of=after");
        statistics.GetProperty("max").GetSingle().Should().Be(0, "the head is silenced");
    }

    [Fact]
    public async Task Why_OfAnEditedMatrix_SaysSo_AndFollowsTheEditElsewhere()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        JsonElement session = await RunAsync(explorer, "ab a", """[{"edit":"set_cell","matrix":"h0.step16","row":1,"column":3,"value":-2}]""");

        JsonElement edited = await explorer.AskAsync(session, "why/h0.step16?row=1&column=3");
        JsonElement after = await explorer.AskAsync(session, "why/h1.step1?row=1&column=3");

        edited.GetProperty("isEdited").GetBoolean().Should().BeTrue();
        edited.GetProperty("cell").GetProperty("value").GetSingle().Should().Be(-2);
        edited.GetProperty("recomputed").GetDouble().Should()
            .BeApproximately(explorer.Model.Trace("ab a").Activations.Block(0).Residual2[1, 3], 1e-5);
        after.GetProperty("isEdited").GetBoolean().Should().BeFalse();
        after.GetProperty("recomputed").GetDouble().Should().Be(-2);
    }

    [Fact]
    public async Task Rerun_OfTheSamePrompt_BeginsFromItsPass()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        JsonElement first = await RunAsync(explorer, "ab a", "[]");
        JsonElement second = await RunAsync(explorer, "ab a", Edits, first);
        JsonElement third = await RunAsync(explorer, "ab a", "[]", second);

        explorer.Sessions.Should().Be(1);
        (await explorer.WindowAsync(third, "logits")).Should().Equal(explorer.Model.Trace("ab a", HeadRows.All).Activations.Logits.Span.ToArray());
        third.GetProperty("before").GetArrayLength().Should().Be(0);
    }

    [Theory]
    [InlineData("""[{"edit":"silence_head","block":9,"head":0}]""", "h9.step8: no matrix that can be changed")]
    [InlineData("""[{"edit":"silence_head","block":0,"head":9}]""", "h0.step8: there is no head 9, expected 0 to 2")]
    [InlineData("""[{"edit":"silence_cat"}]""", "edits line 1: $[0] is not as it should be")]
    [InlineData("""[{}]""", "edits: an edit does not say")]
    [InlineData("""[null]""", "edits: an edit is null")]
    [InlineData("""[{"edit":"fill_row","matrix":null,"row":0,"value":0}]""", "edits")]
    [InlineData("7", "edits line 1: not of the right form, expected [")]
    public async Task ImpossibleEdits_AreOneMessage_AndTheSessionStays(string edits, string message)
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        JsonElement first = await RunAsync(explorer, "ab a", "[]");

        using HttpResponseMessage response = await PostAsync(explorer, "ab a", edits, first);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        JsonElement body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        body.GetProperty("error").GetProperty("message").GetString().Should().StartWith(message);
        (await explorer.WindowAsync(first, "logits")).Should().NotBeEmpty();
        explorer.Failures.Should().BeEmpty();
    }

    [Fact]
    public async Task MemoryOfAnEditedPass_CountsBothPassesAndTheCopies()
    {
        long one = PassMemory.Of(RunningExplorer.Config, 2, HeadRows.All, edited: false);
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(new ExplorerLimits { MemoryBytes = 2 * one });
        (await RunAsync(explorer, "ab a", """[{"edit":"silence_head","block":1,"head":2}]""")).GetProperty("id").GetString().Should().NotBeEmpty();
        await explorer.RunAsync("ab a");
        explorer.Sessions.Should().Be(1, "there is no room for the edited one besides");

        await using RunningExplorer smaller = await RunningExplorer.StartAsync(new ExplorerLimits { MemoryBytes = (2 * one) - 1 });
        using HttpResponseMessage refused = await PostAsync(smaller, "ab a", """[{"edit":"silence_head","block":1,"head":2}]""");
        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    private static float MovedOf(JsonElement session, string sheet) => session.GetProperty("sheets").EnumerateArray()
        .Single(one => one.GetProperty("name").GetString() == sheet).GetProperty("moved").GetSingle();

    private static async Task<JsonElement> RunAsync(RunningExplorer explorer, string prompt, string edits, JsonElement? replaces = null)
    {
        using HttpResponseMessage response = await PostAsync(explorer, prompt, edits, replaces);
        string body = await response.Content.ReadAsStringAsync();
        response.StatusCode.Should().Be(HttpStatusCode.OK, body);
        return JsonDocument.Parse(body).RootElement;
    }

    private static Task<HttpResponseMessage> PostAsync(RunningExplorer explorer, string prompt, string edits, JsonElement? replaces = null) =>
        explorer.PostAsync("/api/sessions", $$"""
            {"prompt":{{JsonSerializer.Serialize(prompt)}},"edits":{{edits}},"replaces":{{replaces?.GetProperty("id").GetRawText() ?? "null"}}}
            """);
}
