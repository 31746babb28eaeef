// What is dropped in a block between its steps. Training keeps one for every block; elsewhere there is none.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Model;

/// <summary>For some steps of a block a mask, and what it leaves of the step; the steps themselves stay as they are.</summary>
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

    /// <summary>What was left of a step.</summary>
    public Matrix KeptOf(Matrix step) => ofSteps[step].Kept;

    /// <summary>Chooses anew what is dropped of a step; gives what is left.</summary>
    internal Matrix Forward(Matrix step)
    {
        (Matrix mask, Matrix kept) = ofSteps[step];
        kept.CopyFrom(step);
        dropout.Apply(kept, mask);
        return kept;
    }

    /// <summary>gradient of the step = gradient of what was left × mask; the two may be the same matrix.</summary>
    internal void Backward(Matrix step, Matrix keptGradient, Matrix stepGradient)
    {
        if (keptGradient != stepGradient)
        {
            stepGradient.CopyFrom(keptGradient);
        }

        Dropout.Multiply(ofSteps[step].Mask, stepGradient);
    }
}
