// OpenAI's own library for .NET against the server: chats, whole and streamed, and refusals.

using System.ClientModel;
using System.Text;
using Gpt2.Core.Generation;
using Gpt2.Core.PostTraining.Data;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Models;

namespace Gpt2.Tests.Cli.Serve;

public sealed class OpenAiLibraryTests : IAsyncLifetime
{
    private static readonly PromptTemplate Template = PromptTemplate.Parse("of the test", "Q:{#input}{input}|{/input}{instruction}\nA:{output}");
    private static readonly OpenAI.Chat.ChatMessage[] Messages = [new SystemChatMessage("x"), new UserChatMessage("ab")];

    private RunningServer server = null!;
    private OpenAIClient client = null!;

    public async Task InitializeAsync()
    {
        server = await RunningServer.StartAsync(template: Template);
        client = new OpenAIClient(new ApiKeyCredential("unused"), new OpenAIClientOptions { Endpoint = new Uri(server.Address + "/v1") });
    }

    public async Task DisposeAsync()
    {
        server.Failures.Should().BeEmpty();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Chat_IsTheLibrarysCompletionOfTheTemplatedPrompt()
    {
        ChatCompletion chat = await Chat().CompleteChatAsync(Messages, Options());

        chat.Role.Should().Be(ChatMessageRole.Assistant);
        (string text, ChatFinishReason finish, int count) = Expected();
        chat.Content.Should().ContainSingle().Which.Text.Should().Be(text);
        chat.FinishReason.Should().Be(finish);
        chat.Model.Should().Be(RunningServer.ModelName);
        chat.Usage.InputTokenCount.Should().Be(RunningServer.Tokenizer.Encode("Q:x|ab\nA:").Length);
        chat.Usage.OutputTokenCount.Should().Be(count);
        chat.ContentTokenLogProbabilities.Should().NotBeEmpty().And.OnlyContain(token => token.TopLogProbabilities.Count == 2);
    }

    [Fact]
    public async Task Stream_IsTheSameInPieces()
    {
        var text = new StringBuilder();
        var roles = new List<ChatMessageRole>();
        ChatFinishReason? finish = null;
        ChatTokenUsage? usage = null;
        await foreach (StreamingChatCompletionUpdate update in Chat().CompleteChatStreamingAsync(Messages, Options()))
        {
            text.AppendJoin("", update.ContentUpdate.Select(part => part.Text));
            roles.AddRange(update.Role is ChatMessageRole role ? [role] : []);
            finish = update.FinishReason ?? finish;
            usage = update.Usage ?? usage;
        }

        (text.ToString(), finish).Should().Be((Expected().Text, Expected().Finish));
        roles.Should().Equal(ChatMessageRole.Assistant);
        usage!.OutputTokenCount.Should().Be(Expected().Count, "this library requests the usage of a stream");
    }

    [Fact]
    public async Task Refusal_IsAnExceptionWithItsMessage()
    {
        Func<Task> other = async () => await client.GetChatClient("gpt-4o").CompleteChatAsync(Messages);
        Func<Task> last = async () => await Chat().CompleteChatAsync([new AssistantChatMessage("a")]);

        (await other.Should().ThrowAsync<ClientResultException>()).Which.Status.Should().Be(404);
        (await last.Should().ThrowAsync<ClientResultException>()).Which.Message.Should().Contain("expected 'user' at the end");
    }

    [Fact]
    public async Task Models_AreTheOneThatIsServed()
    {
        OpenAIModelCollection models = await client.GetOpenAIModelClient().GetModelsAsync();

        models.Select(model => model.Id).Should().Equal(RunningServer.ModelName);
    }

    private static (string Text, ChatFinishReason Finish, int Count) Expected()
    {
        var options = new GenerationOptions { MaxNewTokens = 12, Sampling = new SamplingOptions { Seed = 5 } };
        GeneratedToken[] tokens = [.. RunningServer.Library.Generate(RunningServer.Tokenizer.Encode("Q:x|ab\nA:"), options)];
        return (
            string.Concat(tokens.Select(token => token.Text)),
            tokens[^1].Finish == FinishReason.Stop ? ChatFinishReason.Stop : ChatFinishReason.Length, tokens.Length);
    }

    private static ChatCompletionOptions Options() => new()
    {
        MaxOutputTokenCount = 12,
#pragma warning disable OPENAI001 // the library may still rename it
        Seed = 5,
#pragma warning restore OPENAI001
        IncludeLogProbabilities = true,
        TopLogProbabilityCount = 2,
    };

    private ChatClient Chat() => client.GetChatClient(RunningServer.ModelName);
}
