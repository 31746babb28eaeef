// All answers are JSON, including refusals, which may come in the middle of a stream.

using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Gpt2.Cli.Serve;

internal static class JsonAnswer
{
    /// <summary>Answers with status 200, or the one that has been set, and a body of known length.</summary>
    public static async Task WriteAsync<T>(HttpResponse response, T body)
    {
        byte[] bytes = CompletionShapes.Bytes(body);
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, response.HttpContext.RequestAborted);
    }

    /// <summary>Answers with a refusal; if a stream has begun, the refusal is its last event.</summary>
    public static async Task RefuseAsync(HttpContext context, ApiException refusal)
    {
        var body = new RefusalBody(new RefusalDetail(refusal.Message, refusal.Kind, refusal.Parameter, refusal.Code));
        if (context.Response.HasStarted)
        {
            await CompletionEndpoint.EventAsync(context, CompletionShapes.Bytes(body));
            return;
        }

        context.Response.Clear();
        context.Response.StatusCode = refusal.Status;
        if (refusal.RetryAfter is int seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (refusal.Allow is string methods)
        {
            context.Response.Headers.Allow = methods;
        }

        if (refusal.Status is 408 or 413 or 415)
        {
            context.Response.Headers.Connection = "close"; // so that the rest of the body need not be read
        }

        await WriteAsync(context.Response, body);
    }
}
