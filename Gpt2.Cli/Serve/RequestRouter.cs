// Every request ends with an answer, with a refusal in the API's form, or with a client that has disconnected; the log
// says which.

using System.Diagnostics;
using Gpt2.Cli.Http;
using Gpt2.Core;
using Microsoft.AspNetCore.Http;
using static System.FormattableString;

namespace Gpt2.Cli.Serve;

/// <summary>Answers every request of a server, by its address.</summary>
/// <param name="model">The model.</param>
/// <param name="limits">What is accepted.</param>
/// <param name="queue">Computes the completions.</param>
/// <param name="hosts">Checks the names that requests use for the server.</param>
/// <param name="log">Receives a line for each request, and each error in the server itself.</param>
internal sealed class RequestRouter(ServedModel model, ServerLimits limits, FairQueue queue, HostCheck hosts, IServerLog log)
{
    private const string ModelsPath = "/v1/models";

    private readonly CompletionEndpoint completions = new(model, limits, queue);

    /// <summary>Answers one request. Never throws.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        long begin = Stopwatch.GetTimestamp();
        string end;
        ConnectionPlaces.Heard(context);
        try
        {
            await RouteAsync(context);
            end = Invariant($"{context.Response.StatusCode}");
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested || ConnectionPlaces.HasLost(context))
        {
            end = Gone(context);
        }
        catch (Exception e)
        {
            end = await RefuseAsync(context, e);
        }

        string request = $"{VisibleText.Brief(context.Request.Method)} {VisibleText.Brief(context.Request.Path.Value ?? "")}";
        log.Request(Invariant($"{request} {end} {Stopwatch.GetElapsedTime(begin).TotalMilliseconds:0} ms"));
    }

    private Task RouteAsync(HttpContext context)
    {
        hosts.Require(context.Request.Host);
        string path = context.Request.Path.Value ?? "";
        switch (path)
        {
            case "/v1/completions":
                RequireMethod(context.Request, "POST");
                return completions.AnswerAsync(context);
            case "/health":
                RequireMethod(context.Request, "GET");
                (int running, int waiting) = queue.Length;
                return JsonAnswer.WriteAsync(context.Response, new HealthBody("ok", model.Name, running, waiting));
            case ModelsPath:
                RequireMethod(context.Request, "GET");
                return JsonAnswer.WriteAsync(context.Response, new ModelListBody("list", [Model()]));
            case var _ when path.StartsWith(ModelsPath + "/", StringComparison.Ordinal):
                RequireMethod(context.Request, "GET");
                model.Require(path[(ModelsPath.Length + 1)..]);
                return JsonAnswer.WriteAsync(context.Response, Model());
            default:
                throw new ApiException(
                    404, $"there is nothing at '{VisibleText.Brief(path)}', expected /v1/completions, /v1/models or /health", code: "unknown_url");
        }
    }

    private async Task<string> RefuseAsync(HttpContext context, Exception exception)
    {
        ApiException refusal = exception switch
        {
            ApiException known => known,
            BadHttpRequestException bad => new ApiException(bad.StatusCode, $"the request is not valid HTTP: {bad.Message}"),
            _ => new ApiException(500, "internal error: see the server's log", code: "internal"),
        };
        if (refusal.Code == "internal")
        {
            log.Failure(exception);
        }

        try
        {
            await JsonAnswer.RefuseAsync(context, refusal);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return Gone(context);
        }

        return Invariant($"{refusal.Status} {refusal.Message}");
    }

    private static string Gone(HttpContext context) =>
        ConnectionPlaces.HasLost(context) ? "closed by this server: another connection needed its place" : "client disconnected";

    private static void RequireMethod(HttpRequest request, string method)
    {
        // HEAD is GET without the body, which Kestrel leaves out.
        if (request.Method != method && !(request.Method == "HEAD" && method == "GET"))
        {
            throw ApiException.WrongMethod(VisibleText.Brief(request.Method), method);
        }
    }

    private ModelBody Model() => new(model.Name, "model", model.Created, "gpt2");
}
