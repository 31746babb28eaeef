// Two passes of one model side by side: what differs in a prompt, and how far that difference spreads.

using Gpt2.Core.Tracing;

namespace Gpt2.Core.Laboratory;

/// <summary>The passes of two prompts, matrix by matrix, with the tokens of both aligned.</summary>
public sealed class PassComparison
{
    /// <param name="first">A pass.</param>
    /// <param name="second">
    /// Another of the same model, or of one with the same sizes. Its prompt may have another length, and its head other rows.
    /// </param>
    /// <exception cref="ArgumentException">The models have other sizes.</exception>
    public PassComparison(ForwardTrace first, ForwardTrace second)
    {
        Alignment = TokenAlignment.Of(first.Ids, second.Ids);
        if (first.Entries.Count != second.Entries.Count)
        {
            throw new ArgumentException("the passes are of models with other sizes", nameof(second));
        }

        Matrices = [.. first.Entries.Zip(second.Entries, (one, other) => new ComparedMatrix(
            Alignment, one, one.Matrix.Rows - first.Ids.Count, other, other.Matrix.Rows - second.Ids.Count))];
    }

    /// <summary>Which token belongs to which.</summary>
    public TokenAlignment Alignment { get; }

    /// <summary>Every matrix of the passes, in the order in which they are computed.</summary>
    public IReadOnlyList<ComparedMatrix> Matrices { get; }
}
