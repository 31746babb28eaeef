// A POST is answered all at once or as a stream of server-sent events. How the request is read and what the JSON of the answer looks
// like is what /v1/completions and /v1/chat/completions differ in.

using Gpt2.Cli.Http;
using Gpt2.Core;
using Microsoft.AspNetCore.Http;

namespace Gpt2.Cli.Serve;

/// <summary>Answers requests for completions.</summary>
/// <param name="model">The model.</param>
/// <param name="limits">What is accepted.</param>
/// <param name="queue">Computes the completions.</param>
/// <param name="read">Reads the body of a request, or throws.</param>
/// <param name="bodiesOf">Makes the answer to one request.</param>
internal sealed class CompletionEndpoint(
    ServedModel model, ServerLimits limits, FairQueue queue, Func<ReadOnlyMemory<byte>, CompletionRequest> read,
    Func<CompletionRequest, AnswerBodies> bodiesOf)
{
    private static readonly byte[] Done = "data: [DONE]\n\n"u8.ToArray();

    private readonly CompletionWork work = new(model);

    /// <summary>Answers one request.</summary>
    /// <exception cref="ApiException">It is refused.</exception>
    /// <exception cref="OperationCanceledException">The client has disconnected.</exception>
    public async Task AnswerAsync(HttpContext context)
    {
        CompletionRequest request = read(await RequestBody.ReadAsync(context, limits.BodyBytes, limits.BodyTime));
        using IDisposable place = ConnectionPlaces.Keep(context);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        time.CancelAfter(limits.RequestTime);
        try
        {
            IAsyncEnumerable<ChoicePiece> pieces = queue.RunAsync(work.Steps(request, time.Token), time.Token);
            AnswerBodies bodies = bodiesOf(request);
            await (request.Stream
                ? StreamAsync(context, request, bodies, pieces)
                : AnswerWholeAsync(context, bodies, pieces));
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw ApiException.TimeOver(limits.RequestTime);
        }
        catch (Gpt2Exception e)
        {
            throw new ApiException(500, e.Message, code: "model_failed"); // the client is not at fault: its request has been checked
        }
    }

    private static async Task AnswerWholeAsync(HttpContext context, AnswerBodies bodies, IAsyncEnumerable<ChoicePiece> pieces)
    {
        var all = new List<ChoicePiece>();
        await foreach (ChoicePiece piece in pieces)
        {
            all.Add(piece);
        }

        await JsonAnswer.WriteBytesAsync(context.Response, bodies.Whole(all));
    }

    /// <summary>The head is sent with the first piece, so a refusal before that still has its own status.</summary>
    private static async Task StreamAsync(
        HttpContext context, CompletionRequest request, AnswerBodies bodies, IAsyncEnumerable<ChoicePiece> pieces)
    {
        int generated = 0;
        await foreach (ChoicePiece piece in pieces)
        {
            generated += piece.Generated;
            if (!piece.IsSilent)
            {
                await EventAsync(context, bodies.Piece(piece));
            }
        }

        if (request.StreamUsage)
        {
            await EventAsync(context, bodies.UsageOnly(generated));
        }

        await context.Response.Body.WriteAsync(Done, context.RequestAborted);
    }

    /// <summary>Sends one event immediately.</summary>
    internal static async Task EventAsync(HttpContext context, byte[] json)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "text/event-stream; charset=utf-8";
            context.Response.Headers.CacheControl = "no-cache";
        }

        byte[] line = [.. "data: "u8, .. json, .. "\n\n"u8];
        await context.Response.Body.WriteAsync(line, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
