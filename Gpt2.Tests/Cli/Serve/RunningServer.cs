// A completions server on a free port of loopback with a small model, a client for it, and what the library says to the same request.

using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Gpt2.Cli.Http;
using Gpt2.Cli.Serve;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;
using Gpt2.Kernels;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Serve;

/// <summary>Server, client and library.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    public const string ModelName = "small";
    public const string CompletionsPath = "/v1/completions", ChatPath = "/v1/chat/completions";

    /// <summary>More tokens than a test waits for; the greedy text of <see cref="EndlessPrompt"/> does not end before.</summary>
    public const int Endless = 1_000_000_000;

    public const string EndlessPrompt = "on and on";

    public static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(60);

    private static readonly Gpt2Config Config = new(SmallModel.Vocabulary.Count, 48, 12, 3, 2);

    private readonly CompletionServer server;
    private readonly ServerNotes notes;

    private RunningServer(CompletionServer server, ServerNotes notes, HttpClient client)
    {
        this.server = server;
        this.notes = notes;
        Client = client;
    }

    /// <summary>Bytes and three merges, so that characters beyond ASCII are several tokens.</summary>
    public static Tokenizer Tokenizer { get; } = new(SmallModel.Vocabulary);

    public static Gpt2Model Model { get; } = new(TestModels.Random(Config, seed: 11), KernelSet.Create(KernelRung.Vector));

    public static TextGenerator Library { get; } = new(Model, Tokenizer, Tokenizer.Vocabulary.EndOfText);

    public HttpClient Client { get; }

    public string Address => server.Address;

    /// <summary>Errors of the server's own.</summary>
    public IReadOnlyCollection<Exception> Failures => notes.Failures;

    /// <summary>Lines of the log, one for every request that has ended.</summary>
    public IReadOnlyCollection<string> Requests => notes.Requests;

    /// <param name="limits">What it takes; null for the standard limits.</param>
    /// <param name="other">What it serves in place of <see cref="Model"/>.</param>
    /// <param name="template">The template of chats; null for none.</param>
    /// <param name="words">Its tokenizer; null for <see cref="Tokenizer"/>.</param>
    public static async Task<RunningServer> StartAsync(
        ServerLimits? limits = null, Gpt2Model? other = null, PromptTemplate? template = null, Tokenizer? words = null)
    {
        var notes = new ServerNotes();
        var model = new ServedModel(ModelName, other ?? Model, words ?? Tokenizer, "test") { Template = template };
        CompletionServer server = await CompletionServer.StartAsync(model, limits ?? new ServerLimits(), IPAddress.Loopback, 0, notes);
        return new RunningServer(server, notes, new HttpClient { BaseAddress = new Uri(server.Address), Timeout = LongEnough });
    }

    /// <summary>Posts JSON and returns the status and the JSON of the answer.</summary>
    public async Task<(HttpResponseMessage Response, JsonElement Body)> PostAsync(string json, string path = CompletionsPath)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        HttpResponseMessage response = await Client.PostAsync(path, content);
        return (response, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    /// <summary>Posts an object and returns the answer, which must be 200.</summary>
    public async Task<JsonElement> CompleteAsync(object request, string path = CompletionsPath)
    {
        (HttpResponseMessage response, JsonElement body) = await PostAsync(JsonSerializer.Serialize(request), path);
        response.StatusCode.Should().Be(HttpStatusCode.OK, "the answer is {0}", body);
        response.Dispose();
        return body;
    }

    /// <summary>Begins to read a stream that does not end by itself; when this returns it has had its first token.</summary>
    public async Task<HttpResponseMessage> StreamEndlesslyAsync(CancellationToken cancellation = default)
    {
        string json = JsonSerializer.Serialize(new { prompt = EndlessPrompt, max_tokens = Endless, temperature = 0, stream = true });
        var request = new HttpRequestMessage(HttpMethod.Post, CompletionsPath)
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    /// <summary>Waits until as many requests are running and waiting.</summary>
    public async Task LoadBecomesAsync(int running, int waiting)
    {
        for (DateTime end = DateTime.UtcNow + LongEnough; server.Load != (running, waiting); await Task.Delay(5))
        {
            DateTime.UtcNow.Should().BeBefore(end, "{0} should become {1}", server.Load, (running, waiting));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await server.DisposeAsync();
    }

    /// <summary>Stops the server and leaves the client.</summary>
    public ValueTask StopAsync() => server.DisposeAsync();

    /// <summary>The text of events, in order, without "data: ".</summary>
    public static string[] Events(string stream)
    {
        string[] events = stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        events.Should().OnlyContain(text => text.StartsWith("data: ", StringComparison.Ordinal) && !text.Contains('\n'));
        return [.. events.Select(text => text["data: ".Length..])];
    }

    private sealed class ServerNotes : IServerLog
    {
        public ConcurrentQueue<Exception> Failures { get; } = new();

        public ConcurrentQueue<string> Requests { get; } = new();

        public void Request(string line)
        {
            line.Should().NotContain("\n");
            Requests.Enqueue(line);
        }

        public void Failure(Exception exception) => Failures.Enqueue(exception);
    }
}
