// All answers are JSON, including refusals, which may come in the middle of a stream.

using Gpt2.Cli.Http;
using Microsoft.AspNetCore.Http;

namespace Gpt2.Cli.Serve;

internal static class JsonAnswer
{
    /// <summary>Answers with status 200, or the one that has been set, and a body of known length.</summary>
    public static Task WriteAsync<T>(HttpResponse response, T body) => WriteBytesAsync(response, CompletionShapes.Bytes(body));

    /// <summary>The same with a body that is JSON already.</summary>
    public static async Task WriteBytesAsync(HttpResponse response, byte[] bytes)
    {
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, response.HttpContext.RequestAborted);
    }

    /// <summary>Answers with a refusal; if a stream has begun, the refusal is its last event.</summary>
    public static async Task RefuseAsync(HttpContext context, ApiException refusal)
    {
        RefusalBody body = RefusalBody.Of(refusal);
        if (context.Response.HasStarted)
        {
            await CompletionEndpoint.EventAsync(context, CompletionShapes.Bytes(body));
            return;
        }

        RefusalHead.Write(context.Response, refusal);
        await WriteAsync(context.Response, body);
    }
}
