// What the completions server refuses: with which status, in which words, and that it goes on serving.

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Gpt2.Cli.Serve;

namespace Gpt2.Tests.Cli.Serve;

public sealed class RefusalTests : IAsyncLifetime
{
    private RunningServer server = null!;

    public async Task InitializeAsync() =>
        server = await RunningServer.StartAsync(new ServerLimits { BodyBytes = 2000, Completions = 6, NewTokens = 100 });

    public async Task DisposeAsync()
    {
        (await server.Client.GetAsync("/health")).StatusCode.Should().Be(HttpStatusCode.OK, "a refusal harms nobody else");
        server.Failures.Should().BeEmpty();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData("", null, "the body is empty, expected a JSON object with the field 'prompt'")]
    [InlineData("\uFEFF", null, "the body is empty, expected a JSON object with the field 'prompt'")]
    [InlineData("{\"prompt\":\"a\"", null, "the body is not valid JSON: it ends at byte 13, in the middle of a value")]
    [InlineData("{\"prompt\":\"a\",}", null, "the body is not valid JSON: byte 15 is '}', which is not valid there")]
    [InlineData("{\"prompt\":'a'}", null, "the body is not valid JSON: byte 11 is ''', which is not valid there")]
    [InlineData("\uFEFF{\r\n\n\"é\":1,\n\"prompt\":é}", null, "the body is not valid JSON: byte 25 is 'é', which is not valid there")]
    [InlineData("{} x", null, "the body is not valid JSON: byte 4 is 'x', which is not valid there")]
    [InlineData("{\"prompt\":\"\n\"}", null, "the body is not valid JSON: byte 12 is U+000A, which is not valid there")]
    [InlineData("{\"\\ud800\":1,\"prompt\":\"a\"}", null, "the name of a field contains half of a surrogate pair, which is not a character")]
    [InlineData(
        "{\"stream_options\":{\"\\ud800\\ud800\\ud800\":1}}", null,
        "the name of a field contains half of a surrogate pair, which is not a character")]
    [InlineData("[]", null, "the body is a list of 0, expected a JSON object with the field 'prompt'")]
    [InlineData("\"abc\"", null, "the body is a string, expected a JSON object with the field 'prompt'")]
    [InlineData("{\"model\":5}", "model", "'model' is 5, expected a string")]
    [InlineData("{\"prompt\":5}", "prompt", "'prompt' is 5, expected a string, a list of strings, a list of token ids, or a list of such lists")]
    [InlineData("{\"prompt\":{}}", "prompt", "'prompt' is an object, expected a string")]
    [InlineData("{\"prompt\":\"\"}", "prompt", "'prompt' is an empty string, expected some text; leave 'prompt' out to begin a new text")]
    [InlineData("{\"prompt\":[]}", "prompt", "'prompt' is an empty list, expected at least one prompt")]
    [InlineData("{\"prompt\":[[]]}", "prompt[0]", "'prompt[0]' is an empty list, expected at least one token id")]
    [InlineData("{\"prompt\":[\"a\",true]}", "prompt[1]", "'prompt[1]' is true, expected a string")]
    [InlineData("{\"prompt\":[\"a\",1]}", "prompt[1]", "'prompt[1]' is 1, expected a string")]
    [InlineData("{\"prompt\":[1,\"a\"]}", "prompt[1]", "'prompt[1]' is a string, expected a token id from 0 to 259")]
    [InlineData("{\"prompt\":[1,260]}", "prompt[1]", "'prompt[1]' is 260, expected a token id from 0 to 259")]
    [InlineData("{\"prompt\":[-1]}", "prompt[0]", "'prompt[0]' is -1, expected a token id from 0 to 259")]
    [InlineData("{\"prompt\":[1.5]}", "prompt[0]", "'prompt[0]' is 1.5, expected a token id from 0 to 259")]
    [InlineData("{\"prompt\":[[1],[99999999999]]}", "prompt[1][0]", "'prompt[1][0]' is 99999999999, expected a token id from 0 to 259")]
    [InlineData("{\"prompt\":\"\\ud800\"}", "prompt", "'prompt' is a string containing half of a surrogate pair")]
    [InlineData("{\"prompt\":[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"]}", "prompt", "'prompt' is a list of 7, expected at most 6 prompts")]
    [InlineData("{\"prompt\":[\"a\",\"a\"],\"n\":4}", "n", "'n' is 4 for each of 2 prompts, expected at most 6 completions in one request")]
    [InlineData("{\"n\":0}", "n", "'n' is 0, expected a whole number from 1 to 6")]
    [InlineData("{\"n\":7}", "n", "'n' is 7, expected a whole number from 1 to 6")]
    [InlineData("{\"n\":\"2\"}", "n", "'n' is a string, expected a whole number from 1 to 6")]
    [InlineData("{\"n\":2,\"best_of\":3}", "best_of", "'best_of' is 3, expected 2, the same as 'n', since this server returns all completions")]
    [InlineData("{\"max_tokens\":-1}", "max_tokens", "'max_tokens' is -1, expected a whole number from 0 to 100")]
    [InlineData("{\"max_tokens\":101}", "max_tokens", "'max_tokens' is 101, expected a whole number from 0 to 100")]
    [InlineData("{\"max_tokens\":1e99}", "max_tokens", "'max_tokens' is 1e99, expected a whole number from 0 to 100")]
    [InlineData("{\"max_tokens\":2.5}", "max_tokens", "'max_tokens' is 2.5, expected a whole number from 0 to 100")]
    [InlineData("{\"temperature\":-0.5}", "temperature", "'temperature' is -0.5, expected at least 0, which is greedy")]
    [InlineData("{\"temperature\":1e999}", "temperature", "'temperature' is 1e999, expected a finite number")]
    [InlineData("{\"temperature\":\"hot\"}", "temperature", "'temperature' is a string, expected a finite number")]
    [InlineData("{\"top_p\":0}", "top_p", "'top_p' is 0, expected more than 0, and at most 1, which keeps all tokens")]
    [InlineData("{\"top_p\":1.1}", "top_p", "'top_p' is 1.1, expected more than 0, and at most 1, which keeps all tokens")]
    [InlineData("{\"top_k\":-1}", "top_k", "'top_k' is -1, expected a whole number from 0 to 2147483647")]
    [InlineData("{\"min_p\":2}", "min_p", "'min_p' is 2, expected from 0, which keeps all tokens, to 1")]
    [InlineData("{\"repetition_penalty\":0}", "repetition_penalty", "'repetition_penalty' is 0, expected more than 0; 1 means no penalty")]
    [InlineData("{\"no_repeat_ngram_size\":[1]}", "no_repeat_ngram_size", "'no_repeat_ngram_size' is a list of 1, expected a whole number")]
    [InlineData("{\"seed\":-1}", "seed", "'seed' is -1, expected a whole number from 0 to 18446744073709551615")]
    [InlineData("{\"seed\":18446744073709551616}", "seed", "'seed' is 18446744073709551616, expected a whole number from 0 to 18446744073709551615")]
    [InlineData("{\"logprobs\":6}", "logprobs", "'logprobs' is 6, expected a whole number from 0 to 5")]
    [InlineData("{\"logprobs\":true}", "logprobs", "'logprobs' is true, expected a whole number from 0 to 5")]
    [InlineData("{\"echo\":1}", "echo", "'echo' is 1, expected true or false")]
    [InlineData("{\"stream\":\"yes\"}", "stream", "'stream' is a string, expected true or false")]
    [InlineData("{\"stream_options\":1}", "stream_options", "'stream_options' is 1, expected an object")]
    [InlineData("{\"stop\":5}", "stop", "'stop' is 5, expected a string of at least one character, or a list of up to 4 such strings")]
    [InlineData("{\"stop\":\"\"}", "stop", "'stop' is an empty string, expected a string of at least one character")]
    [InlineData(
        "{\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}", "stop",
        "'stop' is a list of 5, expected a string of at least one character, or a list of up to 4")]
    [InlineData("{\"stop\":[\"a\",null]}", "stop[1]", "'stop[1]' is null, expected a string of at least one character")]
    [InlineData(
        "{\"presence_penalty\":0.5}", "presence_penalty",
        "'presence_penalty' is 0.5, expected 0, since this server supports only repetition_penalty")]
    [InlineData("{\"frequency_penalty\":1}", "frequency_penalty", "'frequency_penalty' is 1, expected 0")]
    [InlineData("{\"logit_bias\":{\"50\":1}}", "logit_bias", "'logit_bias' is an object, expected none")]
    [InlineData("{\"suffix\":\"end\"}", "suffix", "'suffix' is a string, expected none")]
    public async Task WrongBody_IsRefusedWith400_NamingTheField(string json, string? parameter, string message)
    {
        (HttpResponseMessage response, JsonElement body) = await server.PostAsync(json);

        Refused(response, body, HttpStatusCode.BadRequest).Should().StartWith(message);
        body.GetProperty("error").GetProperty("param").GetString().Should().Be(parameter);
    }

