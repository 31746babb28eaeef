// The records whose JSON is that of the completions API's answers.

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gpt2.Cli.Http;

namespace Gpt2.Cli.Serve;

/// <summary>
/// An answer, or in a stream a piece of one. <c>seed</c> is this server's own addition, with which the answer can be
/// repeated. <c>usage</c> is absent from the pieces of a stream. But if the client requested it at the end, earlier
/// pieces have it as JSON's null, which here is an element and not a null reference.
/// </summary>
internal sealed record CompletionBody(
    string Id, string Object, long Created, string Model, string SystemFingerprint, ulong Seed, ChoiceBody[] Choices,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Usage);

internal sealed record ChoiceBody(int Index, string Text, LogProbabilitiesBody? Logprobs, string? FinishReason);

/// <summary>One entry per token; the first token of an echoed prompt has no probability.</summary>
internal sealed record LogProbabilitiesBody(
    string[] Tokens, double?[] TokenLogprobs, Dictionary<string, double>?[] TopLogprobs, int[] TextOffset);

/// <summary>The answer to a chat.</summary>
internal sealed record ChatBody(
    string Id, string Object, long Created, string Model, string SystemFingerprint, ulong Seed, ChatChoiceBody[] Choices, JsonElement Usage);

internal sealed record ChatChoiceBody(int Index, MessageBody Message, ChatLogProbabilitiesBody? Logprobs, string? FinishReason);

internal sealed record MessageBody(string Role, string Content, string? Refusal);

/// <summary>A piece of the answer to a chat; <c>usage</c> is as in <see cref="CompletionBody"/>.</summary>
internal sealed record ChatChunkBody(
    string Id, string Object, long Created, string Model, string SystemFingerprint, ulong Seed, ChatDeltaBody[] Choices,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Usage);

internal sealed record ChatDeltaBody(int Index, DeltaBody Delta, ChatLogProbabilitiesBody? Logprobs, string? FinishReason);

/// <summary>The first piece of a message says whose it is.</summary>
internal sealed record DeltaBody([property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Role, string Content);

internal sealed record ChatLogProbabilitiesBody(ChatTokenBody[] Content);

internal sealed record ChatTokenBody(string Token, double Logprob, int[] Bytes, ChatAlternativeBody[] TopLogprobs);

internal sealed record ChatAlternativeBody(string Token, double Logprob, int[] Bytes);

internal sealed record UsageBody(int PromptTokens, int CompletionTokens, int TotalTokens);

internal sealed record ModelListBody(string Object, ModelBody[] Data);

internal sealed record ModelBody(string Id, string Object, long Created, string OwnedBy);

internal sealed record HealthBody(string Status, string Model, int Running, int Waiting);

[JsonSerializable(typeof(CompletionBody))]
[JsonSerializable(typeof(ChatBody))]
[JsonSerializable(typeof(ChatChunkBody))]
[JsonSerializable(typeof(UsageBody))]
[JsonSerializable(typeof(ModelListBody))]
[JsonSerializable(typeof(ModelBody))]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(RefusalBody))]
internal sealed partial class CompletionShapes : JsonSerializerContext
{
    /// <summary>Writes snake_case names, and characters unescaped, since the output is UTF-8.</summary>
    private static CompletionShapes Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>An answer as UTF-8, on one line.</summary>
    public static byte[] Bytes<T>(T body) => JsonSerializer.SerializeToUtf8Bytes(body, typeof(T), Readable);

    /// <summary>An optional part of an answer; null becomes JSON's null.</summary>
    public static JsonElement Element<T>(T? part) => JsonSerializer.SerializeToElement(part, typeof(T), Readable);
}
