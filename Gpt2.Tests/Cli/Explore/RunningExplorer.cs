// An explorer on a free port of loopback with a small model, and a client that asks as its page does.

using System.Collections.Concurrent;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Gpt2.Cli.Explore;
using Gpt2.Cli.Http;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Tracing;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Explore;

/// <summary>Server and client.</summary>
internal sealed class RunningExplorer : IAsyncDisposable
{
    /// <summary>Merges up to a token that is a tag of HTML, then " a" and "ab".</summary>
    public static readonly Vocabulary Vocabulary = OfWords("<script>", " a", "ab");

    public static readonly Gpt2Config Config = new(Vocabulary.Count, 24, 12, 3, 2);

    private readonly ExplorerServer server;
    private readonly Notes notes;

    private RunningExplorer(ExplorerServer server, LanguageModel model, Notes notes)
    {
        this.server = server;
        this.notes = notes;
        Model = model;
        Client = new HttpClient { BaseAddress = new Uri(server.Address), Timeout = CommandProcess.LongEnough };
    }

    public LanguageModel Model { get; }

    public HttpClient Client { get; }

    public string Address => server.Address;

    public int Sessions => server.Sessions;

    /// <summary>Errors of the server's own.</summary>
    public IReadOnlyCollection<Exception> Failures => notes.Failures;

    /// <summary>Lines of the log.</summary>
    public IReadOnlyCollection<string> Requests => notes.Requests;

    public static async Task<RunningExplorer> StartAsync(
        ExplorerLimits? limits = null, TimeProvider? clock = null, string prompt = "ab a", LanguageModel? other = null,
        Func<bool>? isDebugged = null)
    {
        var notes = new Notes();
        LanguageModel model = other ?? Small();
        ExplorerServer server = await ExplorerServer.StartAsync(model, prompt, port: 0, notes, limits, clock, isDebugged);
        return new RunningExplorer(server, model, notes);
    }

    /// <summary>A small random model; its numbers are such that every step matters.</summary>
    public static LanguageModel Small(string name = "small") => LanguageModel.Of(
        TestModels.Random(Config, seed: 5), new Tokenizer(Vocabulary), name,
        new LoadOptions { Kernels = KernelSet.Create(KernelRung.Vector), KeepMatrices = true });

    /// <summary>Posts as the page does.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, string json, string? origin = null, string? site = "same-origin")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Origin", origin ?? Address);
        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        return await Client.SendAsync(request);
    }

    /// <summary>Runs a prompt, which must be accepted, and returns the session.</summary>
    public async Task<JsonElement> RunAsync(string prompt, string? replaces = null)
    {
        using HttpResponseMessage response = await PostAsync("/api/sessions", JsonSerializer.Serialize(new { prompt, replaces }));
        string body = await response.Content.ReadAsStringAsync();
        response.StatusCode.Should().Be(HttpStatusCode.OK, body);
        return JsonDocument.Parse(body).RootElement;
    }

    /// <summary>Asks for JSON about a sheet, which must be there.</summary>
    public async Task<JsonElement> AskAsync(JsonElement session, string path) =>
        JsonDocument.Parse(await Client.GetStringAsync(PathOf(session, path))).RootElement;

    /// <summary>The numbers of a window.</summary>
    public async Task<float[]> WindowAsync(JsonElement session, string sheet, string query = "")
    {
        byte[] bytes = await Client.GetByteArrayAsync(PathOf(session, $"sheets/{sheet}/window{query}"));
        return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }

    public static string PathOf(JsonElement session, string path) => $"/api/sessions/{session.GetProperty("id").GetString()}/{path}";

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await server.DisposeAsync();
        Model.Dispose();
    }

    /// <summary>The name of a sheet of the pass: of h0_step_5_keys it is h0.step5.keys.</summary>
    public static string NameOf(TraceEntry entry) => entry.Block is null
        ? entry.File
        : entry.File.Replace("_step_", ".step", StringComparison.Ordinal).Replace('_', '.');

    /// <summary>A vocabulary in which each word is a token, merged letter by letter.</summary>
    private static Vocabulary OfWords(params string[] words)
    {
        var merges = new List<Merge>();
        foreach (string word in words)
        {
            int left = ByteAlphabet.IdOf((byte)word[0]);
            foreach (char letter in word[1..])
            {
                merges.Add(new Merge(left, ByteAlphabet.IdOf((byte)letter)));
                left = 255 + merges.Count;
            }
        }

        return new Vocabulary(merges);
    }

    private sealed class Notes : IServerLog
    {
        public ConcurrentQueue<Exception> Failures { get; } = new();

        public ConcurrentQueue<string> Requests { get; } = new();

        public void Request(string line) => Requests.Enqueue(line);

        public void Failure(Exception exception) => Failures.Enqueue(exception);
    }
}
