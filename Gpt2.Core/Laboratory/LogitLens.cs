// The logit lens: what the model would predict if its blocks ended earlier. The rows of the residual stream are read out at any depth
// by the same head that reads out the last.

using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;

namespace Gpt2.Core.Laboratory;

/// <summary>A place in the residual stream at which it can be read out.</summary>
/// <param name="Block">The block; null for the position embeddings, before the first.</param>
/// <param name="AfterMlp">Whether it is after the block's feed-forward layer (step 16) and not after its attention (step 10).</param>
public readonly record struct StreamDepth(int? Block, bool AfterMlp);

/// <summary>What the head makes of one row of the residual stream.</summary>
/// <param name="Depth">Where it was read out.</param>
/// <param name="Row">The token's position in the prompt.</param>
/// <param name="Top">The most probable tokens, best first; of equally probable ones, the lower id first.</param>
/// <param name="Answer">The token that the model predicts for this row in the end.</param>
/// <param name="AnswerProbability">Its probability here.</param>
/// <param name="AnswerRank">How many tokens are more probable here, those with the same probability and a lower id included.</param>
public sealed record LensReading(
    StreamDepth Depth, int Row, IReadOnlyList<TokenAtDepth> Top, int Answer, float AnswerProbability, int AnswerRank);

/// <summary>A token as the head sees it at some depth.</summary>
public readonly record struct TokenAtDepth(int Id, float Logit, float Probability);

/// <summary>
/// Reads out the residual stream of a trace: softmax((normalise(stream) × ln_f gain + ln_f bias) · headᵀ). At the last depth this is
/// what the model predicts, bit for bit. nostalgebraist, "interpreting GPT: the logit lens" (2020). Not for use by several threads at
/// once.
/// </summary>
public sealed class LogitLens
{
    private readonly Gpt2Model model;
    private readonly ForwardTrace trace;
    private readonly ForwardActivations head;
    private readonly Dictionary<int, int> answers = [];

    /// <param name="model">The model.</param>
    /// <param name="trace">A trace of it.</param>
    public LogitLens(Gpt2Model model, ForwardTrace trace)
    {
        this.model = model;
        this.trace = trace;
        head = new ForwardActivations(model.Config, headRows: HeadRows.All);
        var depths = new List<StreamDepth> { new(null, AfterMlp: true) };
        for (int block = 0; block < model.Config.Layers; block++)
        {
            depths.Add(new StreamDepth(block, AfterMlp: false));
            depths.Add(new StreamDepth(block, AfterMlp: true));
        }

        Depths = depths;
    }

    /// <summary>Every depth: before the blocks, then after the attention and after the feed-forward layer of each.</summary>
    public IReadOnlyList<StreamDepth> Depths { get; }

    /// <summary>The residual stream at a depth, [tokens, channels].</summary>
    public Matrix StreamAt(StreamDepth depth) => depth.Block is not int block ? trace.Activations.PositionEmbeddings
        : depth.AfterMlp ? trace.Activations.Block(block).Residual2
        : trace.Activations.Block(block).Residual1;

    /// <summary>Reads out some rows at a depth.</summary>
    /// <param name="depth">The depth.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="rows">Number of rows, at least 1; [rows, vocabulary] numbers are needed for them.</param>
    /// <param name="top">Number of tokens per reading.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rows are not all inside the trace.</exception>
    /// <exception cref="Gpt2Exception">The logits are not a distribution.</exception>
    public IReadOnlyList<LensReading> Read(StreamDepth depth, int firstRow, int rows, int top)
    {
        AnswersFor(firstRow, rows);
        ReadOut(depth, firstRow, rows);
        var readings = new LensReading[rows];
        for (int i = 0; i < rows; i++)
        {
            ReadOnlySpan<float> logits = head.Logits.Row(i), probabilities = head.Probabilities.Row(i);
            int answer = answers[firstRow + i];
            readings[i] = new LensReading(
                depth, firstRow + i, Best(logits, probabilities, top), answer, probabilities[answer], LogProbabilities.Rank(logits, answer) - 1);
        }

        return readings;
    }

    private void ReadOut(StreamDepth depth, int firstRow, int rows)
    {
        Matrix stream = StreamAt(depth), some = new("rows of the residual stream", rows, stream.Columns);
        stream.RowRange(firstRow, rows).CopyTo(some.Span);
        model.ReadOut(some, head);
    }

    /// <summary>
    /// What the model predicts in the end, for rows that have not been asked for before. The trace has its logits, unless its head
    /// computed fewer rows.
    /// </summary>
    private void AnswersFor(int firstRow, int rows)
    {
        if (Enumerable.Range(firstRow, rows).All(answers.ContainsKey))
        {
            return;
        }

        Matrix logits = trace.Activations.Logits;
        int firstLogits = trace.Ids.Count - logits.Rows;
        if (firstRow < firstLogits || firstRow + rows > trace.Ids.Count)
        {
            ReadOut(Depths[^1], firstRow, rows);
            logits = head.Logits;
            firstLogits = firstRow;
        }

        for (int row = firstRow; row < firstRow + rows; row++)
        {
            answers[row] = Greedy.Choose(logits.Row(row - firstLogits));
        }
    }

    /// <summary>The most probable tokens; there are too many readings to sort the vocabulary for each.</summary>
    private static TokenAtDepth[] Best(ReadOnlySpan<float> logits, ReadOnlySpan<float> probabilities, int count)
    {
        Greedy.Choose(logits); // throws if they are not a distribution
        var top = new TopTokens(Math.Min(count, logits.Length));
        for (int id = 0; id < logits.Length; id++)
        {
            top.Offer(id, logits[id]);
        }

        TokenAlternative[] found = top.ToArray();
        var best = new TokenAtDepth[found.Length];
        for (int place = 0; place < best.Length; place++)
        {
            int id = found[place].Id;
            best[place] = new TokenAtDepth(id, logits[id], probabilities[id]);
        }

        return best;
    }
}
