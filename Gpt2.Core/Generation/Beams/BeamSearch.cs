// Beam search: the best few unfinished texts are continued step by step, and the finished text with the best score
// wins.

using Gpt2.Core.Model;

namespace Gpt2.Core.Generation.Beams;

/// <summary>
/// A step compares the continuations of all beams by every token (beams × vocabulary of them) by their sums of
/// log-probabilities; of equal sums, the better beam comes first, then the lower id. They are taken from the best on:
/// one that ends with the end of text is finished if it is among the best NumBeams; the others are continued, until
/// there are NumBeams of them. At the maximum number of tokens all of these are finished. The best NumBeams finished
/// texts by score are kept, of equal scores the earlier. With one beam the search ends with its first finished text,
/// which is greedy choice.
/// </summary>
internal sealed class BeamSearch
{
    private readonly BeamOptions options;
    private readonly int? endOfText;
    private readonly FilterPipeline penalties;
    private readonly TokenDistribution distribution = new();

    /// <param name="options">The settings.</param>
    /// <param name="endOfText">The id that ends a text, or null.</param>
    /// <exception cref="Gpt2Exception">An option is not valid.</exception>
    public BeamSearch(BeamOptions options, int? endOfText)
    {
        if (options.Problem() is Gpt2Exception problem)
        {
            throw problem;
        }

        this.options = options;
        this.endOfText = endOfText;
        penalties = new FilterPipeline(options.Penalties());
    }

    private bool StopsEarly => options.EarlyStopping || options.NumBeams == 1;

    /// <summary>Searches the continuations of a prompt.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompt">1 to n_ctx ids.</param>
    /// <param name="cancellation">Checked before each step.</param>
    /// <exception cref="Gpt2Exception">
    /// The prompt is empty or too long, or the model's output is not a distribution.
    /// </exception>
    public BeamResult Run(Gpt2Model model, IReadOnlyList<int> prompt, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return Run(new Gpt2BeamModel(model, [.. prompt], options.MaxNewTokens), prompt, cancellation);
    }

    /// <summary>Searches the continuations that a model gives.</summary>
    /// <param name="model">The model, at the end of the prompt.</param>
    /// <param name="prompt">The prompt's ids, for penalties.</param>
    /// <param name="cancellation">Checked before each step.</param>
    /// <exception cref="Gpt2Exception">The model's output is not a distribution.</exception>
    public BeamResult Run(IBeamModel model, IReadOnlyList<int> prompt, CancellationToken cancellation = default)
    {
        var root = new BeamNode(null, -1, 0, BeamFate.Kept);
        var finished = new List<BeamHypothesis>();
        BeamNode[] live = [root];
        long candidates = 0;
        for (int step = 0; step < options.MaxNewTokens && !IsDone(live, finished); step++)
        {
            cancellation.ThrowIfCancellationRequested();
            candidates += (long)live.Length * model.Logits(0).Length;
            BeamNode[] next = Advance(model, prompt, live, finished);
            if (next.Length > 0 && step + 1 < options.MaxNewTokens && !IsDone(next, finished))
            {
                model.Extend([.. next.Select(node => Array.IndexOf(live, node.Parent))], [.. next.Select(node => node.Id)]);
            }

            live = next;
        }

        bool stopped = StopsEarly && finished.Count == options.NumBeams;
        foreach (BeamNode node in live.Where(node => !stopped && node.Depth > 0 && node.Depth == options.MaxNewTokens))
        {
            Finish(node, FinishReason.Length, finished);
        }

        return new BeamResult([.. finished.Take(options.Results)], root, candidates);
    }

    /// <summary>
    /// Divides the best continuations of the beams into those that are continued, finished, and dropped.
    /// </summary>
    private BeamNode[] Advance(IBeamModel model, IReadOnlyList<int> prompt, BeamNode[] live, List<BeamHypothesis> finished)
    {
        var next = new List<BeamNode>(options.NumBeams);
        int rank = 0;
        foreach (Continuation continuation in Best(model, prompt, live))
        {
            bool ends = continuation.Id == endOfText;
            BeamFate fate = next.Count == options.NumBeams ? BeamFate.Dropped
                : !ends ? BeamFate.Kept
                : rank < options.NumBeams ? BeamFate.Finished
                : BeamFate.Dropped;
            rank++;
            var node = new BeamNode(live[continuation.Beam], continuation.Id, continuation.LogProbability, fate);
            if (fate == BeamFate.Kept)
            {
                next.Add(node);
            }
            else if (fate == BeamFate.Finished)
            {
                Finish(node, FinishReason.Stop, finished);
            }
        }

        return [.. next];
    }

    /// <summary>
    /// The best continuations of all beams, twice as many as beams: at most one per beam is an end of text.
    /// </summary>
    private IEnumerable<Continuation> Best(IBeamModel model, IReadOnlyList<int> prompt, BeamNode[] live)
    {
        int count = 2 * options.NumBeams;
        var best = new List<Continuation>();
        for (int beam = 0; beam < live.Length; beam++)
        {
            foreach (TokenAlternative token in BestTokens(model.Logits(beam), prompt, live[beam], count))
            {
                best.Add(new Continuation(beam, token.Id, token.LogProbability, live[beam].Sum + token.LogProbability));
            }
        }

        return best.OrderByDescending(continuation => continuation.Sum)
            .ThenBy(continuation => continuation.Beam)
            .ThenBy(continuation => continuation.Id)
            .Take(count);
    }

    private TokenAlternative[] BestTokens(ReadOnlySpan<float> logits, IReadOnlyList<int> prompt, BeamNode beam, int count)
    {
        double logSumExp = LogProbabilities.LogSumExp(logits);
        if (penalties.Filters.Count == 0)
        {
            return LogProbabilities.Top(logits, logSumExp, count);
        }

        penalties.Apply(logits, [.. prompt, .. beam.Ids()], distribution, logSumExp);
        return distribution.Top(count);
    }

    private void Finish(BeamNode node, FinishReason reason, List<BeamHypothesis> finished)
    {
        double score = Score(node.Sum, node.Depth);
        node.Fate = BeamFate.Finished;
        node.Score = score;
        int place = finished.FindIndex(other => other.Score < score);
        finished.Insert(place < 0 ? finished.Count : place, new BeamHypothesis(node.Ids(), node.Sum, score, reason, node));
        if (finished.Count > options.NumBeams)
        {
            finished.RemoveAt(options.NumBeams);
        }
    }

    private double Score(double sum, int length) => sum / Math.Pow(length, options.LengthPenalty);

    /// <summary>
    /// Whether the search may end: by early stopping, or because no beam can reach a better score than the results
    /// have.
    /// </summary>
    private bool IsDone(BeamNode[] live, List<BeamHypothesis> finished)
    {
        if (live.Length == 0 || StopsEarly)
        {
            return live.Length == 0 || finished.Count == options.NumBeams;
        }

        // Sums only decrease. With a positive penalty the longest text makes the best of a sum, with a negative one the
        // shortest.
        int length = options.LengthPenalty > 0 ? options.MaxNewTokens : live[0].Depth + 1;
        return finished.Count >= options.Results && finished[options.Results - 1].Score >= Score(live.Max(node => node.Sum), length);
    }

    private readonly record struct Continuation(int Beam, int Id, double LogProbability, double Sum);
}
