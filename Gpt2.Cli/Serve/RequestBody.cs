// Reads the body of a request: JSON, not too large, not too slow.

using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Gpt2.Cli.Serve;

internal static class RequestBody
{
    /// <summary>Reads the whole body.</summary>
    /// <exception cref="ApiException">It is not said to be JSON, too large, or too slow.</exception>
    /// <exception cref="OperationCanceledException">The client went away.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, ServerLimits limits)
    {
        RequireJson(context.Request);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        time.CancelAfter(limits.BodyTime);
        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, time.Token);
            return body.GetBuffer().AsMemory(0, (int)body.Length);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw ApiException.BodyTooLarge(limits.BodyBytes);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            throw ApiException.BodyTooThin();
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw ApiException.BodyTooSlow(limits.BodyTime);
        }
    }

    /// <summary>
    /// Only what is said to be JSON is read. A web page of another origin cannot say so without asking first, and is never answered yes, so it
    /// cannot use a server on its visitor's machine.
    /// </summary>
    private static void RequireJson(HttpRequest request)
    {
        string given = request.ContentType ?? "";
        bool isJson = MediaTypeHeaderValue.TryParse(given, out MediaTypeHeaderValue? type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        if (!isJson)
        {
            throw new ApiException(415, $"the content type is {(given.Length == 0 ? "missing" : $"'{ClientText.Shown(given)}'")}, expected 'Content-Type: application/json' in UTF-8");
        }

        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw new ApiException(415, "the body is encoded, expected one without Content-Encoding");
        }
    }
}
