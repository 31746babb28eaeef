// The servers report errors as OpenAI's API does: with a status and {"error": {"message", "type", "param", "code"}}.

using static System.FormattableString;

namespace Gpt2.Cli.Http;

/// <summary>Ends a request with an error for its client.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">One line: what was found, what was expected, what to do.</param>
/// <param name="parameter">The field of the request that is wrong, or null.</param>
/// <param name="code">A word for programs to recognise the error by, or null.</param>
internal sealed class ApiException(int status, string message, string? parameter = null, string? code = null)
    : Exception(message)
{
    /// <summary>The number of seconds after which another attempt makes sense, for <c>Retry-After</c>.</summary>
    private const int SecondsToRetry = 1;

    public int Status => status;

    public string? Parameter => parameter;

    public string? Code => code;

    /// <summary>The type of the error in the API.</summary>
    public string Kind => status switch
    {
        429 => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };

    /// <summary>The seconds to wait before the same request may succeed; null if it never will.</summary>
    public int? RetryAfter => status is 429 or 503 ? SecondsToRetry : null;

    /// <summary>The methods that an address supports, for <c>Allow</c>.</summary>
    public string? Allow { get; private init; }

    public static ApiException BadValue(string parameter, string found, string expected, string? code = null) =>
        new(400, $"'{parameter}' is {found}, expected {expected}", parameter, code);

    public static ApiException WrongMethod(string found, string expected) =>
        new(405, $"the method is {found}, expected {expected}", code: "method_not_allowed") { Allow = expected };

    public static ApiException Busy(int running, int waiting) => new(
        429, $"{running} requests are running and {waiting} are waiting, which is this server's limit: try again later", code: "rate_limit_exceeded");

    public static ApiException Stopping() => new(503, "the server is being stopped", code: "shutting_down");

    public static ApiException TimeOver(TimeSpan limit) => new(
        503,
        Invariant($"the request did not finish within {limit.TotalSeconds:0.###} s: ask for fewer tokens, or try again when the server is less busy"),
        code: "timeout");

    public static ApiException BodyTooLarge(int limit) => new(
        413, Invariant($"the body has more than {limit} bytes, which is this server's limit: send a shorter prompt"), code: "body_too_large");

    public static ApiException BodyTooSlow(TimeSpan limit) => new(
        408, Invariant($"the body did not arrive within {limit.TotalSeconds:0.###} s: send it without pauses"), code: "body_too_slow");

    public static ApiException BodyTooThin() => new(
        408,
        Invariant($"the body arrives at less than {KestrelHost.SlowestBytesPerSecond} bytes per second: send it without pauses"),
        code: "body_too_slow");
}
