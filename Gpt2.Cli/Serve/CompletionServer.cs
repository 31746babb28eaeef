// Kestrel speaks HTTP and enforces some of the limits; one queue computes the requests of all connections.

using System.Net;
using System.Net.Sockets;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gpt2.Cli.Serve;

/// <summary>A completions server that runs until it is disposed.</summary>
internal sealed class CompletionServer : IAsyncDisposable
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(5);

    private readonly WebApplication application;
    private readonly FairQueue queue;

    private CompletionServer(WebApplication application, FairQueue queue)
    {
        this.application = application;
        this.queue = queue;
    }

    /// <summary>The address it listens on: http://ADDRESS:PORT.</summary>
    public string Address => application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

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

        // Empty: no settings from files or variables, no logs on the console, no handling of signals. The command does
        // all that.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = StopTime);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            Limit(kestrel.Limits, limits);
            kestrel.Listen(host, port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(serve => connection => places.ServeAsync(connection, serve));
            });
        });

        WebApplication application = builder.Build();
        var queue = new FairQueue(limits.Running, limits.Waiting, new SessionBatch(model.Model).Advance, model.Model.Kernels.ForEach);
        var server = new CompletionServer(application, queue);
        application.Run(new RequestRouter(model, limits.For(model.Model.Config), queue, new HostCheck(host, names), log).AnswerAsync);
        try
        {
            await application.StartAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or AddressInUseException)
        {
            await server.DisposeAsync();
            throw new Gpt2Exception($"cannot listen ({Reason(e)})", e)
            {
                Where = FormattableString.Invariant($"{host} port {port}"),
                Remedy = "choose another --port (0 for any free one) or --host",
            };
        }

        return server;
    }

    /// <summary>
    /// Stops: accepts no more connections, ends requests with "the server is being stopped", and waits until this has
    /// been sent.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        queue.Stop();
        await application.StopAsync();
        queue.Dispose();
        await application.DisposeAsync();
    }

    private static void Limit(KestrelServerLimits kestrel, ServerLimits limits)
    {
        kestrel.MaxRequestBodySize = limits.BodyBytes;
        kestrel.RequestHeadersTimeout = limits.HeadTime;
        kestrel.KeepAliveTimeout = limits.SilentTime;
        var rate = new MinDataRate(ServerLimits.SlowestBytesPerSecond, TimeSpan.FromSeconds(5));
        kestrel.MinRequestBodyDataRate = rate;
        kestrel.MinResponseDataRate = rate;
    }

    private static string Reason(Exception exception) =>
        exception.GetBaseException() is SocketException socket ? socket.Message : exception.Message;

    /// <summary>Leaves signals to the command.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
