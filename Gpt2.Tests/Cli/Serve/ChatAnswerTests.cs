// Chats: the messages go through the template, and the answer is that of the completion, in the form of chats.

using System.Net;
using System.Text;
using System.Text.Json;
using Gpt2.Core.Generation;
using Gpt2.Core.PostTraining.Data;

namespace Gpt2.Tests.Cli.Serve;

public sealed class ChatAnswerTests : IAsyncLifetime
{
    public static readonly object[] Question = [new { role = "user", content = "ab" }];

    private static readonly PromptTemplate
        Instructions = PromptTemplate.Parse("of the test", "Q:{#input}{input}|{/input}{instruction}\nA: {output}"),
        Conversations = PromptTemplate.Parse("of the test", "{messages}\nAssistant:{completion}");

    private RunningServer server = null!;

    public async Task InitializeAsync() => server = await RunningServer.StartAsync(template: Instructions);

    public async Task DisposeAsync()
    {
        server.Failures.Should().BeEmpty();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Answer_IsThatOfTheTemplatedPrompt()
    {
        JsonElement chat = await ChatAsync(new { model = "small", messages = Question, max_tokens = 12, seed = 5, n = 3, user = "ignored" });
        JsonElement completion = await server.CompleteAsync(new { prompt = "Q:ab\nA:", max_tokens = 12, seed = 5, n = 3 });

        chat.EnumerateObject().Select(property => property.Name).Should().Equal(
            "id", "object", "created", "model", "system_fingerprint", "seed", "choices", "usage");
        chat.GetProperty("id").GetString().Should().StartWith("chatcmpl-");
        chat.GetProperty("object").GetString().Should().Be("chat.completion");
        chat.GetProperty("usage").ToString().Should().Be(completion.GetProperty("usage").ToString());
        foreach ((JsonElement choice, JsonElement text) in Choices(chat).Zip(Choices(completion)))
        {
            choice.EnumerateObject().Select(property => property.Name).Should().Equal("index", "message", "logprobs", "finish_reason");
            choice.GetProperty("index").GetInt32().Should().Be(text.GetProperty("index").GetInt32());
            choice.GetProperty("finish_reason").GetString().Should().Be(text.GetProperty("finish_reason").GetString());
            JsonElement message = choice.GetProperty("message");
            message.GetProperty("role").GetString().Should().Be("assistant");
            message.GetProperty("content").GetString().Should().Be(WithoutSpace(text.GetProperty("text").GetString()!));
        }
    }

    [Fact]
    public async Task AnswerWithASpaceFirst_LosesItOnlyThere()
    {
        // Every answer of this template begins with a space, which is not among the prompt's tokens. The seed is one with which it does.
        await using RunningServer spaced = await RunningServer.StartAsync(template: PromptTemplate.Parse("spaced", "{prompt} {completion}"));
        int seed = Enumerable.Range(0, 10_000).First(seed => Text(seed).StartsWith(' '));

        object request = new { messages = Question, max_tokens = 6, seed, temperature = 9 };
        Content(await spaced.CompleteAsync(request, RunningServer.ChatPath)).Should().Be(Text(seed)[1..]);
        string stream = JsonSerializer.Serialize(new { messages = Question, max_tokens = 6, seed, temperature = 9, stream = true });
        using var body = new StringContent(stream, Encoding.UTF8, "application/json");
        string[] events = RunningServer.Events(await (await spaced.Client.PostAsync(RunningServer.ChatPath, body)).Content.ReadAsStringAsync());
        string.Concat(events.SkipLast(1).Select(text => Choices(JsonDocument.Parse(text).RootElement)[0].GetProperty("delta").GetProperty("content")))
            .Should().Be(Text(seed)[1..]);

        static string Text(int seed) => string.Concat(RunningServer.Library.Generate(
            RunningServer.Tokenizer.Encode("ab"),
            new GenerationOptions { MaxNewTokens = 6, Sampling = new SamplingOptions { Seed = (ulong)seed, Temperature = 9 } })
            .Select(token => token.Text));
    }

    [Fact]
    public async Task Stream_IsTheWholeAnswerInPieces()
    {
        object request = new { messages = Question, max_tokens = 12, seed = 7, n = 2, logprobs = true, top_logprobs = 2 };
        JsonElement whole = await ChatAsync(request);
        using var body = new StringContent(
            JsonSerializer.Serialize(new
            {
                messages = Question,
                max_tokens = 12,
                seed = 7,
                n = 2,
                logprobs = true,
                top_logprobs = 2,
                stream = true,
                stream_options = new { include_usage = true },
            }),
            Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await server.Client.PostAsync(RunningServer.ChatPath, body);
        string[] events = RunningServer.Events(await response.Content.ReadAsStringAsync());

        events[^1].Should().Be("[DONE]");
        JsonElement[] chunks = [.. events.SkipLast(1).Select(text => JsonDocument.Parse(text).RootElement)];
        chunks.Should().OnlyContain(chunk => chunk.GetProperty("object").GetString() == "chat.completion.chunk");
        chunks.Select(chunk => chunk.GetProperty("id").GetString()).Distinct().Should().ContainSingle();
        chunks[^1].GetProperty("usage").ToString().Should().Be(whole.GetProperty("usage").ToString());
        chunks[^1].GetProperty("choices").GetArrayLength().Should().Be(0);
        chunks[..^1].Should().OnlyContain(chunk => chunk.GetProperty("usage").ValueKind == JsonValueKind.Null);
        foreach (JsonElement choice in Choices(whole))
        {
            JsonElement[] pieces =
                [.. chunks.SelectMany(Choices).Where(piece => piece.GetProperty("index").GetInt32() == choice.GetProperty("index").GetInt32())];
            string.Concat(pieces.Select(piece => piece.GetProperty("delta").GetProperty("content").GetString()))
                .Should().Be(choice.GetProperty("message").GetProperty("content").GetString());
            pieces.Select(piece => piece.GetProperty("delta").TryGetProperty("role", out _)).Should().Equal(
                [true, .. Enumerable.Repeat(false, pieces.Length - 1)]);
            pieces[^1].GetProperty("finish_reason").GetString().Should().Be(choice.GetProperty("finish_reason").GetString());
            pieces[..^1].Should().OnlyContain(piece => piece.GetProperty("finish_reason").ValueKind == JsonValueKind.Null);
            pieces.SelectMany(piece => piece.GetProperty("logprobs").GetProperty("content").EnumerateArray()).Select(token => token.ToString())
                .Should().Equal(choice.GetProperty("logprobs").GetProperty("content").EnumerateArray().Select(token => token.ToString()));
        }
    }

    [Fact]
    public async Task LogProbabilities_AreThoseOfTheCompletion()
    {
        JsonElement chat = await ChatAsync(new { messages = Question, max_tokens = 6, temperature = 0, logprobs = true, top_logprobs = 2 });
        JsonElement completion = await server.CompleteAsync(new { prompt = "Q:ab\nA:", max_tokens = 6, temperature = 0, logprobs = 2 });

        JsonElement[] tokens = [.. Choices(chat)[0].GetProperty("logprobs").GetProperty("content").EnumerateArray()];
        JsonElement expected = Choices(completion)[0].GetProperty("logprobs");
        tokens.Select(token => token.GetProperty("token").GetString()).Should().Equal(
            expected.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()));
        tokens.Select(token => token.GetProperty("logprob").GetDouble()).Should().Equal(
            expected.GetProperty("token_logprobs").EnumerateArray().Select(value => value.GetDouble()));
        tokens.Should().OnlyContain(token => token.GetProperty("top_logprobs").GetArrayLength() == 2)
            .And.OnlyContain(token => token.GetProperty("top_logprobs")[0].GetProperty("bytes").GetArrayLength() > 0);
    }

    [Theory]
    [InlineData("{\"role\":\"system\",\"content\":\"x\"},{\"role\":\"user\",\"content\":\"ab\"}", "Q:x|ab\nA:")]
    [InlineData("{\"role\":\"developer\",\"content\":\"x\"},{\"role\":\"user\",\"content\":\"ab\"}", "Q:x|ab\nA:")]
    [InlineData("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"{b}\"}]}", "Q:a\n{b}\nA:")]
    [InlineData(
        "{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"},{\"role\":\"user\",\"content\":\"c\"}",
        "Q:User: a\nAssistant: b\nUser: c\nA:")]
    public async Task Messages_BecomeThePrompt(string messages, string prompt)
    {
        const string Rest = ",\"temperature\":0,\"max_tokens\":8}";
        (HttpResponseMessage response, JsonElement chat) = await server.PostAsync($"{{\"messages\":[{messages}]{Rest}", RunningServer.ChatPath);
        response.StatusCode.Should().Be(HttpStatusCode.OK, "the answer is {0}", chat);
        JsonElement completion = await server.CompleteAsync(new { prompt, temperature = 0, max_tokens = 8 });

        Content(chat).Should().Be(WithoutSpace(Choices(completion)[0].GetProperty("text").GetString()!));
        chat.GetProperty("usage").ToString().Should().Be(completion.GetProperty("usage").ToString());
    }

    [Fact]
    public async Task TemplateOfConversations_HasALineForEachTurn()
    {
        await using RunningServer talking = await RunningServer.StartAsync(template: Conversations);
        object[] messages = [new { role = "system", content = "x" }, new { role = "user", content = "ab" }];
        object request = new { messages, temperature = 0, max_completion_tokens = 8, max_tokens = 3 };
        JsonElement chat = await talking.CompleteAsync(request, RunningServer.ChatPath);
        JsonElement completion = await talking.CompleteAsync(new { prompt = "System: x\nUser: ab\nAssistant:", temperature = 0, max_tokens = 8 });

        Content(chat).Should().Be(Choices(completion)[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task NoMaximum_IsWhatFitsIntoTheContext()
    {
        JsonElement usage = (await ChatAsync(new { messages = Question, temperature = 0, logprobs = false })).GetProperty("usage");

        usage.GetProperty("total_tokens").GetInt32().Should().BeLessThanOrEqualTo(48);
        usage.GetProperty("completion_tokens").GetInt32().Should().BeGreaterThan(16);
    }

    [Fact]
    public async Task Stop_EndsTheAnswerBefore()
    {
        string whole = Content(await ChatAsync(new { messages = Question, temperature = 0, max_tokens = 12 }));
        string stop = whole.Substring(3, 2);
        JsonElement stopped = await ChatAsync(new { messages = Question, temperature = 0, max_tokens = 12, stop });

        Content(stopped).Should().Be(whole[..whole.IndexOf(stop, StringComparison.Ordinal)]);
        Choices(stopped)[0].GetProperty("finish_reason").GetString().Should().Be("stop");
    }

    [Theory]
    [InlineData("", null, "the body is empty, expected a JSON object with the field 'messages'")]
    [InlineData("[]", null, "the body is a list of 0, expected a JSON object with the field 'messages'")]
    [InlineData("{}", "messages", "'messages' is missing, expected a list of messages")]
    [InlineData("{\"messages\":\"hi\"}", "messages", "'messages' is a string, expected a list of at least one message")]
    [InlineData("{\"messages\":[]}", "messages", "'messages' is a list of 0, expected a list of at least one message")]
    [InlineData("{\"messages\":[1]}", "messages[0]", "'messages[0]' is 1, expected an object with role and content")]
    [InlineData("{\"messages\":[{\"content\":\"a\"}]}", "messages[0].role", "'messages[0].role' is missing, expected one of system, user, assistant")]
    [InlineData(
        "{\"messages\":[{\"role\":\"tool\",\"content\":\"a\"}]}", "messages[0].role",
        "'messages[0].role' is 'tool', expected one of system, user, assistant")]
    [InlineData(
        "{\"messages\":[{\"role\":\"user\"}]}", "messages[0].content",
        "'messages[0].content' is missing, expected a string, or a list of parts")]
    [InlineData(
        "{\"messages\":[{\"role\":\"user\",\"content\":\" \"}]}", "messages[0].content",
        "'messages[0].content' is empty, expected some text")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":7}]}", "messages[0].content", "'messages[0].content' is 7, expected a string, or")]
    [InlineData(
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}", "messages[0].content[0].type",
        "'messages[0].content[0].type' is 'image_url', expected 'text'")]
    [InlineData(
        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"system\",\"content\":\"b\"}]}", "messages[1].role",
        "'messages[1].role' is 'system', expected that of the first message alone")]
    [InlineData(
        "{\"messages\":[{\"role\":\"system\",\"content\":\"a\"}]}", "messages[0].role",
        "'messages[0].role' is 'system', expected 'user' at the end")]
    [InlineData("{\"tools\":[{}]}", "tools", "'tools' is a list of 1, expected none, since GPT-2 calls no functions")]
    [InlineData(
        "{\"response_format\":{\"type\":\"json_object\"}}", "response_format",
        "'response_format' is an object, expected none or {\"type\": \"text\"}")]
    [InlineData("{\"model\":\"gpt-4o\"}", "model", "the model 'gpt-4o' does not exist here, expected 'small'")]
    [InlineData("{MESSAGES,\"top_logprobs\":2}", "top_logprobs", "'top_logprobs' is 2, expected none without 'logprobs': true")]
    [InlineData("{MESSAGES,\"logprobs\":2}", "logprobs", "'logprobs' is 2, expected true or false")]
    [InlineData("{MESSAGES,\"temperature\":-1}", "temperature", "'temperature' is -1, expected at least 0, which is greedy")]
    [InlineData("{MESSAGES,\"n\":99}", "n", "'n' is 99, expected a whole number from 1 to 32")]
    [InlineData("{MESSAGES,\"presence_penalty\":1}", "presence_penalty", "'presence_penalty' is 1, expected 0, since")]
    [InlineData(
        "{MESSAGES,\"max_completion_tokens\":-1}", "max_completion_tokens",
        "'max_completion_tokens' is -1, expected a whole number from 0 to 48")]
    public async Task WrongBody_IsRefused_NamingTheField(string json, string? parameter, string message)
    {
        json = json.Replace("MESSAGES", "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]", StringComparison.Ordinal);

        (HttpResponseMessage response, JsonElement body) = await server.PostAsync(json, RunningServer.ChatPath);

        response.StatusCode.Should().Be(parameter == "model" ? HttpStatusCode.NotFound : HttpStatusCode.BadRequest);
        JsonElement error = body.GetProperty("error");
        error.GetProperty("message").GetString().Should().StartWith(message);
        error.GetProperty("param").GetString().Should().Be(parameter);
        error.GetProperty("type").GetString().Should().Be("invalid_request_error");
    }

    [Fact]
    public async Task LongMessage_IsRefused()
    {
        object[] messages = [new { role = "user", content = new string('z', 60) }];
        (_, JsonElement body) = await server.PostAsync(JsonSerializer.Serialize(new { messages }), RunningServer.ChatPath);

        body.GetProperty("error").GetProperty("code").GetString().Should().Be("context_length_exceeded");
    }

    [Fact]
    public async Task ModelWithoutATemplate_SaysWhatToDo()
    {
        await using RunningServer without = await RunningServer.StartAsync();

        (HttpResponseMessage response, JsonElement body) =
            await without.PostAsync(JsonSerializer.Serialize(new { messages = Question }), RunningServer.ChatPath);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        body.GetProperty("error").GetProperty("code").GetString().Should().Be("no_template");
        body.GetProperty("error").GetProperty("message").GetString().Should().Be(
            "'small' does not know how a chat is written: it was not tuned with a template. Start the server with an adapter that was, "
            + "as in 'gpt2 serve --adapter NAME', or post a prompt to /v1/completions");
        (await without.Client.GetAsync(RunningServer.ChatPath)).StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
    }

    private static JsonElement[] Choices(JsonElement answer) => [.. answer.GetProperty("choices").EnumerateArray()];

    private static string Content(JsonElement chat) => Choices(chat)[0].GetProperty("message").GetProperty("content").GetString()!;

    private static string WithoutSpace(string text) => text.StartsWith(' ') ? text[1..] : text;

    private Task<JsonElement> ChatAsync(object request) => server.CompleteAsync(request, RunningServer.ChatPath);
}
