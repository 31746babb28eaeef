// A forward pass that keeps every matrix, in the order in which they were computed.

using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using static System.FormattableString;

namespace Gpt2.Core.Tracing;

/// <summary>What the columns of a matrix are, for labels.</summary>
public enum TraceColumns
{
    Channels,
    HeadsAndTokens,
    Vocabulary,
}

/// <summary>One matrix of a trace.</summary>
/// <param name="File">The name of its file, without the extension: h0_step_7.</param>
/// <param name="Block">Its block, or null before and after the blocks.</param>
/// <param name="Step">Its step, or null before and after the blocks.</param>
/// <param name="Columns">What its columns are.</param>
/// <param name="Matrix">The numbers.</param>
public sealed record TraceEntry(string File, int? Block, int? Step, TraceColumns Columns, Matrix Matrix);

/// <summary>Every matrix of one forward pass.</summary>
public sealed class ForwardTrace
{
    private ForwardTrace(int[] ids, ForwardActivations activations, IReadOnlyList<TraceEntry> entries)
    {
        Ids = ids;
        Activations = activations;
        Entries = entries;
    }

    public IReadOnlyList<int> Ids { get; }

    public ForwardActivations Activations { get; }

    /// <summary>All matrices, from token_embeddings to probabilities.</summary>
    public IReadOnlyList<TraceEntry> Entries { get; }

    /// <summary>Runs a prompt and keeps everything.</summary>
    /// <exception cref="Gpt2Exception">The prompt is empty, too long, or has an id outside the vocabulary.</exception>
    public static ForwardTrace Run(Gpt2Model model, ReadOnlySpan<int> ids, HeadRows headRows, StepBreakpoint? breakpoint = null)
    {
        var a = new ForwardActivations(model.Config, keepEveryBlock: true, headRows, breakpoint);
        model.Forward(ids, cache: null, a);
        return new ForwardTrace(ids.ToArray(), a, EntriesOf(a, model.Config.Layers));
    }

    /// <summary>The trace of the same prompt with changes.</summary>
    /// <param name="model">The model, which may differ from the one of this trace in the weights of some blocks.</param>
    /// <param name="firstBlock">
    /// The first block that differs, whose predecessors are not computed again; null if the embeddings do.
    /// </param>
    /// <param name="edits">What is changed while the pass runs.</param>
    internal ForwardTrace Rerun(Gpt2Model model, int? firstBlock, PassEdits edits)
    {
        int[] ids = [.. Ids];
        var a = new ForwardActivations(Activations, firstBlock ?? 0, edits);
        if (firstBlock is int first)
        {
            model.ForwardFrom(first, a);
        }
        else
        {
            model.Forward(ids, cache: null, a);
        }

        return new ForwardTrace(ids, a, EntriesOf(a, model.Config.Layers));
    }

    private static List<TraceEntry> EntriesOf(ForwardActivations a, int layers)
    {
        var entries = new List<TraceEntry> { Outside(a.TokenEmbeddings), Outside(a.PositionEmbeddings) };
        for (int block = 0; block < layers; block++)
        {
            for (int step = 1; step <= BlockStep.Count; step++)
            {
                AddStep(a.Block(block), block, step, entries);
            }
        }

        entries.Add(Outside(a.LastHiddenState));
        entries.Add(Outside(a.LastLayerNorm));
        entries.Add(Outside(a.PredictedEmbedding));
        entries.Add(Outside(a.Logits, TraceColumns.Vocabulary));
        entries.Add(Outside(a.Probabilities, TraceColumns.Vocabulary));
        return entries;
    }

    private static void AddStep(BlockActivations a, int block, int step, List<TraceEntry> entries)
    {
        IReadOnlyList<Matrix> matrices = a.MatricesOf(step);
        TraceColumns columns = step is 6 or 7 ? TraceColumns.HeadsAndTokens : TraceColumns.Channels;
        foreach (Matrix matrix in matrices)
        {
            // If a step has several matrices, the last word of their names tells them apart.
            string part = matrices.Count == 1 ? "" : "_" + matrix.Name[(matrix.Name.LastIndexOf(' ') + 1)..];
            entries.Add(new TraceEntry(Invariant($"h{block}_step_{step}{part}"), block, step, columns, matrix));
        }
    }

    private static TraceEntry Outside(Matrix matrix, TraceColumns columns = TraceColumns.Channels) =>
        new(matrix.Name, null, null, columns, matrix);
}
