// Requests over HTTP: redirections followed by hand, so that the token goes to the endpoint and to no other host;
// answers turned into "there it is", "try again" and "no". What is done with the bytes is ResumableTransfer's business.

using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Gpt2.Core.Weights.Download;

/// <summary>Asks servers for files. Proxies are those of HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY.</summary>
public sealed class HubClient : IDisposable
{
    private readonly HttpClient client;
    private readonly Uri endpoint;
    private readonly string? token;
    private readonly TransferSettings settings;

    /// <param name="endpoint">The hub, which alone is sent the token.</param>
    /// <param name="token">The user's token, or null.</param>
    /// <param name="settings">Time-outs.</param>
    /// <exception cref="Gpt2Exception">The endpoint is no address of a server, or the token cannot be sent.</exception>
    public HubClient(string endpoint, string? token, TransferSettings settings)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) || !IsWeb(address))
        {
            throw new Gpt2Exception($"HF_ENDPOINT: found '{endpoint}', expected the address of a hub such as {DownloadTable.HubEndpoint}");
        }

        if (address.UserInfo.Length > 0)
        {
            throw new Gpt2Exception("HF_ENDPOINT: found a user name in the address, expected none; HF_TOKEN is the place for a token");
        }

        if (token is not null && token.Any(c => !char.IsAscii(c) || char.IsControl(c) || c == ' '))
        {
            throw new Gpt2Exception("HF_TOKEN: found a token with spaces, line ends or other characters that no token has; set it again");
        }

        this.endpoint = address;
        this.token = token;
        this.settings = settings;
        client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = settings.ConnectTimeout,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // what counts is how long nothing comes
        };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("gpt2-csharp", "1"));
        client.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
    }

    /// <summary>
    /// Size, checksum and revision of a file; unknown where the server does not answer such questions. The hub's own answer
    /// has all of them, and the store it redirects to may allow no such question.
    /// </summary>
    /// <exception cref="Gpt2Exception">There is no such file, or it may not be read.</exception>
    internal async Task<RemoteFile> AskAsync(Uri address, CancellationToken cancellation)
    {
        using HubReply reply = await SendAsync(HttpMethod.Head, address, null, cancellation).ConfigureAwait(false);
        return reply.File;
    }

    /// <summary>Sends a request and follows redirections. Comes back when the headers are there; the body is still to be read.</summary>
    /// <param name="method">GET or HEAD.</param>
    /// <param name="address">The file.</param>
    /// <param name="configure">Adds headers, or null.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="TransferInterruptedException">It may go better the next time.</exception>
    /// <exception cref="Gpt2Exception">It will not.</exception>
    internal async Task<HubReply> SendAsync(
        HttpMethod method, Uri address, Action<HttpRequestHeaders>? configure, CancellationToken cancellation)
    {
        RemoteFile stated = RemoteFile.Unknown;
        Uri current = address;
        for (int hop = 0; hop <= settings.Redirections; hop++)
        {
            HttpResponseMessage answer = await AnswerAsync(method, current, configure, cancellation).ConfigureAwait(false);
            stated = stated.Or(HubReply.Stated(answer));
            bool knowsEnough = method == HttpMethod.Head && stated.Size is not null;
            if (!IsRedirection(answer.StatusCode) || knowsEnough)
            {
                try
                {
                    Judge(answer, current, isQuestion: method == HttpMethod.Head && (knowsEnough || hop > 0));
                }
                catch
                {
                    answer.Dispose();
                    throw;
                }

                return new HubReply(answer, stated);
            }

            Uri? next = answer.Headers.Location;
            answer.Dispose();
            current = Next(current, next);
        }

        throw new Gpt2Exception(
            $"{Shown(address)}: redirected more than {settings.Redirections} times, expected the file; check HF_ENDPOINT or the address");
    }

    public void Dispose() => client.Dispose();

    /// <summary>An address for messages: without what may be secret, its query and a user's name.</summary>
    internal static string Shown(Uri address) =>
        address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static bool IsWeb(Uri address) => address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps;

    private static bool IsRedirection(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    private static Uri Next(Uri current, Uri? location)
    {
        if (location is null || !Uri.TryCreate(current, location, out Uri? next) || !IsWeb(next))
        {
            throw new Gpt2Exception($"{Shown(current)}: redirected to '{location}', expected the address of a file; check HF_ENDPOINT or the address");
        }

        return current.Scheme == Uri.UriSchemeHttps && next.Scheme == Uri.UriSchemeHttp
            ? throw new Gpt2Exception($"{Shown(current)}: redirected from https to {Shown(next)}, which anybody on the way could change; not followed")
            : next;
    }

    private async Task<HttpResponseMessage> AnswerAsync(
        HttpMethod method, Uri address, Action<HttpRequestHeaders>? configure, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, address);
        configure?.Invoke(request.Headers);
        bool isEndpoint = Uri.Compare(address, endpoint, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;
        if (token is not null && isEndpoint)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(settings.ConnectTimeout + settings.StallTimeout);
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TransferInterruptedException($"{address.Authority} does not answer", e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new Gpt2Exception(
                $"{Shown(address)}: no secure connection to {address.Authority} ({Innermost(e)}); check the clock, and the certificates if a proxy stands between", e);
        }
        catch (HttpRequestException e)
        {
            throw new TransferInterruptedException($"no connection to {address.Authority} ({Innermost(e)})", e);
        }
    }

    private static string Innermost(Exception e) => e.GetBaseException().Message.TrimEnd('.');

    /// <summary>Lets pass what the caller can use, and throws the rest as what it is.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="address">Who answered.</param>
    /// <param name="isQuestion">Whether the file itself is not wanted, so that a no of a store is none of the file's.</param>
    private void Judge(HttpResponseMessage answer, Uri address, bool isQuestion)
    {
        int status = (int)answer.StatusCode;
        string place = Shown(address);
        bool cannotBeAsked = answer.RequestMessage?.Method == HttpMethod.Head && status is 405 or 501;
        bool usable = status is 200 or 206 or 416 || cannotBeAsked || (isQuestion && status < 500 && status is not (408 or 425 or 429));
        if (usable && answer.Content.Headers.ContentEncoding.Any(encoding => encoding != "identity"))
        {
            throw new Gpt2Exception($"{place}: came compressed, which was not asked for; is a proxy in between that changes what passes?");
        }

        if (!usable)
        {
            throw status switch
            {
                401 or 403 => new Gpt2Exception(
                    $"{place}: the server refuses ({status}); {(token is null ? "set HF_TOKEN if the file needs a login" : "check the token in HF_TOKEN")}"),
                404 or 410 => new Gpt2Exception($"{place}: the server has no such file ({status}); check the name and HF_ENDPOINT"),
                407 => new Gpt2Exception($"{place}: the proxy wants a login (407); put it into HTTPS_PROXY as http://user:password@host:port"),
                408 or 425 or 429 or >= 500 => new TransferInterruptedException(
                    string.Create(CultureInfo.InvariantCulture, $"{address.Authority} {(status == 429 ? "is asked too often" : "cannot answer now")} ({status})"),
                    retryAfter: RetryAfter(answer)),
                _ => new Gpt2Exception($"{place}: the server answers {status}, expected the file; check HF_ENDPOINT or the address"),
            };
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage answer)
    {
        RetryConditionHeaderValue? header = answer.Headers.RetryAfter;
        TimeSpan? wait = header?.Delta ?? (header?.Date - settings.Now());
        return wait > TimeSpan.Zero ? wait : null;
    }
}
