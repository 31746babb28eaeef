// The official openai client for Node against the server: it completes, chats, streams, lists models, and understands refusals.

using System.Diagnostics;
using System.Text.Json;
using Gpt2.Cli.Serve;
using Gpt2.Core.Generation;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Serve;

public class OpenAiClientTests
{
    [OpenAiClientFact]
    public async Task OfficialClient_CompletesAndStreams_AsTheLibrary()
    {
        await using RunningServer server = await RunningServer.StartAsync(
            new ServerLimits { NewTokens = RunningServer.Endless }, template: PromptTemplate.Parse("of the test", "{input}{instruction}{output}"));
        using JsonDocument document = JsonDocument.Parse(await RunAsync(server.Address));
        JsonElement result = document.RootElement;
        var options = new GenerationOptions { MaxNewTokens = 12, Sampling = new SamplingOptions { Seed = 5 } };
        string[] Expected(string prompt) =>
        [
            .. RunningServer.Library.GenerateMany(RunningServer.Tokenizer.Encode(prompt), 2, options)
                .Select(tokens => string.Concat(tokens.Select(token => token.Text))),
        ];
        string[] expected = Expected("abc");

        JsonElement[] choices = [.. result.GetProperty("completion").GetProperty("choices").EnumerateArray()];
        choices.Select(choice => choice.GetProperty("text").GetString()).Should().Equal(expected);
        choices[0].GetProperty("logprobs").GetProperty("tokens").GetArrayLength().Should().BePositive();
        result.GetProperty("streamed").EnumerateArray().Select(text => text.GetString()).Should().Equal(expected);
        result.GetProperty("finish").EnumerateArray().Select(reason => reason.GetString())
            .Should().Equal(choices.Select(choice => choice.GetProperty("finish_reason").GetString()));
        result.GetProperty("chat").GetProperty("choices").EnumerateArray()
            .Select(choice => choice.GetProperty("message").GetProperty("content").GetString()).Should().Equal(Expected("xabc"));
        result.GetProperty("chatStreamed").EnumerateArray().Select(text => text.GetString()).Should().Equal(Expected("xabc"));
        Error(result, "wrongRole").Should().Be(("BadRequestError", 400, null, "messages[0].role"));
        result.GetProperty("models").EnumerateArray().Select(model => model.GetString()).Should().Equal(RunningServer.ModelName);
        result.GetProperty("model").GetString().Should().Be(RunningServer.ModelName);
        Error(result, "unknownModel").Should().Be(("NotFoundError", 404, "model_not_found", "model"));
        Error(result, "wrongField").Should().Be(("BadRequestError", 400, null, "temperature"));
        result.GetProperty("wrongField").GetProperty("message").GetString().Should().Be("400 'temperature' is a string, expected a finite number");
        await server.LoadBecomesAsync(running: 0, waiting: 0); // the stream that the client left
        server.Failures.Should().BeEmpty();
    }

    private static (string?, int, string?, string?) Error(JsonElement result, string name)
    {
        JsonElement error = result.GetProperty(name);
        return (
            error.GetProperty("name").GetString(), error.GetProperty("status").GetInt32(), error.GetProperty("code").GetString(),
            error.GetProperty("param").GetString());
    }

    private static async Task<string> RunAsync(string address)
    {
        string script = Path.Combine(SharedData.RepositoryRoot, "Gpt2.Tests", "Cli", "Serve", "openai-client.cjs");
        var start = new ProcessStartInfo("node", [script, OpenAiClient.Folder!, address])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process node = Process.Start(start)!;
        using var whateverHappens = new KilledAtLast(node);
        Task<string> output = node.StandardOutput.ReadToEndAsync();
        Task<string> error = node.StandardError.ReadToEndAsync();
        await node.WaitForExitAsync().WaitAsync(CommandProcess.LongEnough);
        node.ExitCode.Should().Be(0, await error);
        return await output;
    }
}
