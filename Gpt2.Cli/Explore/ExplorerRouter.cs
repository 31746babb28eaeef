// Every request is checked and goes to what answers it, by its address.

using Gpt2.Cli.Http;
using Gpt2.Core;
using Microsoft.AspNetCore.Http;

namespace Gpt2.Cli.Explore;

/// <summary>Answers a request about a session.</summary>
/// <param name="context">The request.</param>
/// <param name="session">The session.</param>
/// <param name="rest">The parts of the address after the word that led here.</param>
internal delegate Task SessionRoute(HttpContext context, ExplorerSession session, string[] rest);

/// <summary>Answers every request of an explorer.</summary>
/// <param name="start">What the page begins with.</param>
/// <param name="store">The sessions.</param>
/// <param name="sessions">Answers requests about prompts.</param>
/// <param name="sessionRoutes">What answers requests about a session, by the word that follows the session's id.</param>
/// <param name="sessionPosts">The same for requests that send something.</param>
/// <param name="network">Answers the lesson on neural networks.</param>
/// <param name="hosts">Checks the names that requests use for the server.</param>
/// <param name="log">Receives a line for each request, and each error in the server itself.</param>
internal sealed class ExplorerRouter(
    StartBody start, SessionStore store, SessionEndpoints sessions, IReadOnlyDictionary<string, SessionRoute> sessionRoutes,
    IReadOnlyDictionary<string, SessionRoute> sessionPosts, NetworkEndpoints network, HostCheck hosts, IServerLog log)
{
    /// <summary>Handles every request.</summary>
    public RequestHandling Handling => new(RouteAsync, ExplorerAnswer.RefuseAsync, log);

    private Task RouteAsync(HttpContext context)
    {
        ExplorerAnswer.Protect(context.Response);
        hosts.Require(context.Request.Host);
        string path = context.Request.Path.Value ?? "";
        if (!path.StartsWith("/api/", StringComparison.Ordinal))
        {
            RequestHandling.RequireMethod(context.Request, "GET");
            return PageFiles.TryFind(path, out PageFile? file)
                ? ExplorerAnswer.BytesAsync(context.Response, file.Type, file.Bytes)
                : throw Nothing(path);
        }

        string[] parts = path["/api/".Length..].Split('/');
        if (PostOf(context, parts) is Func<Task> post)
        {
            RequestHandling.RequireMethod(context.Request, "POST");
            OwnPageCheck.RequireForChanging(context.Request);
            return post();
        }

        RequestHandling.RequireMethod(context.Request, "GET");
        OwnPageCheck.RequireForReading(context.Request);
        return parts switch
        {
            ["start"] => ExplorerAnswer.JsonAsync(context.Response, start),
            ["labels"] => sessions.LabelsAsync(context),
            ["sessions", string id, string word, .. string[] rest] when sessionRoutes.TryGetValue(word, out SessionRoute? route) =>
                route(context, SessionOf(id), rest),
            _ => throw Nothing(path),
        };
    }

    /// <summary>What answers an address to which something is sent; null for all others.</summary>
    private Func<Task>? PostOf(HttpContext context, string[] parts) => parts switch
    {
        ["sessions"] => () => sessions.MakeAsync(context),
        ["sessions", string id, "close"] => () => CloseAsync(context, id),
        ["sessions", string id, string word] when sessionPosts.TryGetValue(word, out SessionRoute? route) =>
            () => route(context, SessionOf(id), []),
        ["network", string question] => () => network.AnswerAsync(context, question),
        _ => null,
    };

    private ExplorerSession SessionOf(string id) => store.Find(id)
        ?? throw new ApiException(404, "this pass is no longer kept: run the prompt again", code: "session_gone");

    /// <summary>A tab was closed, and sends this as its last word: it needs no answer.</summary>
    private Task CloseAsync(HttpContext context, string id)
    {
        store.Remove(id);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    internal static ApiException Nothing(string path) => new(404, $"there is nothing at '{VisibleText.Brief(path)}'", code: "unknown_url");
}
