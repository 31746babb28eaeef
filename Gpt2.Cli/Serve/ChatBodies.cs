// The answers of /v1/chat/completions: what a template puts around the answer is not part of it.

using System.Text.Json;
using Gpt2.Core.PostTraining.Data;

namespace Gpt2.Cli.Serve;

/// <summary>Makes the bodies of messages.</summary>
internal sealed class ChatBodies(ServedModel model, CompletionRequest request) : AnswerBodies(request, "chatcmpl-")
{
    private readonly HashSet<int> begun = [], written = []; // the choices with an event, and with text

    protected override byte[] Answer(ChoicePiece[] choices, JsonElement usage) => CompletionShapes.Bytes(new ChatBody(
        Id, "chat.completion", Created, model.Name, model.Fingerprint, Request.Sampling.Seed,
        [.. choices.Select(choice => new ChatChoiceBody(
            choice.Index, new MessageBody(ChatMessage.Assistant, TextOf(choice), null), LogProbabilitiesOf(choice), Word(choice.Finish)))],
        usage));

    protected override byte[] Event(ChoicePiece[] pieces, JsonElement? usage) => CompletionShapes.Bytes(new ChatChunkBody(
        Id, "chat.completion.chunk", Created, model.Name, model.Fingerprint, Request.Sampling.Seed,
        [.. pieces.Select(piece => new ChatDeltaBody(
            piece.Index, new DeltaBody(begun.Add(piece.Index) ? ChatMessage.Assistant : null, TextOf(piece)), LogProbabilitiesOf(piece),
            Word(piece.Finish)))],
        usage));

    /// <summary>A text without what the template begins every answer with.</summary>
    private string TextOf(ChoicePiece piece) =>
        piece.Text.Length > 0 && written.Add(piece.Index) ? Request.AnswerOf(piece.Text) : piece.Text;

    private ChatLogProbabilitiesBody? LogProbabilitiesOf(ChoicePiece piece) => Request.LogProbabilities is null ? null : new(
        [.. piece.Tokens.Select(token => new ChatTokenBody(
            Key(model.Tokenizer.Vocabulary, token.Id), Finite(token.LogProbability!.Value), BytesOf(token.Id),
            [.. token.Alternatives!.Select(other => new ChatAlternativeBody(
                Key(model.Tokenizer.Vocabulary, other.Id), Finite(other.LogProbability), BytesOf(other.Id)))]))]);

    private int[] BytesOf(int token) => [.. model.Tokenizer.Vocabulary.BytesOf(token).ToArray().Select(value => (int)value)];
}
