// What the view of depths asks: what the head makes of the residual stream at a depth, and the parts of a logit.

using Gpt2.Cli.Http;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Microsoft.AspNetCore.Http;
using static System.FormattableString;

namespace Gpt2.Cli.Explore;

/// <summary>Answers requests about depths.</summary>
/// <param name="model">The model.</param>
/// <param name="maker">Gives turns, since a reading multiplies by the whole vocabulary.</param>
/// <param name="limits">What is accepted.</param>
internal sealed class DepthEndpoints(LanguageModel model, SessionMaker maker, ExplorerLimits limits)
{
    internal const int TopTokens = 5;

    /// <summary>depth/WHAT.</summary>
    /// <exception cref="ApiException">There is nothing of the kind.</exception>
    public async Task AnswerAsync(HttpContext context, ExplorerSession session, string[] rest)
    {
        try
        {
            await (rest switch
            {
                ["readings"] => ReadingsAsync(context, session),
                ["logit"] => LogitAsync(context, session),
                _ => throw ExplorerRouter.Nothing(context.Request.Path.Value ?? ""),
            });
        }
        catch (Gpt2Exception e)
        {
            throw NoDistribution(e);
        }
    }

    /// <summary>A model whose output is no distribution can be looked at, but not be asked what it predicts.</summary>
    public static ApiException NoDistribution(Gpt2Exception reason) => new(409, reason.Message, code: "no_distribution");

    /// <summary>GET readings?depth=&amp;from=&amp;to=: some tokens of the prompt, read out at a depth; 0 is before the blocks.</summary>
    /// <exception cref="ApiException">They are not in the prompt, or too many, or there is no such depth.</exception>
    private async Task ReadingsAsync(HttpContext context, ExplorerSession session)
    {
        IQueryCollection query = context.Request.Query;
        int tokens = session.Trace.Ids.Count, last = 2 * model.Config.Layers;
        int depth = SheetRange.Whole(query, "depth", 0, last, last);
        int from = SheetRange.Whole(query, "from", 0, tokens - 1, 0);
        int to = SheetRange.Whole(query, "to", from + 1, tokens, Math.Min(tokens, from + limits.LensTokens));
        if (to - from > limits.LensTokens)
        {
            throw new ApiException(
                400, Invariant($"{to - from} tokens are asked for, expected at most {limits.LensTokens}"), code: "window_too_large");
        }

        IReadOnlyList<LensReading> readings = await maker.InTurnAsync(
            () =>
            {
                var lens = new LogitLens(session.Model, session.Trace);
                return lens.Read(lens.Depths[depth], from, to - from, TopTokens);
            },
            context.RequestAborted);
        await ExplorerAnswer.JsonAsync(context.Response, new DepthBody(depth, from, [.. readings.Select(reading => Describe(reading, model))]));
    }

    /// <summary>GET logit?row=&amp;token=: the parts of a token's logit in a row; without a token, of the most probable one.</summary>
    /// <exception cref="ApiException">There is no such row or token.</exception>
    private async Task LogitAsync(HttpContext context, ExplorerSession session)
    {
        IQueryCollection query = context.Request.Query;
        int tokens = session.Trace.Ids.Count;
        int row = SheetRange.Whole(query, "row", 0, tokens - 1, tokens - 1);
        int chosen = SheetRange.Whole(query, "token", 0, model.Config.Vocabulary - 1, -1);
        LogitBody body = await maker.InTurnAsync(() => Divide(session, row, chosen), context.RequestAborted);
        await ExplorerAnswer.JsonAsync(context.Response, body);
    }

    private LogitBody Divide(ExplorerSession session, int row, int chosen)
    {
        ForwardActivations head = HeadOf(session, row, out int at);
        ReadOnlySpan<float> logits = head.Logits.Row(at);
        int answer = Greedy.Choose(logits), token = chosen < 0 ? answer : chosen;
        var attribution = LogitAttribution.Of(session.Model, session.Trace, row, token);
        int rank = LogProbabilities.Rank(logits, token);
        return new LogitBody(
            row, token, TokenLabel.Of(model.Tokenizer.Vocabulary, token), token == answer, rank, logits[token], head.Probabilities.Row(at)[token],
            attribution.Sum, attribution.Parts.Max(part => Math.Abs(part.Value)),
            [.. attribution.Parts.Select(part => new LogitPartBody(part.Part.ToString(), part.Block, part.Head, part.Value))]);
    }

    /// <summary>The head's matrices that hold a row: the pass's own, or computed if those hold only the last.</summary>
    private ForwardActivations HeadOf(ExplorerSession session, int row, out int at)
    {
        ForwardActivations a = session.Trace.Activations;
        at = row - (session.Trace.Ids.Count - a.Logits.Rows);
        if (at >= 0)
        {
            return a;
        }

        Matrix stream = a.Block(model.Config.Layers - 1).Residual2, one = new("a row of the residual stream", 1, stream.Columns);
        stream.Row(row).CopyTo(one.Span);
        var head = new ForwardActivations(model.Config, headRows: HeadRows.All);
        session.Model.ReadOut(one, head);
        at = 0;
        return head;
    }

    internal static ReadingBody Describe(LensReading reading, LanguageModel model) => new(
        [.. reading.Top.Select(token => Likely(token.Id, token.Probability, model))], Likely(reading.Answer, reading.AnswerProbability, model),
        reading.AnswerRank + 1);

    private static LikelyBody Likely(int id, float probability, LanguageModel model) =>
        new(id, TokenLabel.Of(model.Tokenizer.Vocabulary, id), probability);
}
