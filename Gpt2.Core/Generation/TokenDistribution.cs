// One distribution over the vocabulary in the course of the filters: scores, which tokens are still kept and which
// filter dropped the others, and the resulting probabilities. The filters decide what to change; FilterPipeline, in
// what order.

using System.Numerics.Tensors;
using Gpt2.Core.Generation.Filters;

namespace Gpt2.Core.Generation;

/// <summary>
/// Scores, and which of them are kept. Buffers are reused for the next distribution; not for use by several threads at
/// once.
/// </summary>
internal sealed class TokenDistribution
{
    /// <summary>A token whose score is further below the largest has no weight; e^−700 is 10⁻³⁰⁴.</summary>
    private const double SmallestExponent = -700;

    private readonly PriorityQueue<int, double> largest = new(); // the smallest of them is on top
    private double[] scores = []; // [vocabulary]
    private double[] probabilities = []; // [vocabulary]
    private byte[] droppedBy = []; // [vocabulary]
    private Ranked[] ranked = []; // [vocabulary]
    private bool[] marked = []; // [vocabulary]
    private int best = -1; // valid while it is kept; set to −1 when scores change
    private byte stage;
    private bool current;

    /// <summary>Number of tokens.</summary>
    public int Count => scores.Length;

    /// <summary>One score per token: the logits as changed by the filters. // [vocabulary]</summary>
    public ReadOnlySpan<double> Scores => scores;

    /// <summary>Starts with the model's logits and all tokens kept.</summary>
    /// <param name="logits">One logit per token. // [vocabulary]</param>
    /// <param name="shift">Subtracted from each; ln Σ e^logit makes the scores log-probabilities.</param>
    /// <exception cref="Gpt2Exception">The logits are not a distribution, see <see cref="Greedy.Choose"/>.</exception>
    public void Load(ReadOnlySpan<float> logits, double shift = 0)
    {
        ArgumentOutOfRangeException.ThrowIfZero(logits.Length);
        int most = Greedy.Choose(logits); // throws if they are not a distribution
        if (scores.Length != logits.Length)
        {
            scores = new double[logits.Length];
            probabilities = new double[logits.Length];
            droppedBy = new byte[logits.Length];
            ranked = new Ranked[logits.Length];
            marked = new bool[logits.Length];
        }

        TensorPrimitives.ConvertChecked(logits, scores.AsSpan());
        if (shift != 0)
        {
            TensorPrimitives.Subtract(scores, shift, scores);
        }

        Array.Clear(droppedBy);
        Array.Clear(marked);
        best = shift == 0 ? most : -1; // a difference may round to a tie
        stage = 0;
        current = false;
    }

    /// <summary>Applies a filter and records which tokens this stage drops; the first stage is 1.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="ids">The tokens so far, including the prompt.</param>
    public void Apply(LogitsFilter filter, ReadOnlySpan<int> ids)
    {
        stage++;
        filter.Apply(this, ids);
    }

    /// <summary>Whether a token has not been dropped by any filter.</summary>
    public bool Keeps(int id) => droppedBy[id] == 0;

    /// <summary>The number of the filter that dropped a token, from 1; 0 if it is kept.</summary>
    public int DroppedBy(int id) => droppedBy[id];

    /// <summary>The number of tokens kept.</summary>
    public int Kept => droppedBy.AsSpan().Count((byte)0);

    /// <summary>
    /// Softmax of the scores over the tokens kept, 0 for the others; valid until the next change. The largest score has
    /// weight 1 even if a penalty has made it infinite, so there is always a distribution.
    /// </summary>
    public ReadOnlySpan<double> Probabilities()
    {
        if (!current)
        {
            Softmax();
            current = true;
        }

        return probabilities;
    }

    /// <summary>The kept token with the largest score; of equal ones, the lowest id.</summary>
    public int Best()
    {
        if (best < 0 || droppedBy[best] != 0)
        {
            best = Kept == Count ? scores.AsSpan().IndexOf(TensorPrimitives.Max(scores)) : BestOfSome();
        }

        return best;
    }

    /// <summary>The kept tokens with the largest scores, best first; of equal ones, the lower id first.</summary>
    internal TokenAlternative[] Top(int count)
    {
        var top = new TopTokens(Math.Min(count, scores.Length));
        for (int id = 0; id < scores.Length; id++)
        {
            if (droppedBy[id] == 0)
            {
                top.Offer(id, scores[id]);
            }
        }

        return top.ToArray();
    }

    /// <summary>Marks a token; true the first time.</summary>
    internal bool Mark(int id)
    {
        bool first = !marked[id];
        marked[id] = true;
        return first;
    }

    /// <summary>Changes the score of a token.</summary>
    internal void SetScore(int id, double score)
    {
        scores[id] = score;
        best = -1;
        current = false;
    }

