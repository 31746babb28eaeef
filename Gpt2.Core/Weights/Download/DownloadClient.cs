// Redirections are followed here and not by HttpClient, so that the token is sent to the hub and to no other host.
// Every answer becomes success, an exception that allows another attempt, or an error. FileTransfer handles the bytes.

using System.Net.Http.Headers;
using static System.FormattableString;

namespace Gpt2.Core.Weights.Download;

/// <summary>Time-outs and retries of a download, and what tests replace.</summary>
internal sealed record TransferSettings
{
    /// <summary>
    /// The longest time that a server may send nothing: neither the beginning of an answer, connecting included, nor a further byte.
    /// </summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often something is tried without progress, including the first time.</summary>
    public int Tries { get; init; } = 5;

    /// <summary>This many further bytes count as progress: the attempts are counted from one again.</summary>
    public long ProgressThatCounts { get; init; } = 1 << 20;

    /// <summary>
    /// Times the waits between attempts, and gives the current time, with which a Retry-After date is compared.
    /// </summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>A random number from 0 to 1, which spreads the retries of many clients over time.</summary>
    public Func<double> Chance { get; init; } = Random.Shared.NextDouble;

    /// <summary>Free bytes on a folder's disk; throws if they are not known.</summary>
    public Func<string, long> FreeSpace { get; init; } = folder => new DriveInfo(folder).AvailableFreeSpace;
}

/// <summary>
/// An attempt failed, but another may succeed: a dropped connection, a time-out, a busy server. Any other failure is a
/// <see cref="Gpt2Exception"/> right away.
/// </summary>
internal sealed class TransferInterruptedException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>How long the server asks to wait; null if it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>
/// Requests files from servers, of the hub and others. Proxies are taken from HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY.
/// </summary>
internal sealed class DownloadClient : IDisposable
{
    private const int MaxRedirections = 10;
    private const string CheckAddress = "check HF_ENDPOINT or the address";

    private readonly HttpClient client;
    private readonly Uri endpoint;
    private readonly string? token;

    /// <summary>Creates a client for a hub. The user's token is sent only there.</summary>
    /// <exception cref="Gpt2Exception">
    /// The endpoint is not the address of a server, or the token cannot be sent.
    /// </exception>
    public DownloadClient(string endpoint, string? token, TransferSettings settings)
    {
        bool isAddress = Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) && IsWeb(address);
        if (!isAddress || address!.UserInfo.Length > 0)
        {
            throw new Gpt2Exception(isAddress ? "found a user name in the address" : $"found '{endpoint}'")
            {
                Where = "HF_ENDPOINT",
                Expected = $"the address of a hub such as {DownloadTable.HubEndpoint}",
                Remedy = isAddress ? "put the token in HF_TOKEN" : null,
            };
        }

        if (token is not null && token.Any(c => !char.IsAscii(c) || char.IsControl(c) || c == ' '))
        {
            const string Found = "the token contains spaces, line ends or other characters that tokens do not have";
            throw new Gpt2Exception(Found) { Where = "HF_TOKEN", Remedy = "set it again" };
        }

