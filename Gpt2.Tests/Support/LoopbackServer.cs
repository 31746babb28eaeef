// A small HTTP server on loopback over bare sockets, so that a test can also do what no proper server does: send less than it
// says, break off, fall silent.

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gpt2.Tests.Support;

/// <summary>A request as it came; header names in any case.</summary>
internal sealed record LoopbackRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>Serves one request per connection, each with the handler, until disposed.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<LoopbackRequest> requests = new();
    private readonly Func<LoopbackRequest, LoopbackAnswer, Task> handle;

    public LoopbackServer(Func<LoopbackRequest, LoopbackAnswer, Task> handle)
    {
        this.handle = handle;
        listener.Start();
        Address = "http://" + listener.LocalEndpoint;
        _ = AcceptAsync();
    }

    /// <summary>http://127.0.0.1:port</summary>
    public string Address { get; }

    /// <summary>What has been asked so far.</summary>
    public IReadOnlyList<LoopbackRequest> Requests => [.. requests];

    public void Dispose()
    {
        stop.Cancel();
        listener.Stop();
    }

    private async Task AcceptAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stop.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                using NetworkStream stream = client.GetStream();
                if (await ReadAsync(stream) is LoopbackRequest request)
                {
                    requests.Enqueue(request);
                    await handle(request, new LoopbackAnswer(client, stream, stop.Token));
                }
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // The client went away, or the test is over.
            }
        }
    }

    private async Task<LoopbackRequest?> ReadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, stop.Token) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        string[] lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] first = lines[0].Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines[1..])
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        return new LoopbackRequest(first[0], first[1], headers);
    }
}

/// <summary>The answer to a request, written piece by piece.</summary>
internal sealed class LoopbackAnswer(TcpClient client, NetworkStream stream, CancellationToken stop)
{
    /// <summary>Writes the status line and headers.</summary>
    public async Task HeadAsync(int status, params (string Name, string Value)[] headers)
    {
        string lines = string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n"));
        string head = string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Loopback\r\n{lines}Connection: close\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), stop);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes) => await stream.WriteAsync(bytes, stop);

    /// <summary>Writes one chunk of a chunked body; an empty one ends it.</summary>
    public async Task ChunkAsync(ReadOnlyMemory<byte> bytes)
    {
        await WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{bytes.Length:x}\r\n")));
        await WriteAsync(bytes);
        await WriteAsync("\r\n"u8.ToArray());
    }

    /// <summary>Says nothing more until the client goes away or the test ends.</summary>
    public async Task HangAsync()
    {
        var nothing = new byte[1];
        while (await stream.ReadAsync(nothing, stop) > 0)
        {
        }
    }

    /// <summary>Resets the connection; what the client has not read by then may be lost to it.</summary>
    public void Reset() => client.LingerState = new LingerOption(enable: true, seconds: 0);
}
