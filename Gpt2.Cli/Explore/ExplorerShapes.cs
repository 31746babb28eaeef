// The records whose JSON the page reads. Numbers of a sheet are not among them: those are sent as bytes.

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Gpt2.Cli.Http;
using Gpt2.Core.Laboratory;

namespace Gpt2.Cli.Explore;

/// <summary>What the page begins with: the prompt of the command line.</summary>
internal sealed record StartBody(string Model, string Prompt);

/// <summary>A request for a pass, with changes or without; one that is compared with another must fit <c>Beside</c> it in memory.</summary>
internal sealed record PromptBody(string? Prompt, string? Replaces, JsonElement? Edits, string? Beside);

/// <summary>
/// A session. <c>Before</c> is the prediction without the edits, empty if there are none; <c>Problem</c> says why there is no prediction.
/// </summary>
internal sealed record SessionBody(
    string Id, ModelBody Model, string Prompt, TokenBody[] Tokens, string HeadRows, SheetBody[] Sheets, PredictionBody[] Prediction,
    string? Problem, EditBody[] Edits, PredictionBody[] Before);

/// <summary>An edit, and what it says to people.</summary>
internal sealed record EditBody(string Text, PassEdit Edit);

/// <summary>A model; <c>Activation</c> has the name of config.json.</summary>
internal sealed record ModelBody(
    string Name, int Vocabulary, int Context, int Channels, int Heads, int HeadSize, int Hidden, int Layers, long Parameters, float Epsilon,
    string Activation);

/// <summary>A token: its text as it is, as the page shows it, and its bytes in hexadecimal.</summary>
internal sealed record TokenBody(int Id, string Text, string Label, string Bytes);

internal sealed record SheetBody(
    string Name, string Title, string Sentence, int Rows, int Columns, string RowAxis, string ColumnAxis, int FirstToken, int? Block, int? Step,
    bool IsWeight, bool CanBeChanged, float Moved);

internal sealed record PredictionBody(int Rank, int Id, string Label, float Logit, float Probability);

/// <summary>A ranked list, and how many tokens there are that were searched for.</summary>
internal sealed record RankedBody(int Found, PredictionBody[] Tokens);

/// <summary>A word with its merges; <c>First</c> is which of the prompt's tokens is its first.</summary>
internal sealed record WordBody(string Word, int First, string[] Bytes, MergeBody[] Merges, int[] Ids);

/// <summary>One merge, and the word after it.</summary>
internal sealed record MergeBody(int Rank, string Left, string Right, string[] Tokens);

[JsonSerializable(typeof(StartBody))]
[JsonSerializable(typeof(PromptBody))]
[JsonSerializable(typeof(SessionBody))]
[JsonSerializable(typeof(RangeStatistics))]
[JsonSerializable(typeof(RankedBody))]
[JsonSerializable(typeof(WordBody))]
[JsonSerializable(typeof(DepthBody))]
[JsonSerializable(typeof(LogitBody))]
[JsonSerializable(typeof(NextBody))]
[JsonSerializable(typeof(NeuronSearchBody))]
[JsonSerializable(typeof(StopBody))]
[JsonSerializable(typeof(StoppedBody))]
[JsonSerializable(typeof(FiringsBody))]
[JsonSerializable(typeof(ComparisonBody))]
[JsonSerializable(typeof(OriginBody))]
[JsonSerializable(typeof(LearnedBody))]
[JsonSerializable(typeof(SavedBody))]
[JsonSerializable(typeof(NetworkQuestion))]
[JsonSerializable(typeof(NetworkBody))]
[JsonSerializable(typeof(ParabolaBody))]
[JsonSerializable(typeof(NetworkErrorsBody))]
[JsonSerializable(typeof(DescentBody))]
[JsonSerializable(typeof(LandscapeBody))]
[JsonSerializable(typeof(WalkBody))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(RefusalBody))]
internal sealed partial class ExplorerShapes : JsonSerializerContext
{
    /// <summary>
    /// Characters are written unescaped, since the output is UTF-8 and no part of a web page; numbers that are not finite
    /// as "NaN", "Infinity" and "-Infinity".
    /// </summary>
    private static ExplorerShapes Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>An answer as UTF-8.</summary>
    public static byte[] Bytes(object body) => JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), Readable);

    /// <summary>The request for a pass.</summary>
    /// <exception cref="ApiException">The JSON is something else.</exception>
    public static PromptBody ReadPrompt(ReadOnlyMemory<byte> body) =>
        Read(body, Readable.PromptBody, "prompt", "the texts 'prompt' and 'replaces'");

    /// <summary>The request for a stop of the debugger.</summary>
    /// <exception cref="ApiException">The JSON is something else.</exception>
    public static StopBody ReadStop(ReadOnlyMemory<byte> body) => Read(body, Readable.StopBody, "at", "the text 'at', a step");

    /// <summary>The request for a neuron's strongest tokens.</summary>
    /// <exception cref="ApiException">The JSON is something else.</exception>
    public static NeuronSearchBody ReadNeuronSearch(ReadOnlyMemory<byte> body) =>
        Read(body, Readable.NeuronSearchBody, "text", "the text 'text' and the whole numbers 'block' and 'neuron'");

    /// <summary>A question of the lesson on neural networks.</summary>
    /// <exception cref="ApiException">The JSON is something else.</exception>
    public static NetworkQuestion ReadNetwork(ReadOnlyMemory<byte> body) =>
        Read(body, Readable.NetworkQuestion, "parameters", "the numbers of a network: 'parameters', 'neurons', 'seed', 'rate', 'steps', …");

    private static T Read<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> shape, string parameter, string fields)
    {
        using JsonDocument document = JsonBody.Parse(body);
        try
        {
            return document.Deserialize(shape) ?? throw ApiException.BadValue(parameter, "missing", "a text");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for half of a surrogate pair
        {
            throw new ApiException(400, $"the body is not an object with {fields}", parameter, "bad_" + parameter);
        }
    }
}
