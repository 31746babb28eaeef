// Clients of a completions server, as they are outside: each sends one request after another over HTTP and notes when
// its tokens arrive.

using System.Diagnostics;
using System.Net.Mime;
using System.Runtime.CompilerServices;
using System.Text;
using static System.FormattableString;

namespace Gpt2.Cli.Bench;

/// <summary>What clients saw, in seconds.</summary>
/// <param name="Seconds">From the first request to the last token.</param>
/// <param name="Tokens">Tokens of all clients.</param>
/// <param name="FirstTokens">For each request, the time from sending it to its first token.</param>
/// <param name="Gaps">For each client, the times between two tokens of a request.</param>
internal sealed record ServeTimes(double Seconds, int Tokens, double[] FirstTokens, double[][] Gaps);

/// <summary>Clients of one server.</summary>
/// <param name="address">The server's address.</param>
/// <param name="promptOf">The prompt of the n-th request, which is also its seed.</param>
/// <param name="newTokens">Tokens of a completion.</param>
internal sealed class ServeClients(string address, Func<int, int[]> promptOf, int newTokens)
{
    /// <summary>Runs clients at once until each has sent its requests and has its answers.</summary>
    /// <exception cref="HttpRequestException">The server refused a request.</exception>
    public async Task<ServeTimes> RunAsync(int clients, int requestsPerClient, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = new Uri(address), Timeout = Timeout.InfiniteTimeSpan };
        long begin = Stopwatch.GetTimestamp();
        (List<double> First, List<double> Gaps)[] seen = await Task.WhenAll(Enumerable.Range(0, clients).Select(
            client => Task.Run(() => ClientAsync(http, client * requestsPerClient, requestsPerClient, cancellation), cancellation)));
        return new ServeTimes(
            Stopwatch.GetElapsedTime(begin).TotalSeconds, seen.Sum(client => client.First.Count + client.Gaps.Count),
            [.. seen.SelectMany(client => client.First)], [.. seen.Select(client => client.Gaps.ToArray())]);
    }

    private async Task<(List<double> First, List<double> Gaps)> ClientAsync(
        HttpClient http, int firstRequest, int requests, CancellationToken cancellation)
    {
        List<double> first = [], gaps = [];
        for (int i = 0; i < requests; i++)
        {
            long before = Stopwatch.GetTimestamp();
            List<double> times = first;
            await foreach (long now in TokensAsync(http, firstRequest + i, cancellation))
            {
                times.Add(Stopwatch.GetElapsedTime(before, now).TotalSeconds);
                before = now;
                times = gaps;
            }
        }

        return (first, gaps);
    }

    /// <summary>The times at which a request's tokens arrive.</summary>
    private async IAsyncEnumerable<long> TokensAsync(HttpClient http, int number, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string json = Invariant($$"""
            {"prompt":[{{string.Join(',', promptOf(number))}}],"max_tokens":{{newTokens}},"seed":{{number}},"stream":true}
            """);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions")
        {
            Content = new StringContent(json, Encoding.UTF8, MediaTypeNames.Application.Json),
        };
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await lines.ReadLineAsync(cancellation) is string line)
        {
            if (line.StartsWith("data: {\"error\"", StringComparison.Ordinal))
            {
                throw new HttpRequestException($"the server ended request {number}: {line}");
            }

            if (line.StartsWith("data: {", StringComparison.Ordinal))
            {
                yield return Stopwatch.GetTimestamp();
            }
        }
    }
}
