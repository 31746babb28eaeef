// A request's body must be JSON, not too large, and not too slow, which is checked before anything else is done with
// it.

using Gpt2.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Gpt2.Cli.Http;

internal static class RequestBody
{
    /// <summary>Reads the whole body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="bytes">The maximum number of bytes, which Kestrel enforces.</param>
    /// <param name="bodyTime">How long the body may take to arrive.</param>
    /// <exception cref="ApiException">Its content type is not JSON, or it is too large or too slow.</exception>
    /// <exception cref="OperationCanceledException">The client has disconnected.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, int bytes, TimeSpan bodyTime)
    {
        RequireJson(context.Request);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        time.CancelAfter(bodyTime);
        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, time.Token);
            return body.GetBuffer().AsMemory(0, (int)body.Length);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw ApiException.BodyTooLarge(bytes);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            throw ApiException.BodyTooThin();
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw ApiException.BodyTooSlow(bodyTime);
        }
    }

    /// <summary>
    /// Only a body whose content type is JSON is read. A browser asks for permission before it sends one for a web page
    /// of another origin, and never gets it, so no page can use a server on its visitor's machine.
    /// </summary>
    private static void RequireJson(HttpRequest request)
    {
        string given = request.ContentType ?? "";
        bool isJson = MediaTypeHeaderValue.TryParse(given, out MediaTypeHeaderValue? type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        if (!isJson)
        {
            string found = given.Length == 0 ? "missing" : $"'{VisibleText.Brief(given)}'";
            throw new ApiException(415, $"the content type is {found}, expected 'Content-Type: application/json' in UTF-8");
        }

        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw new ApiException(415, "the body has a Content-Encoding, expected none");
        }
    }
}
