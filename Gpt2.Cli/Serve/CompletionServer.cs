// The server: Kestrel, the limits it keeps by itself, the queue behind it, start and stop.

using System.Net;
using System.Net.Sockets;
using Gpt2.Core;
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

    /// <summary>Where it listens: http://ADDRESS:PORT.</summary>
    public string Address => application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Requests running and waiting.</summary>
    public (int Running, int Waiting) Load => queue.Length;

    /// <summary>Starts a server; when this returns it answers.</summary>
    /// <param name="model">What it serves.</param>
    /// <param name="limits">What it takes.</param>
    /// <param name="host">The address it listens on.</param>
    /// <param name="port">The port; 0 for any that is free.</param>
    /// <param name="log">What it says.</param>
    /// <param name="names">Further names that clients may call it by, see <see cref="HostCheck"/>.</param>
    /// <exception cref="Gpt2Exception">It cannot listen there.</exception>
    public static async Task<CompletionServer> StartAsync(ServedModel model, ServerLimits limits, IPAddress host, int port, IServerLog log, params IReadOnlyList<string> names)
    {
        var places = new ConnectionPlaces(limits.Connections + limits.Running + limits.Waiting);

        // Empty: no settings from files or variables, no logs on the console, no handling of signals. Those are the command's.
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
        var queue = new FairQueue(limits.Running, limits.Waiting);
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
                Remedy = "choose another --port (0 takes any that is free) or --host",
            };
        }

        return server;
    }

    /// <summary>Stops: takes no connections, ends requests with "the server is being stopped", and waits for those to be told.</summary>
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
