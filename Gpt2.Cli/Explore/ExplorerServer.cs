// The explorer as a server: the page, and what it asks for, on loopback.

using System.Net;
using Gpt2.Cli.Http;
using Gpt2.Core;

namespace Gpt2.Cli.Explore;

/// <summary>An explorer that runs until it is disposed.</summary>
internal sealed class ExplorerServer : IAsyncDisposable
{
    private readonly KestrelHost host;
    private readonly SessionStore store;
    private readonly SessionMaker maker;

    private ExplorerServer(KestrelHost host, SessionStore store, SessionMaker maker)
    {
        this.host = host;
        this.store = store;
        this.maker = maker;
    }

    /// <summary>The address of the page: http://127.0.0.1:PORT.</summary>
    public string Address => host.Address;

    /// <summary>How many sessions are kept.</summary>
    public int Sessions => store.Count;

    /// <summary>Starts an explorer, which answers requests when this returns.</summary>
    /// <param name="model">A model with text, whose weights are matrices.</param>
    /// <param name="prompt">The prompt that the page begins with.</param>
    /// <param name="port">The port; 0 for any free one.</param>
    /// <param name="log">Receives what the server reports.</param>
    /// <param name="limits">What it keeps and accepts; null for the standard limits.</param>
    /// <param name="clock">Decides when a session has been idle too long; null for the system's.</param>
    /// <param name="isDebugged">Whether a debugger is attached; null to ask the runtime.</param>
    /// <exception cref="Gpt2Exception">It cannot listen there, or the model has no text.</exception>
    public static async Task<ExplorerServer> StartAsync(
        LanguageModel model, string prompt, int port, IServerLog log, ExplorerLimits? limits = null, TimeProvider? clock = null,
        Func<bool>? isDebugged = null)
    {
        limits ??= new ExplorerLimits();
        var store = new SessionStore(limits, clock ?? TimeProvider.System);
        var maker = new SessionMaker(model, store, limits);
        try
        {
            var sessions = new SessionEndpoints(model, maker, limits);
            var routes = new Dictionary<string, SessionRoute>
            {
                ["tokens"] = sessions.MergesAsync,
                ["sheets"] = new SheetEndpoints(model.Tokenizer.Vocabulary, limits).AnswerAsync,
                ["depth"] = new DepthEndpoints(model, maker, limits).AnswerAsync,
                ["next"] = new NextEndpoints(model, limits).AnswerAsync,
                ["compare"] = new CompareEndpoints(store, maker, limits).AnswerAsync,
                ["why"] = new WhyEndpoints(model.Tokenizer.Vocabulary, limits).AnswerAsync,
            };
            var neurons = new NeuronEndpoints(model, maker, limits);
            var stops = new StopEndpoints(model, maker, limits, isDebugged);
            var posts = new Dictionary<string, SessionRoute>
            {
                ["neurons"] = (context, session, _) => neurons.SearchAsync(context, session),
                ["stop"] = (context, session, _) => stops.StopAsync(context, session),
            };
            var router = new ExplorerRouter(
                new StartBody(model.Name, prompt), store, sessions, routes, posts, new NetworkEndpoints(limits),
                new HostCheck(IPAddress.Loopback, []), log);
            var settings = new KestrelSettings(
                IPAddress.Loopback, port, limits.BodyBytes, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(120),
                "choose another --port (0 for any free one)");
            return new ExplorerServer(await KestrelHost.StartAsync(settings, router.Handling.HandleAsync), store, maker);
        }
        catch (Gpt2Exception)
        {
            store.Dispose();
            maker.Dispose();
            throw;
        }
    }

    /// <summary>Stops: accepts no more connections, and lets all sessions go.</summary>
    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        store.Dispose();
        maker.Dispose();
    }
}