    [Fact]
    public async Task HarmlessFields_AreIgnored()
    {
        await server.CompleteAsync(new
        {
            prompt = "a",
            user = "me",
            whatever = new[] { 1 },
            presence_penalty = 0,
            frequency_penalty = 0.0,
            logit_bias = new { },
            suffix = (string?)null,
            best_of = 1,
            stop = Array.Empty<string>(),
            stream_options = new { },
        });
    }

    [Fact]
    public async Task NestingWithoutEnd_IsRefused()
    {
        (HttpResponseMessage response, JsonElement body) = await server.PostAsync("{\"prompt\":" + new string('[', 900) + new string(']', 900) + "}");

        Refused(response, body, HttpStatusCode.BadRequest)
            .Should().StartWith("the body is not valid JSON: ").And.Contain(" is '[', which is not valid there; values nest at most 64 deep");
    }

    [Theory]
    [InlineData(new byte[] { 0xC3, 0x28 }, "0xC3")]
    [InlineData(new byte[] { 0xFF }, "0xFF")]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, "0xED")] // half of a surrogate pair, as CESU-8 writes it
    [InlineData(new byte[] { 0xF0, 0x9F, 0x98 }, "0xF0")] // cut off
    public async Task BytesThatAreNoUtf8_AreRefused_NamingTheirPlace(byte[] bytes, string first)
    {
        foreach (string begin in (string[])["{\"prompt\":\"é", "{\"é"])
        {
            byte[] before = Encoding.UTF8.GetBytes(begin);
            using var content = new ByteArrayContent([.. before, .. bytes, .. "\"}"u8]);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using HttpResponseMessage response = await server.Client.PostAsync(RunningServer.CompletionsPath, content);
            JsonElement body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

            Refused(response, body, HttpStatusCode.BadRequest)
                .Should().Be($"the body is not UTF-8: byte {before.Length + 1} is {first}, which is not valid there");
        }
    }

    [Fact]
    public async Task ByteOrderMark_IsNoPartOfTheBody()
    {
        (HttpResponseMessage response, _) = await server.PostAsync("\uFEFF{\"prompt\":\"a\"}");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task PromptBeyondTheContext_IsRefused()
    {
        (HttpResponseMessage response, JsonElement body) = await server.PostAsync(
            JsonSerializer.Serialize(new { prompt = new[] { "a", new string('x', 49) } }));

        Refused(response, body, HttpStatusCode.BadRequest)
            .Should().Be("'prompt[1]' is 49 tokens long, expected at most n_ctx = 48 tokens; shorten it");
        body.GetProperty("error").GetProperty("code").GetString().Should().Be("context_length_exceeded");
    }

    [Fact]
    public async Task PromptBeyondAnyContext_IsRefusedBeforeItIsCutIntoTokens()
    {
        // 48 tokens of at most 13 bytes, those of <|endoftext|>.
        (HttpResponseMessage response, JsonElement body) = await server.PostAsync(
            JsonSerializer.Serialize(new { prompt = new string('x', (48 * 13) + 1) }));

        Refused(response, body, HttpStatusCode.BadRequest).Should().Be("'prompt' is 625 bytes long, expected at most n_ctx = 48 tokens; shorten it");
    }

    [Fact]
    public async Task AnotherModel_IsNotFound()
    {
        (HttpResponseMessage response, JsonElement body) = await server.PostAsync("{\"model\":\"gpt-4\\u001b[2J\"}");

        Refused(response, body, HttpStatusCode.NotFound).Should().Be("the model 'gpt-4\\u001B[2J' does not exist here, expected 'small'");
        body.GetProperty("error").GetProperty("code").GetString().Should().Be("model_not_found");
    }

    [Theory]
    [InlineData("GET", "/", 404, "there is nothing at '/', expected /v1/completions, /v1/chat/completions, /v1/models or /health")]
    [InlineData("POST", "/v1/chat", 404, "there is nothing at '/v1/chat', expected")]
    [InlineData("GET", "/v1/models/gpt-4", 404, "the model 'gpt-4' does not exist here, expected 'small'")]
    [InlineData("GET", "/v1/completions", 405, "the method is GET, expected POST")]
    [InlineData("POST", "/v1/models", 405, "the method is POST, expected GET")]
    [InlineData("DELETE", "/v1/models/small", 405, "the method is DELETE, expected GET")]
    [InlineData("POST", "/health", 405, "the method is POST, expected GET")]
    public async Task WrongAddressOrMethod_IsRefused(string method, string path, int status, string message)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        JsonElement body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

        Refused(response, body, (HttpStatusCode)status).Should().StartWith(message);
        if (status == 405)
        {
            response.Content.Headers.Allow.Should().Equal(message.Split(' ')[^1]);
        }
    }

    [Theory]
    [InlineData(null, null, "the content type is missing, expected 'Content-Type: application/json' in UTF-8")]
    [InlineData("text/plain", null, "the content type is 'text/plain', expected")]
    [InlineData("application/x-www-form-urlencoded", null, "the content type is 'application/x-www-form-urlencoded', expected")]
    [InlineData("application/json; charset=utf-16", null, "the content type is 'application/json; charset=utf-16', expected")]
    [InlineData("application/json", "gzip", "the body has a Content-Encoding, expected none")]
    public async Task AnotherContentType_IsRefused(string? type, string? encoding, string message)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        using HttpResponseMessage response = await server.Client.PostAsync(RunningServer.CompletionsPath, content);
        JsonElement body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

        Refused(response, body, HttpStatusCode.UnsupportedMediaType).Should().StartWith(message);
    }

    [Theory]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("Application/JSON;charset=UTF-8")]
    public async Task ContentTypeThatIsJson_HoweverItIsWritten_IsTaken(string type)
    {
        using var content = new ByteArrayContent("{\"max_tokens\":1}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using HttpResponseMessage response = await server.Client.PostAsync(RunningServer.CompletionsPath, content);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/health", HttpStatusCode.OK)]
    [InlineData("/v1/models", HttpStatusCode.OK)]
    [InlineData("/v1/models/gpt-4", HttpStatusCode.NotFound)]
    [InlineData(RunningServer.CompletionsPath, HttpStatusCode.MethodNotAllowed)]
    public async Task Head_IsGetWithoutTheBody(string path, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using HttpResponseMessage response = await server.Client.SendAsync(request);

        response.StatusCode.Should().Be(status);
        (await response.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BodyTooLarge_IsRefused_WhetherItSaysSoOrNot(bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, RunningServer.CompletionsPath)
        {
            Content = new StringContent("{\"prompt\":\"" + new string('a', 2000) + "\"}", Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        JsonElement body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

        Refused(response, body, HttpStatusCode.RequestEntityTooLarge)
            .Should().Be("the body has more than 2000 bytes, which is this server's limit: send a shorter prompt");
    }

    /// <summary>The message, after checking status and form.</summary>
    private static string Refused(HttpResponseMessage response, JsonElement body, HttpStatusCode status)
    {
        response.StatusCode.Should().Be(status, "the answer is {0}", body);
        JsonElement error = body.GetProperty("error");
        error.EnumerateObject().Select(field => field.Name).Should().Equal("message", "type", "param", "code");
        error.GetProperty("type").GetString().Should().Be("invalid_request_error");
        string message = error.GetProperty("message").GetString()!;
        message.Should().NotContainAny("\n", "\r", "\u001b");
        message.Should().NotContainAny("isFinalBlock", "LineNumber", "BytePosition", "System.", "Utf8JsonReader");
        return message;
    }
}