        (this.endpoint, this.token, Settings) = (address, token, settings);
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan }; // what counts is how long nothing arrives
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("gpt2-csharp", "1"));
        client.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
    }

    public TransferSettings Settings { get; }

    /// <summary>
    /// Size, checksum and revision of a file, as far as the server answers a HEAD. The hub's own answer has all of
    /// them; the store it redirects to may not allow HEAD.
    /// </summary>
    /// <exception cref="TransferInterruptedException">The next attempt may succeed.</exception>
    /// <exception cref="Gpt2Exception">There is no such file, or it may not be read.</exception>
    public async Task<RemoteFile> AskAsync(Uri address, CancellationToken cancellation)
    {
        (HttpResponseMessage answer, RemoteFile file) = await SendAsync(HttpMethod.Head, address, null, cancellation).ConfigureAwait(false);
        answer.Dispose();
        return file with { EntityTag = null, LastModified = null }; // the answer with the bytes may have others
    }

    /// <summary>
    /// Sends a GET or a HEAD and follows redirections. Returns the last answer, whose body has not been read yet, and
    /// what all answers together state about the file.
    /// </summary>
    /// <exception cref="TransferInterruptedException">The next attempt may succeed.</exception>
    /// <exception cref="Gpt2Exception">No attempt will succeed.</exception>
    public async Task<(HttpResponseMessage Answer, RemoteFile File)> SendAsync(
        HttpMethod method, Uri address, Action<HttpRequestHeaders>? configure, CancellationToken cancellation)
    {
        var file = new RemoteFile();
        Uri current = address;
        for (int hop = 0; hop <= MaxRedirections; hop++)
        {
            HttpResponseMessage answer = await AnswerAsync(method, current, configure, cancellation).ConfigureAwait(false);
            file = file.Or(answer);
            bool knowsEnough = method == HttpMethod.Head && file.Size is not null;
            if (!knowsEnough && (int)answer.StatusCode is 301 or 302 or 303 or 307 or 308)
            {
                answer.Dispose();
                current = Next(current, answer.Headers.Location);
            }
            else if (Refusal(answer, current, isQuestion: method == HttpMethod.Head && (knowsEnough || hop > 0)) is Exception refusal)
            {
                answer.Dispose();
                throw refusal;
            }
            else
            {
                return (answer, file);
            }
        }

        throw Failure(address, Invariant($"redirected more than {MaxRedirections} times"), "the file", CheckAddress);
    }

    public void Dispose() => client.Dispose();

    /// <summary>An address for messages, without what may be secret: its query and a user name.</summary>
    public static string Shown(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static bool IsWeb(Uri address) => address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps;

    private static Uri Next(Uri current, Uri? location)
    {
        if (location is null || !Uri.TryCreate(current, location, out Uri? next) || !IsWeb(next))
        {
            throw Failure(current, $"redirected to '{location}'", "the address of a file", CheckAddress);
        }

        return current.Scheme == next.Scheme || next.Scheme == Uri.UriSchemeHttps ? next
            : throw Failure(current, $"redirected from https to {Shown(next)}, which others could alter in transit", null, "not followed");
    }

    private async Task<HttpResponseMessage> AnswerAsync(
        HttpMethod method, Uri address, Action<HttpRequestHeaders>? configure, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, address);
        configure?.Invoke(request.Headers);
        const UriComponents Server = UriComponents.SchemeAndServer;
        bool isEndpoint = Uri.Compare(address, endpoint, Server, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;
        request.Headers.Authorization = isEndpoint && token is not null ? new AuthenticationHeaderValue("Bearer", token) : null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Settings.StallTimeout);
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TransferInterruptedException($"{address.Authority} does not answer", e);
        }
        catch (HttpRequestException e)
        {
            string failure = $"connection to {address.Authority} ({e.GetBaseException().Message.TrimEnd('.')})";
            throw e.HttpRequestError == HttpRequestError.SecureConnectionError
                ? Failure(address, $"no secure {failure}", null, "check the clock, and the certificates if there is a proxy", e)
                : new TransferInterruptedException($"no {failure}", e);
        }
    }

    /// <summary>
    /// The exception for an answer that the caller cannot use; null if it can use it. A question does not ask for the
    /// file itself, so a store that refuses one may still send the file.
    /// </summary>
    private Exception? Refusal(HttpResponseMessage answer, Uri address, bool isQuestion)
    {
        int status = (int)answer.StatusCode;
        bool mayPass = status is 408 or 425 or 429 or >= 500;
        bool cannotBeAsked = answer.RequestMessage?.Method == HttpMethod.Head && status is 405 or 416 or 501;
        bool hasNoMore = answer.RequestMessage?.Headers.Range is not null && status == 416;
        if (status is 200 or 206 || hasNoMore || cannotBeAsked || (isQuestion && !mayPass))
        {
            return answer.Content.Headers.ContentEncoding.All(encoding => encoding == "identity") ? null
                : Failure(address, "was sent compressed, which was not requested", null, "does a proxy alter what it transfers?");
        }

        RetryConditionHeaderValue? header = answer.Headers.RetryAfter;
        TimeSpan? wait = header?.Delta ?? (header?.Date - Settings.Clock.GetUtcNow());
        string busy = $"{address.Authority} {(status == 429 ? "has received too many requests" : "cannot answer now")} ({status})";
        string login = token is null ? "set HF_TOKEN if the file requires a login" : "check the token in HF_TOKEN";
        return status switch
        {
            _ when mayPass => new TransferInterruptedException(busy) { RetryAfter = wait > TimeSpan.Zero ? wait : null },
            401 or 403 => Failure(address, $"the server refuses ({status})", null, login),
            404 or 410 => Failure(address, $"the server has no such file ({status})", null, "check the name and HF_ENDPOINT"),
            407 => Failure(address, "the proxy requires a login (407)", null, "put it in HTTPS_PROXY as http://user:password@host:port"),
            _ => Failure(address, $"the server answers {status}", "the file", CheckAddress),
        };
    }

    private static Gpt2Exception Failure(Uri address, string found, string? expected, string remedy, Exception? cause = null) =>
        new(found, cause) { Where = Shown(address), Expected = expected, Remedy = remedy };
}