    /// <summary>
    /// Every score := (score − shift) / divisor; a score equal to the shift, infinite or not, becomes 0.
    /// </summary>
    internal void Rescale(double shift, double divisor)
    {
        if (double.IsFinite(shift))
        {
            TensorPrimitives.Subtract(scores, shift, scores);
            TensorPrimitives.Divide(scores, divisor, scores);
        }
        else
        {
            foreach (ref double score in scores.AsSpan())
            {
                score = score == shift ? 0 : (score - shift) / divisor;
            }
        }

        best = -1;
        current = false;
    }

    /// <summary>Drops every token with a value below a limit.</summary>
    /// <param name="values">Scores or probabilities. // [vocabulary]</param>
    /// <param name="least">The limit.</param>
    internal void DropBelow(ReadOnlySpan<double> values, double least)
    {
        Span<byte> by = droppedBy.AsSpan(0, values.Length);
        for (int id = 0; id < values.Length; id++)
        {
            if (values[id] < least && by[id] == 0)
            {
                by[id] = stage;
            }
        }

        current = false;
    }

    /// <summary>Drops a token; the first filter that drops it is recorded.</summary>
    internal void Drop(int id)
    {
        if (droppedBy[id] == 0)
        {
            droppedBy[id] = stage;
            current = false;
        }
    }

    /// <summary>Undoes what this stage has dropped.</summary>
    internal void Restore()
    {
        foreach (ref byte by in droppedBy.AsSpan())
        {
            by = by == stage ? (byte)0 : by;
        }

        best = -1;
        current = false;
    }

    /// <summary>Drops all kept tokens but one.</summary>
    internal void DropAllBut(int kept)
    {
        for (int id = 0; id < scores.Length; id++)
        {
            if (id != kept)
            {
                Drop(id);
            }
        }
    }

    /// <summary>The k-th largest score of the kept tokens; −∞ if there are no more than k.</summary>
    internal double ScoreAtPlace(int k)
    {
        largest.Clear();
        double least = double.NegativeInfinity;
        for (int id = 0; id < scores.Length; id++)
        {
            if (droppedBy[id] != 0)
            {
                continue;
            }

            if (largest.Count < k)
            {
                largest.Enqueue(id, scores[id]);
            }
            else if (scores[id] > least)
            {
                largest.DequeueEnqueue(id, scores[id]);
            }
            else
            {
                continue;
            }

            largest.TryPeek(out _, out least);
        }

        return largest.Count < k ? double.NegativeInfinity : least;
    }

    /// <summary>
    /// The kept tokens with at least a certain probability, by falling score; of equal ones, the lower id first.
    /// </summary>
    internal ReadOnlySpan<Ranked> RankedFrom(double leastProbability)
    {
        Probabilities();
        int count = 0;
        for (int id = 0; id < scores.Length; id++)
        {
            if (droppedBy[id] == 0 && probabilities[id] >= leastProbability)
            {
                ranked[count++] = new Ranked(scores[id], id);
            }
        }

        Span<Ranked> those = ranked.AsSpan(0, count);
        those.Sort();
        return those;
    }

    private int BestOfSome()
    {
        int most = -1;
        for (int id = 0; id < scores.Length; id++)
        {
            if (droppedBy[id] == 0 && (most < 0 || scores[id] > scores[most]))
            {
                most = id;
            }
        }

        return most;
    }

    private void Softmax()
    {
        double most = scores[Best()];
        if (double.IsFinite(most))
        {
            // Clamped, because the library computes a vector with one number out of range in another way, and then
            // equal scores would differ in their last bits. (Dropped scores may be above the largest.)
            TensorPrimitives.Subtract(scores, most, probabilities);
            TensorPrimitives.Max(probabilities, SmallestExponent, probabilities);
            TensorPrimitives.Min(probabilities, 0, probabilities);
            TensorPrimitives.Exp(probabilities, probabilities);
        }
        else
        {
            Array.Fill(probabilities, 1); // infinities have no difference; what is below has no weight
        }

        if (Kept < Count || !(TensorPrimitives.Min<double>(scores) - most > SmallestExponent))
        {
            for (int id = 0; id < probabilities.Length; id++)
            {
                if (droppedBy[id] != 0 || (scores[id] != most && !(scores[id] - most > SmallestExponent)))
                {
                    probabilities[id] = 0;
                }
            }
        }

        TensorPrimitives.Divide(probabilities, TensorPrimitives.Sum(probabilities), probabilities);
    }

    /// <summary>Sorts by falling score, then by rising id.</summary>
    internal readonly record struct Ranked(double Score, int Id) : IComparable<Ranked>
    {
        public int CompareTo(Ranked other) => Score == other.Score ? Id.CompareTo(other.Id) : other.Score.CompareTo(Score);
    }
}
