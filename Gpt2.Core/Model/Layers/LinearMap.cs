// A linear map as the model sees it: rows in, rows out. How the weights are stored (in full precision here, in other
// types elsewhere) is internal to each map.

using System.Diagnostics;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Model.Layers;

/// <summary>output = input · W (+ b), for some W of [<see cref="Inputs"/>, <see cref="Outputs"/>].</summary>
public abstract class LinearMap
{
    public abstract int Inputs { get; }

    public abstract int Outputs { get; }

    /// <summary>Applies the map to every row.</summary>
    /// <param name="input">[tokens, Inputs]</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="output">Receives [tokens, Outputs].</param>
    /// <exception cref="ArgumentException">The input has another number of columns.</exception>
    [DebuggerStepThrough]
    public void Forward(Matrix input, KernelSet kernels, Matrix output)
    {
        Shape.Require(input, input.Rows, Inputs);
        output.Resize(input.Rows, Outputs);
        Run(input, kernels, output);
    }

    private protected abstract void Run(Matrix input, KernelSet kernels, Matrix output);
}

/// <summary>Weights [inputs, outputs], as GPT-2 stores those of a block, with a bias [1, outputs] or none.</summary>
public sealed class DenseLinear : LinearMap
{
    /// <exception cref="ArgumentException">The bias is not [1, outputs].</exception>
    public DenseLinear(Matrix weight, Matrix? bias)
    {
        if (bias is not null)
        {
            Shape.Require(bias, 1, weight.Columns);
        }

        Weight = weight;
        Bias = bias;
    }

    public Matrix Weight { get; }

    public Matrix? Bias { get; }

    public override int Inputs => Weight.Rows;

    public override int Outputs => Weight.Columns;

    private protected override void Run(Matrix input, KernelSet kernels, Matrix output) =>
        kernels.MatMul.Multiply(input.Span, Weight.Span, Bias is null ? [] : Bias.Span, Inputs, Outputs, output.Span);
}

/// <summary>
/// Weights [outputs, inputs] without a bias, as in the language head: one row per token of the vocabulary.
/// </summary>
internal sealed class TransposedLinear(Matrix weight) : LinearMap
{
    public Matrix Weight => weight;

    public override int Inputs => weight.Columns;

    public override int Outputs => weight.Rows;

    private protected override void Run(Matrix input, KernelSet kernels, Matrix output) =>
        kernels.MatMul.MultiplyTransposed(input.Span, weight.Span, Inputs, Outputs, output.Span);
}
