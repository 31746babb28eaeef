// Every request goes to what answers it, by its address.

using Gpt2.Cli.Http;
using Gpt2.Core;
using Microsoft.AspNetCore.Http;

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

    private readonly CompletionEndpoint
        completions = new(model, limits, queue, new CompletionRequestReader(model, limits).Read, request => new CompletionBodies(model, request)),
        chat = new(model, limits, queue, new ChatRequestReader(model, limits).Read, request => new ChatBodies(model, request));

    /// <summary>Handles every request.</summary>
    public RequestHandling Handling => new(RouteAsync, JsonAnswer.RefuseAsync, log)
    {
        ClosedBecause = context => ConnectionPlaces.HasLost(context) ? "closed by this server: another connection needed its place" : null,
    };

    private Task RouteAsync(HttpContext context)
    {
        ConnectionPlaces.Heard(context);
        hosts.Require(context.Request.Host);
        string path = context.Request.Path.Value ?? "";
        switch (path)
        {
            case "/v1/completions":
                RequestHandling.RequireMethod(context.Request, "POST");
                return completions.AnswerAsync(context);
            case "/v1/chat/completions":
                RequestHandling.RequireMethod(context.Request, "POST");
                return chat.AnswerAsync(context);
            case "/health":
                RequestHandling.RequireMethod(context.Request, "GET");
                (int running, int waiting) = queue.Length;
                return JsonAnswer.WriteAsync(context.Response, new HealthBody("ok", model.Name, running, waiting));
            case ModelsPath:
                RequestHandling.RequireMethod(context.Request, "GET");
                return JsonAnswer.WriteAsync(context.Response, new ModelListBody("list", [Model()]));
            case var _ when path.StartsWith(ModelsPath + "/", StringComparison.Ordinal):
                RequestHandling.RequireMethod(context.Request, "GET");
                model.Require(path[(ModelsPath.Length + 1)..]);
                return JsonAnswer.WriteAsync(context.Response, Model());
            default:
                throw new ApiException(
                    404,
                    $"there is nothing at '{VisibleText.Brief(path)}', expected /v1/completions, /v1/chat/completions, /v1/models or /health",
                    code: "unknown_url");
        }
    }

    private ModelBody Model() => new(model.Name, "model", model.Created, "gpt2");
}
