// One client of the soak: mostly polite, often not.

using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Gpt2.Tests.Cli.Serve;

/// <summary>Sends requests of all kinds to a server; each ends with a word for what came of it, "wrong …" if it should not have.</summary>
internal sealed class SoakClient(Uri address, SoakRequest[] requests, Random random) : IDisposable
{
    private const string LongJson = "{\"prompt\":\"Mike\",\"temperature\":50,\"n\":32,\"max_tokens\":128,\"stream\":true}";

    private static readonly string[] WrongJson =
    [
        "", "{", "null", "[[[[", "{\"prompt\":{}}", "{\"prompt\":[1e9]}", "{\"n\":1000}", "{\"max_tokens\":\"many\"}", "{\"seed\":-1}",
        "{\"stop\":[1]}", "{\"prompt\":\"\\udfff\"}", "{\"prompt\":\"a\",\"top_p\":7}", "{\"prompt\":" + new string('[', 5000), "\0\0\0",
    ];

    private readonly HttpClient client = new() { BaseAddress = address, Timeout = RunningServer.LongEnough };

    public void Dispose() => client.Dispose();

    public async Task<string> DoSomethingAsync()
    {
        try
        {
            return random.Next(20) switch
            {
                < 8 => await CompleteAsync(),
                < 13 => await StreamAsync(),
                13 => await RefusedAsync(WrongJson[random.Next(WrongJson.Length)], HttpStatusCode.BadRequest),
                14 => await RefusedAsync("{\"model\":\"gpt-4\"}", HttpStatusCode.NotFound),
                15 => await HugeAsync(),
                16 => await SlowBodyAsync(),
                17 => await GarbageAsync(),
                _ => await DisconnectAsync(),
            };
        }
        catch (Exception e)
        {
            return $"wrong: {e.GetType().Name} {e.Message}";
        }
    }

    private async Task<string> CompleteAsync()
    {
        SoakRequest request = requests[random.Next(requests.Length)];
        using HttpResponseMessage response = await PostAsync(request.Json);
        string text = await response.Content.ReadAsStringAsync();
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return await BusyAsync(response, text);
        }

        JsonElement choices = JsonDocument.Parse(text).RootElement.GetProperty("choices");
        return choices.EnumerateArray().Select(choice => choice.GetProperty("text").GetString()).SequenceEqual(request.Texts)
            ? "completed"
            : $"wrong answer {text} to {request.Json}";
    }

    private async Task<string> StreamAsync()
    {
        SoakRequest request = requests[random.Next(requests.Length)];
        using HttpResponseMessage response = await PostAsync(request.StreamJson);
        string text = await response.Content.ReadAsStringAsync();
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return await BusyAsync(response, text);
        }

        string[] events = RunningServer.Events(text);
        string[] texts = [.. request.Texts.Select(_ => "")];
        foreach (string piece in events[..^1])
        {
            JsonElement choice = JsonDocument.Parse(piece).RootElement.GetProperty("choices")[0];
            texts[choice.GetProperty("index").GetInt32()] += choice.GetProperty("text").GetString();
        }

        return events[^1] == "[DONE]" && texts.SequenceEqual(request.Texts) ? "streamed" : $"wrong stream {text} to {request.Json}";
    }

    private async Task<string> RefusedAsync(string json, HttpStatusCode expected)
    {
        using HttpResponseMessage response = await PostAsync(json);
        string text = await response.Content.ReadAsStringAsync();
        return response.StatusCode == expected && MessageOf(text).Length > 0
            ? $"refused with {(int)expected}"
            : $"wrong refusal {response.StatusCode} {text}";
    }

    private async Task<string> HugeAsync()
    {
        try
        {
            return await RefusedAsync("{\"prompt\":\"" + new string('a', 300_000) + "\"}", HttpStatusCode.RequestEntityTooLarge);
        }
        catch (HttpRequestException)
        {
            return "cut off while sending too much"; // the server does not wait for the rest, nor for its client to read why
        }
    }

    private async Task<string> SlowBodyAsync()
    {
        using var connection = new TcpClient();
        NetworkStream stream = await SendAsync(connection, "Content-Length: 50\r\n\r\n{\"prompt\":");
        var head = new byte["HTTP/1.1 408".Length];
        await stream.ReadExactlyAsync(head).AsTask().WaitAsync(RunningServer.LongEnough);
        string status = Encoding.ASCII.GetString(head);
        return status == "HTTP/1.1 408" ? "refused with 408" : $"wrong refusal of a slow body: {status}";
    }

    private async Task<string> GarbageAsync()
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port);
        var garbage = new byte[random.Next(1, 2000)];
        random.NextBytes(garbage);
        try
        {
            await connection.GetStream().WriteAsync(garbage);
            await connection.GetStream().WriteAsync("\r\n\r\n"u8.ToArray());
            _ = await connection.GetStream().ReadAsync(new byte[100]).AsTask().WaitAsync(RunningServer.LongEnough);
        }
        catch (IOException)
        {
            // Cut off, as it may be.
        }

        return "sent garbage";
    }

    /// <summary>Asks for much, reads a little or nothing, and goes away, politely or not.</summary>
    private async Task<string> DisconnectAsync()
    {
        using var connection = new TcpClient();
        NetworkStream stream = await SendAsync(connection, $"Content-Length: {LongJson.Length}\r\n\r\n{LongJson}");
        if (random.Next(2) == 0)
        {
            _ = await stream.ReadAsync(new byte[500]).AsTask().WaitAsync(RunningServer.LongEnough);
        }

        if (random.Next(2) == 0)
        {
            connection.LingerState = new LingerOption(enable: true, seconds: 0); // resets
        }

        return "went away";
    }

    private async Task<NetworkStream> SendAsync(TcpClient connection, string rest)
    {
        await connection.ConnectAsync(address.Host, address.Port);
        NetworkStream stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {RunningServer.CompletionsPath} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{rest}"));
        return stream;
    }

    private async Task<HttpResponseMessage> PostAsync(string json)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await client.PostAsync(RunningServer.CompletionsPath, content);
    }

    /// <summary>A full server says so, and its client waits a little, though not as long as it is asked to.</summary>
    private async Task<string> BusyAsync(HttpResponseMessage response, string text)
    {
        if (response.StatusCode != HttpStatusCode.TooManyRequests || MessageOf(text).Length == 0)
        {
            return $"wrong status {response.StatusCode} {text}";
        }

        await Task.Delay(random.Next(200));
        return "refused with 429";
    }

    private static string MessageOf(string text) => JsonDocument.Parse(text).RootElement.GetProperty("error").GetProperty("message").GetString()!;
}
