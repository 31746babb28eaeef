// What the view of depths is told: the readings of the logit lens, and the parts of a logit, exactly as the library computes them.

using System.Net;
using System.Text.Json;
using Gpt2.Cli.Explore;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Tracing;

namespace Gpt2.Tests.Cli.Explore;

public sealed class ExplorerDepthTests : IAsyncLifetime
{
    private const string Prompt = "ab a a a";

    private RunningExplorer explorer = null!;
    private JsonElement session;
    private ForwardTrace trace = null!;

    public async Task InitializeAsync()
    {
        explorer = await RunningExplorer.StartAsync(new ExplorerLimits { LensTokens = 3 });
        session = await explorer.RunAsync(Prompt);
        trace = explorer.Model.Trace(Prompt, HeadRows.All);
    }

    public async Task DisposeAsync()
    {
        explorer.Failures.Should().BeEmpty();
        await explorer.DisposeAsync();
    }

    [Fact]
    public async Task Readings_AreThoseOfTheLogitLens()
    {
        var lens = new LogitLens(explorer.Model.Model, trace);
        for (int depth = 0; depth < lens.Depths.Count; depth++)
        {
            JsonElement body = await explorer.AskAsync(session, $"depth/readings?depth={depth}&from=1&to=4");

            (Number(body, "depth"), Number(body, "from")).Should().Be((depth, 1));
            JsonElement[] readings = [.. body.GetProperty("readings").EnumerateArray()];
            readings.Should().HaveCount(3);
            foreach ((JsonElement found, LensReading expected) in readings.Zip(lens.Read(lens.Depths[depth], 1, 3, top: 5)))
            {
                found.GetProperty("top").EnumerateArray().Select(Likely).Should()
                    .Equal(expected.Top.Select(token => (token.Id, TokenLabel.Of(RunningExplorer.Vocabulary, token.Id), token.Probability)));
                Likely(found.GetProperty("answer")).Should().Be(
                    (expected.Answer, TokenLabel.Of(RunningExplorer.Vocabulary, expected.Answer), expected.AnswerProbability));
                Number(found, "rank").Should().Be(expected.AnswerRank + 1);
            }
        }
    }

    [Fact]
    public async Task Readings_OfAPassThatKeptOnlyTheLastLogits_AreTheSame()
    {
        await using RunningExplorer sparing = await RunningExplorer.StartAsync(new ExplorerLimits { HeadBytes = 1 });
        JsonElement other = await sparing.RunAsync(Prompt);
        other.GetProperty("headRows").GetString().Should().Be("last");
        foreach (string path in (string[])["depth/readings?depth=0&from=0&to=3", "depth/readings?depth=3&from=2&to=4", "depth/logit?row=1"])
        {
            (await sparing.AskAsync(other, path)).GetRawText().Should().Be((await explorer.AskAsync(session, path)).GetRawText(), path);
        }
    }

    [Theory]
    [InlineData("readings?depth=5", "'depth' is '5', expected a whole number from 0 to 4")]
    [InlineData("readings?from=4", "'from' is '4', expected a whole number from 0 to 3")]
    [InlineData("readings?from=0&to=4", "4 tokens are asked for, expected at most 3")]
    [InlineData("logit?row=4", "'row' is '4', expected a whole number from 0 to 3")]
    [InlineData("logit?token=266", "'token' is '266', expected a whole number from 0 to 265")]
    public async Task WhatIsNotThere_IsRefused(string path, string message)
    {
        using HttpResponseMessage response = await explorer.Client.GetAsync(RunningExplorer.PathOf(session, "depth/" + path));

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("message").GetString()
            .Should().Be(message);
    }

    [Theory]
    [InlineData(0, 97)]
    [InlineData(2, 0)]
    [InlineData(3, 264)]
    public async Task Logit_IsTheSumOfItsParts(int row, int token)
    {
        JsonElement body = await explorer.AskAsync(session, $"depth/logit?row={row}&token={token}");

        var expected = LogitAttribution.Of(explorer.Model.Model, trace, row, token);
        body.GetProperty("parts").EnumerateArray().Select(Part).Should()
            .Equal(expected.Parts.Select(part => (part.Part.ToString(), part.Block, part.Head, part.Value)));
        float[] logits = trace.Activations.Logits.Row(row).ToArray();
        body.GetProperty("logit").GetSingle().Should().Be(logits[token]);
        body.GetProperty("sum").GetDouble().Should().Be(expected.Sum).And.BeApproximately(logits[token], 1e-4);
        body.GetProperty("scale").GetDouble().Should().Be(expected.Parts.Max(part => Math.Abs(part.Value)));
        body.GetProperty("probability").GetSingle().Should().Be(trace.Activations.Probabilities[row, token]);
        Number(body, "rank").Should().Be(1 + logits.Where((logit, id) => logit > logits[token] || (logit == logits[token] && id < token)).Count());
        body.GetProperty("label").GetString().Should().Be(TokenLabel.Of(RunningExplorer.Vocabulary, token));
    }

    [Fact]
    public async Task Logit_WithoutAToken_IsTheAnswers()
    {
        JsonElement body = await explorer.AskAsync(session, "depth/logit");

        Number(body, "row").Should().Be(3);
        Number(body, "token").Should().Be(explorer.Model.Predict(Prompt)[0].Id);
        Number(body, "rank").Should().Be(1);
        body.GetProperty("isAnswer").GetBoolean().Should().BeTrue();
    }

    private static int Number(JsonElement body, string name) => body.GetProperty(name).GetInt32();

    private static (int, string, float) Likely(JsonElement token) =>
        (Number(token, "id"), token.GetProperty("label").GetString()!, token.GetProperty("probability").GetSingle());

    private static (string, int?, int?, double) Part(JsonElement part) => (
        part.GetProperty("part").GetString()!, Optional(part.GetProperty("block")), Optional(part.GetProperty("head")),
        part.GetProperty("value").GetDouble());

    private static int? Optional(JsonElement number) => number.ValueKind == JsonValueKind.Null ? null : number.GetInt32();
}
