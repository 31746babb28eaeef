// A linear map with a low-rank change to it: LoRA. The map itself stays as it is, in whatever type its weights are stored.
// Which maps of a model are adapted, how A and B begin and where they are stored is left to PostTraining.

using System.Diagnostics;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Model.Layers;

/// <summary>Two narrow matrices whose product is added to the weights of a map: W + scale · (B · A)ᵀ.</summary>
/// <param name="A">[rank, inputs]</param>
/// <param name="B">[outputs, rank]</param>
/// <param name="Scale">alpha / rank</param>
internal sealed record LowRankUpdate(Matrix A, Matrix B, float Scale)
{
    public int Rank => A.Rows;
}

/// <summary>
/// output = x · W + b + scale · (drop(x) · Aᵀ) · Bᵀ (Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", section
/// 4.1). A second adapter wraps the first.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class AdaptedLinear : LinearMap
{
    // Of the thread, since any number of threads may run the same model.
    [ThreadStatic]
    private static Matrix? changeOfThread; // the change of the output, [tokens, outputs]

    [ThreadStatic]
    private static Matrix? projectedOfThread; // [tokens, rank]

    private readonly Dropout? dropout;
    private readonly Matrix mask = new("mask of an adapter's input");    // [tokens, inputs]
    private readonly Matrix kept = new("adapter's input, dropped");      // [tokens, inputs]

    /// <param name="adapted">The map to adapt.</param>
    /// <param name="update">A and B.</param>
    /// <param name="dropout">
    /// The dropout of the adapter's input in training; null elsewhere. With dropout the map keeps the mask of its last pass, so
    /// that only one pass at a time may use it.
    /// </param>
    /// <exception cref="ArgumentException">A is not [rank, inputs], or B is not [outputs, rank].</exception>
    public AdaptedLinear(LinearMap adapted, LowRankUpdate update, Dropout? dropout = null)
    {
        Shape.Require(update.A, update.Rank, adapted.Inputs);
        Shape.Require(update.B, adapted.Outputs, update.Rank);
        Adapted = adapted;
        Update = update;
        this.dropout = dropout;
    }

    /// <summary>The map without this adapter.</summary>
    public LinearMap Adapted { get; }

    public LowRankUpdate Update { get; }

    public override int Inputs => Adapted.Inputs;

    public override int Outputs => Adapted.Outputs;

    /// <summary>What the adapter reads of an input: the input itself, or in training what dropout left of it in this pass.</summary>
    public Matrix InputOf(Matrix input) => dropout is null ? input : kept;

    /// <summary>projected = scale · drop(x) · Aᵀ</summary>
    /// <param name="kept">drop(x), [tokens, inputs]</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="projected">Receives [tokens, rank].</param>
    public void Project(Matrix kept, KernelSet kernels, Matrix projected)
    {
        projected.Resize(kept.Rows, Update.Rank);
        kernels.MatMul.MultiplyTransposed(kept.Span, Update.A.Span, Inputs, Update.Rank, projected.Span);
        Multiply(projected, Update.Scale);
    }

    /// <summary>Backward of dropout: gradient = gradient × mask.</summary>
    public void DropoutBackward(Matrix gradient)
    {
        if (dropout is not null)
        {
            Dropout.Multiply(mask, gradient);
        }
    }

    /// <summary>values = factor · values</summary>
    internal static void Multiply(Matrix values, float factor)
    {
        foreach (ref float value in values.Span)
        {
            value *= factor;
        }
    }

    public override string ToString() => $"[{Inputs}, {Outputs}], adapted by {Update.A}";

    private protected override void Run(Matrix input, KernelSet kernels, Matrix output)
    {
        Adapted.Forward(input, kernels, output);                                                                    // [tokens, outputs]
        if (dropout is not null)
        {
            kept.CopyFrom(input);
            dropout.Apply(kept, mask);
        }

        Matrix projected = projectedOfThread ??= new Matrix("adapter's projected input");
        Project(InputOf(input), kernels, projected);                                                                // [tokens, rank]
        Matrix change = changeOfThread ??= new Matrix("adapter's change of an output");
        change.Resize(input.Rows, Outputs);
        kernels.MatMul.MultiplyTransposed(projected.Span, Update.B.Span, Update.Rank, Outputs, change.Span);        // [tokens, outputs]
        kernels.Add.Apply(output.Span, change.Span, output.Span);
    }
}
