// Loss and gradients of a batch: forward, loss, backward. An instance keeps the memory for batches of one size.

using Gpt2.Core.Evaluation;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.Training;

/// <summary>Computes the gradients of sequences of equal length. Not for use by several threads at once.</summary>
internal sealed class BatchGradients
{
    private const float MinProbability = 1e-30f;

    private readonly ForwardActivations activations;
    private readonly Gpt2Backward backward = new();

    /// <param name="config">The model's sizes.</param>
    /// <param name="sequences">Sequences per batch.</param>
    /// <param name="dropout">The dropout rate; 0 for none.</param>
    public BatchGradients(Gpt2Config config, int sequences, float dropout)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dropout);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(dropout, 1);
        activations = new ForwardActivations(
            config, keepEveryBlock: true, HeadRows.All, breakpoint: null, sequences, dropout > 0 ? new Dropout(dropout) : null);
    }

    /// <summary>Sequences per batch, at first those of the constructor.</summary>
    public int Sequences
    {
        set => activations.Sequences = value;
    }

    /// <summary>Seeds the dropout.</summary>
    public void SeedDropout(ulong seed)
    {
        if (activations.Dropout is not null)
        {
            activations.Dropout.Random = new RandomGenerator(seed);
        }
    }

    /// <summary>Adds the gradients of (summed loss / counted).</summary>
    /// <param name="model">The model.</param>
    /// <param name="ids">The tokens, sequence after sequence.</param>
    /// <param name="targets">For each token the one that follows, or −1 if it does not count.</param>
    /// <param name="counted">The divisor of the summed loss: the number of counted targets in the whole batch.</param>
    /// <param name="gradients">The gradients to add to.</param>
    /// <returns>The summed loss of these sequences, not divided.</returns>
    /// <exception cref="ArgumentException">The numbers of targets and tokens differ.</exception>
    public double Add(Gpt2Model model, ReadOnlySpan<int> ids, ReadOnlySpan<int> targets, int counted, WeightGradients gradients)
    {
        if (targets.Length != ids.Length)
        {
            throw new ArgumentException($"{targets.Length} targets for {ids.Length} tokens, expected one for each");
        }

        model.Forward(ids, cache: null, activations);
        backward.Run(model, ids, targets, counted, activations, gradients);
        return SummedLoss(activations, targets);
    }

    /// <summary>The sum of the losses of all rows whose target counts.</summary>
    public static double SummedLoss(ForwardActivations a, ReadOnlySpan<int> targets)
    {
        double loss = 0;
        for (int row = 0; row < targets.Length; row++)
        {
            if (targets[row] >= 0)
            {
                // The softmax is already there; only if it has lost its digits is the loss computed from the logits.
                // (NaN passes through; the optimiser rejects it.)
                float probability = a.Probabilities[row, targets[row]];
                loss += !(probability <= MinProbability) ? -Math.Log(probability) : CrossEntropy.OfToken(a.Logits.Row(row), targets[row]);
            }
        }

        return loss;
    }
}
