// Answers and the events of a stream are made from the same pieces of completions.

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Gpt2.Core.Generation;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Serve;

/// <summary>Makes the JSON bodies of the answer to one request.</summary>
internal sealed class CompletionBodies(ServedModel model, CompletionRequest request)
{
    /// <summary>Stands for the logarithm of 0, since JSON has no infinity; the official API does the same.</summary>
    private const double MinLogProbability = -9999;

    private readonly string id = "cmpl-" + Guid.NewGuid().ToString("N");
    private readonly long created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>The whole answer.</summary>
    /// <param name="pieces">All pieces of all completions, those of one completion in order.</param>
    public CompletionBody Whole(IReadOnlyList<ChoicePiece> pieces)
    {
        ChoiceBody[] choices =
        [
            .. pieces.GroupBy(piece => piece.Index).OrderBy(group => group.Key).Select(group => Choice(
                group.Key, string.Concat(group.Select(piece => piece.Text)), [.. group.SelectMany(piece => piece.Tokens)], group.Last().Finish)),
        ];
        return Body(choices, Usage(pieces.Sum(piece => piece.Generated)));
    }

    /// <summary>One event of a stream.</summary>
    public CompletionBody Piece(ChoicePiece piece) => Body(
        [Choice(piece.Index, piece.Text, piece.Tokens, piece.Finish)],
        request.StreamUsage ? CompletionShapes.Element<UsageBody>(null) : null);

    /// <summary>The last event of a stream for which the client requested the token counts.</summary>
    public CompletionBody UsageOnly(int generated) => Body([], Usage(generated));

    /// <summary>
    /// A token as a key: its text or, if its bytes are not UTF-8, "bytes:" and each byte as \x and two hexadecimal
    /// digits.
    /// </summary>
    internal static string Key(Vocabulary vocabulary, int token)
    {
        ReadOnlySpan<byte> bytes = vocabulary.BytesOf(token);
        return Utf8.IsValid(bytes)
            ? Encoding.UTF8.GetString(bytes)
            : "bytes:" + string.Concat(bytes.ToArray().Select(value => "\\x" + value.ToString("x2", CultureInfo.InvariantCulture)));
    }

    private CompletionBody Body(ChoiceBody[] choices, JsonElement? usage) =>
        new(id, "text_completion", created, model.Name, model.Fingerprint, request.Sampling.Seed, choices, usage);

    private JsonElement Usage(int generated) =>
        CompletionShapes.Element(new UsageBody(request.PromptTokens, generated, request.PromptTokens + generated));

    private ChoiceBody Choice(int index, string text, IReadOnlyList<TokenDetail> tokens, FinishReason? finish) =>
        new(index, text, request.LogProbabilities is null ? null : LogProbabilitiesOf(tokens), finish switch
        {
            null => null,
            FinishReason.Stop => "stop",
            _ => "length",
        });

    private LogProbabilitiesBody LogProbabilitiesOf(IReadOnlyList<TokenDetail> tokens) => new(
        [.. tokens.Select(token => Key(model.Tokenizer.Vocabulary, token.Id))],
        [.. tokens.Select(token => token.LogProbability is double value ? Finite(value) : (double?)null)],
        [.. tokens.Select(Top)],
        [.. tokens.Select(token => token.Offset)]);

    /// <summary>The most probable tokens, and the token itself if it is not among them.</summary>
    private Dictionary<string, double>? Top(TokenDetail token)
    {
        if (token.Alternatives is null || token.LogProbability is not double own)
        {
            return null;
        }

        var top = new Dictionary<string, double>();
        foreach (TokenAlternative alternative in token.Alternatives)
        {
            top[Key(model.Tokenizer.Vocabulary, alternative.Id)] = Finite(alternative.LogProbability);
        }

        top.TryAdd(Key(model.Tokenizer.Vocabulary, token.Id), Finite(own));
        return top;
    }

    /// <summary>Replaces negative infinity, which JSON does not have.</summary>
    private static double Finite(double logProbability) => Math.Max(logProbability, MinLogProbability);
}
