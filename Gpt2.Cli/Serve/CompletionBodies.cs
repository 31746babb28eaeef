// The answers of /v1/completions.

using System.Text.Json;
using Gpt2.Core.Generation;

namespace Gpt2.Cli.Serve;

/// <summary>Makes the bodies of texts.</summary>
internal sealed class CompletionBodies(ServedModel model, CompletionRequest request) : AnswerBodies(request, "cmpl-")
{
    protected override byte[] Answer(ChoicePiece[] choices, JsonElement usage) => Event(choices, usage);

    protected override byte[] Event(ChoicePiece[] pieces, JsonElement? usage) => CompletionShapes.Bytes(new CompletionBody(
        Id, "text_completion", Created, model.Name, model.Fingerprint, Request.Sampling.Seed, [.. pieces.Select(Choice)], usage));

    private ChoiceBody Choice(ChoicePiece piece) => new(
        piece.Index, piece.Text, Request.LogProbabilities is null ? null : LogProbabilitiesOf(piece.Tokens), Word(piece.Finish));

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
}
