// How answers are written, and the headers that every one of them has.

using System.Buffers.Binary;
using System.Net.Mime;
using Gpt2.Cli.Http;
using Microsoft.AspNetCore.Http;
using static System.FormattableString;

namespace Gpt2.Cli.Explore;

/// <summary>Copies a part of a row of numbers.</summary>
/// <param name="row">The row.</param>
/// <param name="column">The first column.</param>
/// <param name="destination">Receives the numbers, as many as it is long.</param>
internal delegate void RowReader(int row, int column, Span<float> destination);

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

    /// <summary>Answers with the numbers of a window as little-endian float32, row after row.</summary>
    /// <exception cref="ApiException">The window is too large.</exception>
    public static Task WindowAsync(HttpResponse response, SheetRange range, ExplorerLimits limits, RowReader read)
    {
        if (range.Count > limits.WindowNumbers)
        {
            throw new ApiException(
                400, Invariant($"the window has {range.Count} numbers, expected at most {limits.WindowNumbers}"), code: "window_too_large");
        }

        float[] numbers = new float[range.Count];
        for (int row = range.Row; row < range.RowEnd; row++)
        {
            read(row, range.Column, numbers.AsSpan((row - range.Row) * range.Columns, range.Columns));
        }

        byte[] bytes = new byte[numbers.Length * sizeof(float)];
        for (int i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), numbers[i]);
        }

        return BytesAsync(response, MediaTypeNames.Application.Octet, bytes);
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
