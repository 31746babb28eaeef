// Each operation resizes its destination and calls the kernel. The debugger steps through these methods, so stepping
// into a step's formula leads straight to the kernel.

using System.Diagnostics;
using Gpt2.Kernels.Activation;
using Gpt2.Kernels.Add;
using Gpt2.Kernels.CopyColumns;
using Gpt2.Kernels.LayerNorm;
using Gpt2.Kernels.Softmax;

namespace Gpt2.Core.Numerics;

/// <summary>
/// The kernels' operations on matrices instead of spans. All sizes, including the destination's shape, are taken from
/// the sources.
/// </summary>
internal static class MatrixOperations
{
    /// <inheritdoc cref="LayerNormKernel.Normalise"/>
    [DebuggerStepThrough]
    public static void Normalise(this LayerNormKernel layerNorm, Matrix input, float epsilon, Matrix output)
    {
        output.Resize(input.Rows, input.Columns);
        layerNorm.Normalise(input.Span, input.Columns, epsilon, output.Span);
    }

    /// <inheritdoc cref="LayerNormKernel.Scale"/>
    [DebuggerStepThrough]
    public static void Scale(this LayerNormKernel layerNorm, Matrix input, Matrix gain, Matrix bias, Matrix output)
    {
        output.Resize(input.Rows, input.Columns);
        layerNorm.Scale(input.Span, gain.Span, bias.Span, output.Span);
    }

    /// <summary>
    /// output = <paramref name="columns"/> columns of every row, starting at <paramref name="from"/>.
    /// </summary>
    [DebuggerStepThrough]
    public static void Apply(this CopyColumnsKernel copyColumns, Matrix source, int from, int columns, Matrix output)
    {
        output.Resize(source.Rows, columns);
        copyColumns.Apply(source.Span, source.Columns, from, columns, to: 0, columns, output.Span);
    }

    /// <inheritdoc cref="AddKernel.Apply"/>
    [DebuggerStepThrough]
    public static void Apply(this AddKernel add, Matrix left, Matrix right, Matrix sum)
    {
        sum.Resize(left.Rows, left.Columns);
        add.Apply(left.Span, right.Span, sum.Span);
    }

    /// <inheritdoc cref="ActivationKernel.Apply"/>
    [DebuggerStepThrough]
    public static void Apply(this ActivationKernel activation, Matrix input, Matrix output)
    {
        output.Resize(input.Rows, input.Columns);
        activation.Apply(input.Span, output.Span);
    }

    /// <inheritdoc cref="SoftmaxKernel.Rows"/>
    [DebuggerStepThrough]
    public static void Rows(this SoftmaxKernel softmax, Matrix input, Matrix output)
    {
        output.Resize(input.Rows, input.Columns);
        softmax.Rows(input.Span, input.Columns, output.Span);
    }
}
