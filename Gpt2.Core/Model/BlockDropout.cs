// Dropout between the steps of a block. Only training uses it, with one instance per block.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Model;

/// <summary>
/// For some steps of a block, a mask and the masked copy of the step; the steps themselves are not changed.
/// </summary>
internal sealed class BlockDropout
{
    private readonly Dropout dropout;
    private readonly Dictionary<Matrix, (Matrix Mask, Matrix Kept)> ofSteps = [];

    internal BlockDropout(Dropout dropout, params ReadOnlySpan<Matrix> steps)
    {
        this.dropout = dropout;
        foreach (Matrix step in steps)
        {
            ofSteps.Add(step, (new Matrix(step.Name + ", mask"), new Matrix(step.Name + ", dropped")));
        }
    }

    /// <summary>The masked copy of a step.</summary>
    public Matrix KeptOf(Matrix step) => ofSteps[step].Kept;

    /// <summary>Chooses a new mask for a step; returns the masked copy.</summary>
    internal Matrix Forward(Matrix step)
    {
        (Matrix mask, Matrix kept) = ofSteps[step];
        kept.CopyFrom(step);
        dropout.Apply(kept, mask);
        return kept;
    }

    /// <summary>gradient of the step = gradient of its masked copy × mask; the two may be the same matrix.</summary>
    internal void Backward(Matrix step, Matrix keptGradient, Matrix stepGradient)
    {
        if (keptGradient != stepGradient)
        {
            stepGradient.CopyFrom(keptGradient);
        }

        Dropout.Multiply(ofSteps[step].Mask, stepGradient);
    }
}
