// A web page can make its own domain name point to 127.0.0.1 (DNS rebinding). Its visitor's browser then lets the page
// use a server on the visitor's machine. The Host header shows the wrong name.

using System.Net;
using Gpt2.Core;
using Microsoft.AspNetCore.Http;

namespace Gpt2.Cli.Http;

/// <summary>
/// Refuses requests to names other than localhost, a loopback address, and the allowed ones. If the server listens
/// beyond loopback and no names are given, every name is accepted, since it is not known what the server is called
/// there.
/// </summary>
/// <param name="address">Where the server listens.</param>
/// <param name="allowed">Further names or addresses, without a port.</param>
/// <param name="alsoExpected">How a refusal ends: where further names are given, if they can be.</param>
internal sealed class HostCheck(IPAddress address, IReadOnlyList<string> allowed, string alsoExpected = "")
{
    private readonly bool acceptsAll = !IPAddress.IsLoopback(address) && allowed.Count == 0;
    private readonly HashSet<string> names = new(allowed.Append("localhost").Select(Bare), StringComparer.OrdinalIgnoreCase);

    /// <summary>Throws unless a request's Host is one of them. HTTP/1.0 has no Host, but no browser uses it.</summary>
    /// <exception cref="ApiException">It is a different name.</exception>
    public void Require(HostString host)
    {
        if (acceptsAll || !host.HasValue)
        {
            return;
        }

        string name = Bare(host.Host);
        bool isLoopback = IPAddress.TryParse(name, out IPAddress? given) && IPAddress.IsLoopback(given);
        if (!isLoopback && !names.Contains(name))
        {
            throw new ApiException(
                403, $"the Host is '{VisibleText.Brief(name)}', expected {Expected}", code: "host_not_allowed");
        }
    }

    private string Expected => alsoExpected.Length == 0 ? "localhost or a loopback address" : "localhost, a loopback address" + alsoExpected;

    /// <summary>A host without the brackets of an IPv6 address.</summary>
    private static string Bare(string host) => host.StartsWith('[') ? host.Trim('[', ']') : host;
}
