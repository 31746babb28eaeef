// How a refusal looks to its client: the JSON, and the head of the answer.

using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Gpt2.Cli.Http;

/// <summary>The JSON of a refusal.</summary>
internal sealed record RefusalBody(RefusalDetail Error)
{
    public static RefusalBody Of(ApiException refusal) => new(new RefusalDetail(refusal.Message, refusal.Kind, refusal.Parameter, refusal.Code));
}

internal sealed record RefusalDetail(string Message, string Type, string? Param, string? Code);

internal static class RefusalHead
{
    /// <summary>Sets status and headers of an answer that has not begun.</summary>
    public static void Write(HttpResponse response, ApiException refusal)
    {
        response.Clear();
        response.StatusCode = refusal.Status;
        if (refusal.RetryAfter is int seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (refusal.Allow is string methods)
        {
            response.Headers.Allow = methods;
        }

        if (refusal.Status is 408 or 413 or 415)
        {
            response.Headers.Connection = "close"; // so that the rest of the body need not be read
        }
    }
}
