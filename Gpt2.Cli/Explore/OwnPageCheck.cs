// Only the explorer's own page may use its addresses under /api: a page of another origin, which the visitor's browser
// shows too, must neither run prompts nor read numbers. Browsers say who asks: Sec-Fetch-Site, and Origin.

using Gpt2.Cli.Http;
using Gpt2.Core;
using Microsoft.AspNetCore.Http;

namespace Gpt2.Cli.Explore;

internal static class OwnPageCheck
{
    private const string Site = "Sec-Fetch-Site", SameOrigin = "same-origin", TypedByTheUser = "none";

    /// <summary>Throws if a request that reads comes from a page of another origin.</summary>
    /// <exception cref="ApiException">It does.</exception>
    public static void RequireForReading(HttpRequest request)
    {
        string? site = request.Headers[Site], origin = request.Headers.Origin;
        if (site is not (null or SameOrigin or TypedByTheUser))
        {
            throw Foreign(Site, site);
        }

        if (origin is not null && origin != OriginOf(request))
        {
            throw Foreign("Origin", origin);
        }
    }

    /// <summary>Throws unless a request that changes something comes from this server's own page.</summary>
    /// <exception cref="ApiException">It does not, or does not say so.</exception>
    public static void RequireForChanging(HttpRequest request)
    {
        RequireForReading(request);
        string? site = request.Headers[Site], origin = request.Headers.Origin;
        if (site != SameOrigin && (site is not null || origin is null))
        {
            throw Foreign(Site, site ?? "missing");
        }
    }

    /// <summary>The origin under which the client knows this server; its name has been checked.</summary>
    private static string OriginOf(HttpRequest request) => $"http://{request.Host.Value}";

    private static ApiException Foreign(string header, string found) => new(
        403, $"{header} is '{VisibleText.Brief(found)}', expected a request of the explorer's own page", code: "foreign_page");
}
