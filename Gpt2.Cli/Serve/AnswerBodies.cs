// Answers and the events of a stream are made from the same pieces of completions. What is the same for completions and chats is here.

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Gpt2.Core.Generation;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Serve;

/// <summary>Makes the JSON bodies, as UTF-8, of the answer to one request.</summary>
/// <param name="request">The request.</param>
/// <param name="idBegin">What the answer's id begins with.</param>
internal abstract class AnswerBodies(CompletionRequest request, string idBegin)
{
    /// <summary>Stands for the logarithm of 0, since JSON has no infinity; the official API does the same.</summary>
    private const double MinLogProbability = -9999;

    protected CompletionRequest Request => request;

    protected string Id { get; } = idBegin + Guid.NewGuid().ToString("N");

    protected long Created { get; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>The whole answer.</summary>
    /// <param name="pieces">All pieces of all completions, those of one completion in order.</param>
    public byte[] Whole(IReadOnlyList<ChoicePiece> pieces)
    {
        ChoicePiece[] choices =
        [
            .. pieces.GroupBy(piece => piece.Index).OrderBy(group => group.Key).Select(group => new ChoicePiece(
                group.Key, string.Concat(group.Select(piece => piece.Text)), [.. group.SelectMany(piece => piece.Tokens)],
                group.Sum(piece => piece.Generated), group.Last().Finish)),
        ];
        return Answer(choices, Usage(pieces.Sum(piece => piece.Generated)));
    }

    /// <summary>One event of a stream.</summary>
    public byte[] Piece(ChoicePiece piece) => Event([piece], request.StreamUsage ? CompletionShapes.Element<UsageBody>(null) : null);

    /// <summary>The last event of a stream for which the client requested the token counts.</summary>
    public byte[] UsageOnly(int generated) => Event([], Usage(generated));

    /// <summary>
    /// A token as a key: its text or, if its bytes are not UTF-8, "bytes:" and each byte as \x and two hexadecimal
    /// digits. An id without a token is &lt;unused 50300&gt;.
    /// </summary>
    internal static string Key(Vocabulary vocabulary, int token)
    {
        if (vocabulary.IsUnused(token))
        {
            return vocabulary.WrittenForm(token);
        }

        ReadOnlySpan<byte> bytes = vocabulary.BytesOf(token);
        return Utf8.IsValid(bytes)
            ? Encoding.UTF8.GetString(bytes)
            : "bytes:" + string.Concat(bytes.ToArray().Select(value => "\\x" + value.ToString("x2", CultureInfo.InvariantCulture)));
    }

    /// <summary>The answer with whole completions.</summary>
    protected abstract byte[] Answer(ChoicePiece[] choices, JsonElement usage);

    /// <summary>An event with pieces of completions.</summary>
    protected abstract byte[] Event(ChoicePiece[] pieces, JsonElement? usage);

    protected static string? Word(FinishReason? finish) => finish switch
    {
        null => null,
        FinishReason.Stop => "stop",
        _ => "length",
    };

    /// <summary>Replaces negative infinity, which JSON does not have.</summary>
    protected static double Finite(double logProbability) => Math.Max(logProbability, MinLogProbability);

    private JsonElement Usage(int generated) =>
        CompletionShapes.Element(new UsageBody(request.PromptTokens, generated, request.PromptTokens + generated));
}
