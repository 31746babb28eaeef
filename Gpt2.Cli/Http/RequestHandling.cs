// What every request of a server goes through, whatever answers it: an error becomes a refusal, and the log gets a line.

using System.Diagnostics;
using Gpt2.Core;
using Microsoft.AspNetCore.Http;
using static System.FormattableString;

namespace Gpt2.Cli.Http;

/// <summary>Handles the requests of a server.</summary>
/// <param name="answer">Answers a request, or throws.</param>
/// <param name="refuse">Writes a refusal.</param>
/// <param name="log">Receives a line for each request, and each error in the server itself.</param>
internal sealed class RequestHandling(Func<HttpContext, Task> answer, Func<HttpContext, ApiException, Task> refuse, IServerLog log)
{
    private const string Disconnected = "client disconnected", Internal = "internal";

    /// <summary>Says why this server closed the connection of a request; null if it did not.</summary>
    public Func<HttpContext, string?> ClosedBecause { get; init; } = _ => null;

    /// <summary>Handles a request. Never throws.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        long begin = Stopwatch.GetTimestamp();
        string end;
        try
        {
            await answer(context);
            end = Invariant($"{context.Response.StatusCode}");
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested || ClosedBecause(context) is not null)
        {
            end = ClosedBecause(context) ?? Disconnected;
        }
        catch (Exception e)
        {
            end = await RefuseAsync(context, e);
        }

        string request = $"{VisibleText.Brief(context.Request.Method)} {VisibleText.Brief(context.Request.Path.Value ?? "")}";
        log.Request(Invariant($"{request} {end} {Stopwatch.GetElapsedTime(begin).TotalMilliseconds:0} ms"));
    }

    /// <summary>Requires a method; HEAD is GET without the body, which Kestrel leaves out.</summary>
    /// <exception cref="ApiException">The request has another.</exception>
    public static void RequireMethod(HttpRequest request, string method)
    {
        if (request.Method != method && !(request.Method == "HEAD" && method == "GET"))
        {
            throw ApiException.WrongMethod(VisibleText.Brief(request.Method), method);
        }
    }

    private async Task<string> RefuseAsync(HttpContext context, Exception exception)
    {
        ApiException refusal = exception switch
        {
            ApiException known => known,
            BadHttpRequestException bad => new ApiException(bad.StatusCode, $"the request is not valid HTTP: {bad.Message}"),
            _ => new ApiException(500, "internal error: see the server's log", code: Internal),
        };
        if (refusal.Code == Internal)
        {
            log.Failure(exception);
        }

        try
        {
            await refuse(context, refusal);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return ClosedBecause(context) ?? Disconnected;
        }

        return Invariant($"{refusal.Status} {refusal.Message}");
    }
}
