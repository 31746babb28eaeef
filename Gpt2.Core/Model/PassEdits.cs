// Changes to a pass while it runs, so that an experiment goes through the same forward pass as everything else. What can be
// changed and how it is written down is left to the Laboratory.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Model;

/// <summary>What is changed in the matrices of a pass.</summary>
internal abstract class PassEdits
{
    /// <summary>Changes a matrix, which has just been computed and which nothing has read yet.</summary>
    /// <param name="block">Its block; null for the embeddings.</param>
    /// <param name="matrix">The matrix.</param>
    public abstract void Apply(int? block, Matrix matrix);
}
