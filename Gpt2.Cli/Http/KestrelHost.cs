// Kestrel, started and stopped for the programs that speak HTTP: what they answer is theirs.

using System.Net;
using System.Net.Sockets;
using Gpt2.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gpt2.Cli.Http;

/// <summary>Where a server listens, and what its connections may do.</summary>
/// <param name="Host">The address.</param>
/// <param name="Port">The port; 0 for any free one.</param>
/// <param name="BodyBytes">The maximum number of bytes in a request's body.</param>
/// <param name="HeadTime">How long the head of a request may take to arrive.</param>
/// <param name="SilentTime">How long a connection may be silent between two requests.</param>
/// <param name="Remedy">What to do if it cannot listen.</param>
internal sealed record KestrelSettings(IPAddress Host, int Port, int BodyBytes, TimeSpan HeadTime, TimeSpan SilentTime, string Remedy)
{
    /// <summary>Wraps every connection; null for nothing.</summary>
    public Func<ConnectionDelegate, ConnectionDelegate>? Connections { get; init; }
}

/// <summary>A server that answers requests until it is disposed.</summary>
internal sealed class KestrelHost : IAsyncDisposable
{
    /// <summary>
    /// The minimum rate at which a connection must transfer a body or an answer after the first five seconds.
    /// </summary>
    public const int SlowestBytesPerSecond = 240;

    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(5);

    private readonly WebApplication application;

    private KestrelHost(WebApplication application) => this.application = application;

    /// <summary>The address it listens on: http://ADDRESS:PORT.</summary>
    public string Address => application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Starts a server, which answers requests when this returns.</summary>
    /// <param name="settings">Where it listens.</param>
    /// <param name="answer">Answers each request, and never throws.</param>
    /// <exception cref="Gpt2Exception">It cannot listen there.</exception>
    public static async Task<KestrelHost> StartAsync(KestrelSettings settings, RequestDelegate answer)
    {
        // Empty: no settings from files or variables, no logs on the console, no handling of signals. The command does
        // all that.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = StopTime);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            Limit(kestrel.Limits, settings);
            kestrel.Listen(settings.Host, settings.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (settings.Connections is Func<ConnectionDelegate, ConnectionDelegate> connections)
                {
                    listen.Use(connections);
                }
            });
        });

        WebApplication application = builder.Build();
        application.Run(answer);
        try
        {
            await application.StartAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or AddressInUseException)
        {
            await application.DisposeAsync();
            throw new Gpt2Exception($"cannot listen ({Reason(e)})", e)
            {
                Where = FormattableString.Invariant($"{settings.Host} port {settings.Port}"),
                Remedy = settings.Remedy,
            };
        }

        return new KestrelHost(application);
    }

    /// <summary>Stops: accepts no more connections, and waits a few seconds for the answers that have begun.</summary>
    public async ValueTask DisposeAsync()
    {
        await application.StopAsync();
        await application.DisposeAsync();
    }

    private static void Limit(KestrelServerLimits kestrel, KestrelSettings settings)
    {
        kestrel.MaxRequestBodySize = settings.BodyBytes;
        kestrel.RequestHeadersTimeout = settings.HeadTime;
        kestrel.KeepAliveTimeout = settings.SilentTime;
        var rate = new MinDataRate(SlowestBytesPerSecond, TimeSpan.FromSeconds(5));
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
