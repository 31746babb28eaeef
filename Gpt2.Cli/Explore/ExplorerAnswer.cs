// How answers are written, and the headers that every one of them has.

using Gpt2.Cli.Http;
using Microsoft.AspNetCore.Http;

namespace Gpt2.Cli.Explore;

internal static class ExplorerAnswer
{
    /// <summary>The page may use its own scripts, styles, pictures and this server, and nothing else in the world.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Sets the headers that protect the page, on every answer.</summary>
    public static void Protect(HttpResponse response)
    {
        IHeaderDictionary headers = response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store"; // the next program on this port may be another version
    }

    public static Task JsonAsync(HttpResponse response, object body) =>
        BytesAsync(response, "application/json; charset=utf-8", ExplorerShapes.Bytes(body));

    public static async Task BytesAsync(HttpResponse response, string type, ReadOnlyMemory<byte> bytes)
    {
        response.ContentType = type;
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, response.HttpContext.RequestAborted);
    }

    /// <summary>Answers with a refusal; an answer that has begun is cut off, so that nobody takes it for the whole.</summary>
    public static async Task RefuseAsync(HttpContext context, ApiException refusal)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        RefusalHead.Write(context.Response, refusal);
        Protect(context.Response);
        await JsonAsync(context.Response, RefusalBody.Of(refusal));
    }
}
