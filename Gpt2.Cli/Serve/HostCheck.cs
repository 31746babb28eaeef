// Under which names a server answers. A web page can have its own name point at 127.0.0.1 (DNS rebinding), and its visitor's browser
// then takes the server for that page's own: the Host header gives it away.

using System.Net;
using Microsoft.AspNetCore.Http;

namespace Gpt2.Cli.Serve;

/// <summary>
/// Refuses requests to other names than localhost, a loopback address, and those allowed. Where the server listens beyond loopback and no
/// name is allowed by itself, every name is taken: what it is called there is not known.
/// </summary>
/// <param name="address">Where the server listens.</param>
/// <param name="allowed">Further names or addresses, without port.</param>
internal sealed class HostCheck(IPAddress address, IReadOnlyList<string> allowed)
{
    private readonly bool takesAll = !IPAddress.IsLoopback(address) && allowed.Count == 0;
    private readonly HashSet<string> names = new(allowed.Append("localhost").Select(Bare), StringComparer.OrdinalIgnoreCase);

    /// <summary>Throws unless a request's Host is one of them. HTTP/1.0 has none, and no browser speaks it.</summary>
    /// <exception cref="ApiException">It is another.</exception>
    public void Require(HostString host)
    {
        if (takesAll || !host.HasValue)
        {
            return;
        }

        string name = Bare(host.Host);
        bool isLoopback = IPAddress.TryParse(name, out IPAddress? given) && IPAddress.IsLoopback(given);
        if (!isLoopback && !names.Contains(name))
        {
            throw new ApiException(
                403, $"the Host is '{ClientText.Shown(name)}', expected localhost, a loopback address, or a name that --allow-host has given", code: "host_not_allowed");
        }
    }

    /// <summary>Without the brackets of an IPv6 address.</summary>
    private static string Bare(string host) => host.StartsWith('[') ? host.Trim('[', ']') : host;
}
