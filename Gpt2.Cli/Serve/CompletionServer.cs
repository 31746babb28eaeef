// Kestrel speaks HTTP and enforces some of the limits; one queue computes the requests of all connections.

using System.Net;
using Gpt2.Cli.Http;
using Gpt2.Core;
using Gpt2.Core.Generation;

namespace Gpt2.Cli.Serve;

/// <summary>A completions server that runs until it is disposed.</summary>
internal sealed class CompletionServer : IAsyncDisposable
{
    private readonly KestrelHost host;
    private readonly FairQueue queue;

    private CompletionServer(KestrelHost host, FairQueue queue)
    {
        this.host = host;
        this.queue = queue;
    }

    /// <summary>The address it listens on: http://ADDRESS:PORT.</summary>
    public string Address => host.Address;

    /// <summary>The numbers of requests running and waiting.</summary>
    public (int Running, int Waiting) Load => queue.Length;

    /// <summary>Starts a server, which answers requests when this returns.</summary>
    /// <param name="model">The model it serves.</param>
    /// <param name="limits">What it accepts.</param>
    /// <param name="host">The address it listens on.</param>
    /// <param name="port">The port; 0 for any free one.</param>
    /// <param name="log">Receives what the server reports.</param>
    /// <param name="names">Further names that clients may use for it, see <see cref="HostCheck"/>.</param>
    /// <exception cref="Gpt2Exception">It cannot listen there.</exception>
    public static async Task<CompletionServer> StartAsync(
        ServedModel model, ServerLimits limits, IPAddress host, int port, IServerLog log, params IReadOnlyList<string> names)
    {
        var places = new ConnectionPlaces(limits.Connections + limits.Running + limits.Waiting);
        var settings = new KestrelSettings(
            host, port, limits.BodyBytes, limits.HeadTime, limits.SilentTime, "choose another --port (0 for any free one) or --host")
        {
            Connections = serve => connection => places.ServeAsync(connection, serve),
        };
        var queue = new FairQueue(limits.Running, limits.Waiting, new SessionBatch(model.Model).Advance, model.Model.Kernels.ForEach);
        var hosts = new HostCheck(host, names, ", or a name given with --allow-host");
        try
        {
            var router = new RequestRouter(model, limits.For(model.Model.Config), queue, hosts, log);
            return new CompletionServer(await KestrelHost.StartAsync(settings, router.Handling.HandleAsync), queue);
        }
        catch (Gpt2Exception)
        {
            queue.Stop();
            queue.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Stops: accepts no more connections, ends requests with "the server is being stopped", and waits until this has
    /// been sent.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        queue.Stop();
        await host.DisposeAsync();
        queue.Dispose();
    }
}
