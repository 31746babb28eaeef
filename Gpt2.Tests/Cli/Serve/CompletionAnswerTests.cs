// Answers of the completions server: what the library says, in the API's form.

using System.Text;
using System.Text.Json;
using Gpt2.Core.Generation;

namespace Gpt2.Tests.Cli.Serve;

public sealed class CompletionAnswerTests : IAsyncLifetime
{
    private RunningServer server = null!;

    public async Task InitializeAsync() => server = await RunningServer.StartAsync();

    public async Task DisposeAsync()
    {
        server.Failures.Should().BeEmpty();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Text_WithASeed_IsTheLibrarys()
    {
        JsonElement body = await server.CompleteAsync(
            new { model = RunningServer.ModelName, prompt = "abc, def", max_tokens = 20, temperature = 0.8, top_k = 40, top_p = 0.95, seed = 5 });

        (string text, string finish, int count) = Library(
            "abc, def", 20, new SamplingOptions { Temperature = 0.8, TopK = 40, TopP = 0.95, Seed = 5 });
        Choice(body, 0).GetProperty("text").GetString().Should().Be(text);
        Choice(body, 0).GetProperty("finish_reason").GetString().Should().Be(finish);
        Choice(body, 0).GetProperty("logprobs").ValueKind.Should().Be(JsonValueKind.Null);
        body.GetProperty("object").GetString().Should().Be("text_completion");
        body.GetProperty("id").GetString().Should().StartWith("cmpl-");
        body.GetProperty("model").GetString().Should().Be(RunningServer.ModelName);
        body.GetProperty("system_fingerprint").GetString().Should().Be("test");
        body.GetProperty("seed").GetUInt64().Should().Be(5);
        JsonElement usage = body.GetProperty("usage");
        int promptTokens = RunningServer.Tokenizer.Encode("abc, def").Length;
        usage.GetProperty("prompt_tokens").GetInt32().Should().Be(promptTokens);
        usage.GetProperty("completion_tokens").GetInt32().Should().Be(count);
        usage.GetProperty("total_tokens").GetInt32().Should().Be(promptTokens + count);
    }

    [Fact]
    public async Task TemperatureZero_IsGreedy()
    {
        JsonElement body = await server.CompleteAsync(new { prompt = "abc", temperature = 0, max_tokens = 12 });

        Choice(body, 0).GetProperty("text").GetString().Should().Be(Library("abc", 12, null).Text);
    }

    [Fact]
    public async Task FieldTwice_TheLastCounts()
    {
        (_, JsonElement body) = await server.PostAsync("""{"prompt": "x", "temperature": 7, "prompt": "abc", "max_tokens": 12, "temperature": 0}""");

        Choice(body, 0).GetProperty("text").GetString().Should().Be(Library("abc", 12, null).Text);
    }

    [Fact]
    public async Task NoSeed_OneIsTaken_AndRepeatsTheAnswer()
    {
        JsonElement first = await server.CompleteAsync(new { prompt = "abc", seed = (int?)null });
        ulong seed = first.GetProperty("seed").GetUInt64();
        JsonElement again = await server.CompleteAsync(new { prompt = "abc", seed });
        JsonElement other = await server.CompleteAsync(new { prompt = "abc" });

        again.GetProperty("choices").ToString().Should().Be(first.GetProperty("choices").ToString());
        Choice(first, 0).GetProperty("text").GetString()
            .Should().Be(Library("abc", 16, new SamplingOptions { Seed = seed }).Text, "16 tokens are the standard");
        other.GetProperty("seed").GetUInt64().Should().NotBe(seed);
    }

    [Fact]
    public async Task SeveralPromptsAndSamples_AreNumberedPromptByPrompt_SampleByTheNextSeed()
    {
        string[] prompts = ["abc", "b, c"];
        JsonElement body = await server.CompleteAsync(new { prompt = prompts, n = 3, max_tokens = 9, seed = ulong.MaxValue });

        body.GetProperty("choices").GetArrayLength().Should().Be(6);
        for (int index = 0; index < 6; index++)
        {
            ulong seed = unchecked(ulong.MaxValue + (ulong)(index % 3));
            Choice(body, index).GetProperty("index").GetInt32().Should().Be(index);
            Choice(body, index).GetProperty("text").GetString().Should().Be(Library(prompts[index / 3], 9, new SamplingOptions { Seed = seed }).Text);
        }
    }

    [Fact]
    public async Task Prompt_InAllItsForms_IsTheSame()
    {
        const string Prompt = "abc é";
        int[] ids = RunningServer.Tokenizer.Encode(Prompt);
        object[] forms = [Prompt, new[] { Prompt }, ids, new[] { ids }];
        foreach (object prompt in forms)
        {
            JsonElement body = await server.CompleteAsync(new { prompt, seed = 3, echo = true });
            Choice(body, 0).GetProperty("text").GetString().Should().Be(Prompt + Library(Prompt, 16, new SamplingOptions { Seed = 3 }).Text);
        }

        JsonElement mixed = await server.CompleteAsync(new { prompt = new object[] { ids, Prompt }, seed = 3 });
        Choice(mixed, 0).GetProperty("text").GetString().Should().Be(Choice(mixed, 1).GetProperty("text").GetString());
    }

    [Fact]
    public async Task NoPrompt_BeginsANewText()
    {
        JsonElement body = await server.CompleteAsync(new { seed = 2 });

        Choice(body, 0).GetProperty("text").GetString()
            .Should().Be(Library([RunningServer.Tokenizer.Vocabulary.EndOfText], 16, new SamplingOptions { Seed = 2 }).Text);
    }

    [Fact]
    public async Task Penalties_AreTheLibrarys()
    {
        JsonElement body = await server.CompleteAsync(
            new { prompt = "abc", temperature = 0, repetition_penalty = 1.5, no_repeat_ngram_size = 2, min_p = 0.1, max_tokens = 30 });

        var options = new GenerationOptions
        {
            MaxNewTokens = 30,
            RepetitionPenalty = 1.5,
            NoRepeatNgram = 2,
            Sampling = new SamplingOptions { Temperature = 0, MinP = 0.1 },
        };
        string expected = string.Concat(RunningServer.Library.Generate(RunningServer.Tokenizer.Encode("abc"), options).Select(token => token.Text));
        Choice(body, 0).GetProperty("text").GetString().Should().Be(expected).And.NotBe(Library("abc", 30, null).Text);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Stop_EndsTheTextBeforeIt_AlsoAcrossTokens(int length)
    {
        string whole = Library("abc", 40, new SamplingOptions { Seed = 8 }).Text;
        string stop = whole.Substring(9, length);
        JsonElement one = await server.CompleteAsync(new { prompt = "abc", seed = 8, max_tokens = 40, stop });
        JsonElement many = await server.CompleteAsync(new { prompt = "abc", seed = 8, max_tokens = 40, stop = new[] { "never, never", stop } });

        foreach (JsonElement body in (JsonElement[])[one, many])
        {
            Choice(body, 0).GetProperty("text").GetString().Should().Be(whole[..whole.IndexOf(stop, StringComparison.Ordinal)]);
            Choice(body, 0).GetProperty("finish_reason").GetString().Should().Be("stop");
        }
    }

    [Fact]
    public async Task NoNewTokens_EchoesThePrompt()
    {
        JsonElement body = await server.CompleteAsync(new { prompt = new[] { "abc", "é" }, max_tokens = 0, echo = true });

        Choice(body, 0).GetProperty("text").GetString().Should().Be("abc");
        Choice(body, 1).GetProperty("text").GetString().Should().Be("é");
        Choice(body, 1).GetProperty("finish_reason").GetString().Should().Be("length");
        body.GetProperty("usage").GetProperty("completion_tokens").GetInt32().Should().Be(0);
    }

    [Fact]
    public async Task PastTheContext_ItGoesOnAsTheLibraryDoes()
    {
        string prompt = new('x', RunningServer.Model.Config.Context);
        JsonElement body = await server.CompleteAsync(new { prompt, temperature = 0, max_tokens = 48 });

        Choice(body, 0).GetProperty("text").GetString().Should().Be(Library(prompt, 48, null).Text);
    }

    [Fact]
    public async Task Stream_IsTheSameTextInPieces_EndedByDone()
    {
        var request = new
        {
            prompt = new[] { "abc", "é" },
            n = 2,
            max_tokens = 25,
            seed = 4,
            stop = "q",
            logprobs = 1,
            echo = true,
            stream = true,
            stream_options = new { include_usage = true },
        };
        JsonElement whole = await server.CompleteAsync(
            new { request.prompt, request.n, request.max_tokens, request.seed, request.stop, request.logprobs, request.echo });
        using var content = new StringContent(JsonSerializer.Serialize(request), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await server.Client.PostAsync(RunningServer.CompletionsPath, content);
        string[] events = RunningServer.Events(await response.Content.ReadAsStringAsync());

        response.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        events[^1].Should().Be("[DONE]");
        JsonElement[] pieces = [.. events[..^1].Select(text => JsonDocument.Parse(text).RootElement)];
        pieces[^1].GetProperty("usage").ToString().Should().Be(whole.GetProperty("usage").ToString());
        pieces[..^1].Should().OnlyContain(piece => piece.GetProperty("usage").ValueKind == JsonValueKind.Null);
        pieces[^1].GetProperty("choices").GetArrayLength().Should().Be(0);
        pieces.Select(piece => piece.GetProperty("id").GetString()).Distinct().Should().ContainSingle();
        for (int index = 0; index < 4; index++)
        {
            JsonElement[] mine = [.. pieces[..^1]
                .Select(piece => piece.GetProperty("choices")[0]).Where(choice => choice.GetProperty("index").GetInt32() == index)];
            JsonElement expected = Choice(whole, index);
            string.Concat(mine.Select(choice => choice.GetProperty("text").GetString())).Should().Be(expected.GetProperty("text").GetString());
            mine[^1].GetProperty("finish_reason").ToString().Should().Be(expected.GetProperty("finish_reason").ToString());
            mine[..^1].Should().OnlyContain(choice => choice.GetProperty("finish_reason").ValueKind == JsonValueKind.Null);
            foreach (string list in (string[])["tokens", "token_logprobs", "top_logprobs", "text_offset"])
            {
                mine.SelectMany(choice => choice.GetProperty("logprobs").GetProperty(list).EnumerateArray()).Select(element => element.ToString())
                    .Should().Equal(expected.GetProperty("logprobs").GetProperty(list).EnumerateArray().Select(element => element.ToString()));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"stream_options\":{\"include_usage\":false}")]
    public async Task Stream_WithoutWishForUsage_HasNone(string options)
    {
        using var content = new StringContent("{\"prompt\":\"abc\",\"stream\":true" + options + "}", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await server.Client.PostAsync(RunningServer.CompletionsPath, content);

        RunningServer.Events(await response.Content.ReadAsStringAsync()).Should().NotContain(text => text.Contains("usage"));
    }

    [Fact]
    public async Task ModelsAndHealth_NameTheModel()
    {
        using JsonDocument list = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/models"));
        list.RootElement.GetProperty("object").GetString().Should().Be("list");
        list.RootElement.GetProperty("data").GetArrayLength().Should().Be(1);
        list.RootElement.GetProperty("data")[0].GetProperty("id").GetString().Should().Be(RunningServer.ModelName);
        using JsonDocument one = JsonDocument.Parse(await server.Client.GetStringAsync("/v1/models/small"));
        one.RootElement.GetProperty("object").GetString().Should().Be("model");
        (await server.Client.GetStringAsync("/health")).Should().Be("{\"status\":\"ok\",\"model\":\"small\",\"running\":0,\"waiting\":0}");
    }

    private static JsonElement Choice(JsonElement body, int index) => body.GetProperty("choices")[index];

    private static (string Text, string Finish, int Count) Library(string prompt, int count, SamplingOptions? sampling) =>
        Library(RunningServer.Tokenizer.Encode(prompt), count, sampling);

    private static (string Text, string Finish, int Count) Library(int[] prompt, int count, SamplingOptions? sampling)
    {
        GeneratedToken[] tokens = [.. RunningServer.Library.Generate(prompt, new GenerationOptions { MaxNewTokens = count, Sampling = sampling })];
        return (string.Concat(tokens.Select(token => token.Text)), tokens[^1].Finish == FinishReason.Stop ? "stop" : "length", tokens.Length);
    }
}
