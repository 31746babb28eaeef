// The tree that a beam search explored: every branch it considered, and what became of it.

namespace Gpt2.Core.Generation.Beams;

/// <summary>What became of a branch.</summary>
public enum BeamFate
{
    /// <summary>It was among the best and was continued.</summary>
    Kept,

    /// <summary>Others were better.</summary>
    Dropped,

    /// <summary>It ended with the end of text, or was still there at the maximum number of tokens: a result.</summary>
    Finished,
}

/// <summary>A token in the tree. The root is the end of the prompt and has no token.</summary>
public sealed class BeamNode
{
    private readonly List<BeamNode> children = [];

    internal BeamNode(BeamNode? parent, int id, double logProbability, BeamFate fate)
    {
        Parent = parent;
        Id = id;
        LogProbability = logProbability;
        Fate = fate;
        Depth = parent is null ? 0 : parent.Depth + 1;
        Sum = parent is null ? 0 : parent.Sum + logProbability;
        parent?.children.Add(this);
    }

    /// <summary>The previous token; null for the root.</summary>
    public BeamNode? Parent { get; }

    /// <summary>The token; −1 for the root.</summary>
    public int Id { get; }

    /// <summary>Natural logarithm of the token's probability, after any penalties.</summary>
    public double LogProbability { get; }

    /// <summary>Sum of the log-probabilities from the root to here.</summary>
    public double Sum { get; }

    /// <summary>Number of generated tokens up to here.</summary>
    public int Depth { get; }

    /// <summary>What became of the branch.</summary>
    public BeamFate Fate { get; internal set; }

    /// <summary>The score of a finished text; null for others.</summary>
    public double? Score { get; internal set; }

    /// <summary>
    /// The branches considered after this token, best first. Of the many dropped ones only the best are kept.
    /// </summary>
    public IReadOnlyList<BeamNode> Children => children;

    /// <summary>The generated tokens from the root to here.</summary>
    public int[] Ids()
    {
        var ids = new int[Depth];
        for (BeamNode node = this; node.Parent is not null; node = node.Parent)
        {
            ids[node.Depth - 1] = node.Id;
        }

        return ids;
    }
}
