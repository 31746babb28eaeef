// Where a neuron is strongest in a text that is sent: as the search of the library finds it; what is refused; and that it can be stopped.

using System.Net;
using System.Text;
using System.Text.Json;
using Gpt2.Cli.Explore;
using Gpt2.Core;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Explore;

public sealed class ExplorerNeuronTests : IAsyncLifetime
{
    private const string Text = "ab a xyz ab <script> a ab\nab q a a \u00E9 ab end of the text";

    private RunningExplorer explorer = null!;
    private JsonElement session;

    public async Task InitializeAsync()
    {
        explorer = await RunningExplorer.StartAsync(new ExplorerLimits { SearchTokens = 3000 });
        session = await explorer.RunAsync("ab a");
    }

    public async Task DisposeAsync()
    {
        explorer.Failures.Should().BeEmpty();
        await explorer.DisposeAsync();
    }

    [Fact]
    public async Task Search_IsThatOfTheLibrary_WithWhatIsAround()
    {
        int[] ids = explorer.Model.Tokenizer.Encode(Text);
        ids.Length.Should().BeGreaterThan(RunningExplorer.Config.Context, "it is read in several windows");
        IReadOnlyList<NeuronFiring> expected = NeuronSearch.Strongest(explorer.Model.Model, ids, 1, 17, 20, RunningExplorer.Config.Context);

        JsonElement body = await SearchAsync(JsonSerializer.Serialize(new { text = Text, block = 1, neuron = 17 }), HttpStatusCode.OK);

        body.GetProperty("tokens").GetInt32().Should().Be(ids.Length);
        body.GetProperty("window").GetInt32().Should().Be(RunningExplorer.Config.Context);
        JsonElement[] firings = [.. body.GetProperty("firings").EnumerateArray()];
        firings.Select(firing => new NeuronFiring(firing.GetProperty("position").GetInt32(), firing.GetProperty("value").GetSingle()))
            .Should().Equal(expected);
        string whole = Label(explorer.Model.Tokenizer.Decode(ids));
        foreach (JsonElement firing in firings.Where(firing => !firing.GetRawText().Contains("xC3", StringComparison.Ordinal)
            && !firing.GetRawText().Contains("xA9", StringComparison.Ordinal)))
        {
            int at = firing.GetProperty("position").GetInt32();
            firing.GetProperty("token").GetString().Should().Be(TokenLabel.Of(RunningExplorer.Vocabulary, ids[at]));
            string around = firing.GetProperty("before").GetString()
                + firing.GetProperty("token").GetString() + firing.GetProperty("after").GetString();
            whole.Should().Contain(around);
            around.Should().Be(Label(explorer.Model.Tokenizer.Decode(ids.AsSpan()[Math.Max(0, at - 8)..Math.Min(ids.Length, at + 9)])));
        }
    }

    [Theory]
    [InlineData("{\"text\":\"a\",\"block\":2,\"neuron\":0}", "'block' is '2', expected a whole number from 0 to 1")]
    [InlineData("{\"text\":\"a\",\"block\":0,\"neuron\":48}", "'neuron' is '48', expected a whole number from 0 to 47")]
    [InlineData("{\"text\":\"a\",\"block\":0}", "'neuron' is missing, expected a whole number from 0 to 47")]
    [InlineData("{\"block\":0,\"neuron\":0}", "'text' is missing, expected a text")]
    [InlineData("{\"text\":\"\",\"block\":0,\"neuron\":0}", "'text' is empty, expected a text")]
    [InlineData("{\"text\":1}", "the body is not an object with the text 'text' and the whole numbers 'block' and 'neuron'")]
    public async Task WhatIsNotThere_IsRefused(string json, string message) =>
        (await SearchAsync(json, HttpStatusCode.BadRequest)).GetProperty("error").GetProperty("message").GetString().Should().Be(message);

    [Fact]
    public async Task TextThatIsTooLong_IsRefused() => (await SearchAsync(
            JsonSerializer.Serialize(new { text = new string('x', 3001), block = 0, neuron = 0 }), HttpStatusCode.BadRequest))
        .GetProperty("error").GetProperty("message").GetString()
        .Should().Be("the text has 3001 tokens, expected at most 3000: shorten it");

    [Fact]
    public async Task PageOfAnotherOrigin_MayNotSearch()
    {
        using HttpResponseMessage response = await explorer.PostAsync(
            RunningExplorer.PathOf(session, "neurons"), "{\"text\":\"a\",\"block\":0,\"neuron\":0}", "http://evil.example", "cross-site");

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Search_WhoseClientLeaves_Ends()
    {
        // The text has 60000 tokens, and a window of 128 takes this model a tenth of a second: the whole search would take minutes.
        var config = new Gpt2Config(RunningExplorer.Vocabulary.Count, 128, 128, 4, 4);
        LanguageModel slow = LanguageModel.Of(
            TestModels.Random(config, seed: 1), new Tokenizer(RunningExplorer.Vocabulary), "slow",
            new LoadOptions { Kernels = KernelSet.Create(KernelRung.Scalar), KeepMatrices = true });
        await using RunningExplorer patient = await RunningExplorer.StartAsync(new ExplorerLimits { SearchTokens = 100_000 }, other: slow);
        JsonElement other = await patient.RunAsync("ab");
        using var leave = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, RunningExplorer.PathOf(other, "neurons"))
        {
            Content = new StringContent(
                JsonSerializer.Serialize(new { text = new string('x', 60_000), block = 0, neuron = 0 }), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Origin", patient.Address);
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        Task<HttpResponseMessage> search = patient.Client.SendAsync(request, leave.Token);
        await Task.WhenAny(search, Task.Delay(TimeSpan.FromSeconds(1)));
        search.IsCompleted.Should().BeFalse();

        await leave.CancelAsync();

        await FluentActions.Awaiting(() => search).Should().ThrowAsync<OperationCanceledException>();
        JsonElement next = await patient.RunAsync("ab a").WaitAsync(TimeSpan.FromSeconds(30));
        next.GetProperty("prompt").GetString().Should().Be("ab a", "the next prompt gets its turn");
        patient.Failures.Should().BeEmpty();
    }

    private static string Label(string text) => TokenLabel.Of(Encoding.UTF8.GetBytes(text));

    private async Task<JsonElement> SearchAsync(string json, HttpStatusCode status)
    {
        using HttpResponseMessage response = await explorer.PostAsync(RunningExplorer.PathOf(session, "neurons"), json);
        string body = await response.Content.ReadAsStringAsync();
        response.StatusCode.Should().Be(status, body);
        return JsonDocument.Parse(body).RootElement;
    }
}
