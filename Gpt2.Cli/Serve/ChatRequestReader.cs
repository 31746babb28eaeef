// Requests for /v1/chat/completions: messages, which the template of the model's tuning makes a prompt.

using System.Text.Json;
using Gpt2.Cli.Http;
using Gpt2.Core.PostTraining.Data;
using static System.FormattableString;

namespace Gpt2.Cli.Serve;

/// <summary>Turns the JSON of chats with one model into <see cref="CompletionRequest"/>.</summary>
internal sealed class ChatRequestReader(ServedModel model, ServerLimits limits)
{
    private const string Messages = "messages";
    private const int MaxAlternatives = 20;

    private readonly PromptReader prompts = new(model.Tokenizer, limits);

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="ApiException">
    /// It is not a JSON object, names another model, a field is wrong, or the model has no template.
    /// </exception>
    public CompletionRequest Read(ReadOnlyMemory<byte> body) => SharedFields.Open(body, model, Messages, Read);

    private CompletionRequest Read(JsonFields fields)
    {
        PromptTemplate template = model.Template ?? throw new ApiException(
            400,
            $"'{model.Name}' does not know how a chat is written: it was not tuned with a template. Start the server with an adapter that was, "
                + "as in 'gpt2 serve --adapter NAME', or post a prompt to /v1/completions",
            code: "no_template");
        RefuseWhatIsNotThere(fields);
        AskedPrompt asked = template.Ask(MessageReader.Read(fields.Value(Messages)));
        ServedPrompt prompt = prompts.OfText(asked.Text, Messages);
        int room = Math.Clamp(limits.PromptTokens - prompt.Ids.Length, 1, limits.NewTokens);
        int newTokens = fields.Whole("max_completion_tokens", 0, limits.NewTokens) ?? fields.Whole("max_tokens", 0, limits.NewTokens) ?? room;
        int samples = fields.Whole("n", 1, limits.Completions) ?? 1;
        return SharedFields.Read(fields, [prompt], samples, newTokens, LogProbabilities(fields)) with { AnswerOf = asked.AnswerOf };
    }

    private static int? LogProbabilities(JsonFields fields)
    {
        bool wanted = fields.Truth("logprobs") ?? false;
        int? alternatives = fields.Whole("top_logprobs", 0, MaxAlternatives);
        return wanted || alternatives is null
            ? wanted ? alternatives ?? 0 : null
            : throw ApiException.BadValue("top_logprobs", Invariant($"{alternatives}"), "none without 'logprobs': true");
    }

    private static void RefuseWhatIsNotThere(JsonFields fields)
    {
        foreach (string name in (string[])["tools", "functions"])
        {
            if (fields.Value(name) is JsonElement given && !(given.ValueKind == JsonValueKind.Array && given.GetArrayLength() == 0))
            {
                throw ApiException.BadValue(name, JsonFields.Shown(given), "none, since GPT-2 calls no functions");
            }
        }

        if (fields.Value("response_format") is JsonElement format
            && !(format.ValueKind == JsonValueKind.Object && new JsonFields(format).Text("type") == "text"))
        {
            throw ApiException.BadValue("response_format", JsonFields.Shown(format), "none or {\"type\": \"text\"}");
        }
    }
}
