// The kernels' operations on matrices: each gives its destination its shape and calls the kernel. The debugger steps
// through these, so that from a step one comes straight to the kernel.

using System.Diagnostics;
using Gpt2.Kernels;

namespace Gpt2.Core.Numerics;

/// <summary>Operations with matrices in place of spans, sizes taken from them. The destination takes its shape from the sources.</summary>
internal static class MatrixOperations
{
    /// <inheritdoc cref="LayerNorm.Normalise"/>
    [DebuggerStepThrough]
    public static void Normalise(this LayerNorm layerNorm, Matrix input, float epsilon, Matrix output)
    {
        output.Resize(input.Rows, input.Columns);
        layerNorm.Normalise(input.Span, input.Columns, epsilon, output.Span);
    }

    /// <inheritdoc cref="LayerNorm.Scale"/>
    [DebuggerStepThrough]
    public static void Scale(this LayerNorm layerNorm, Matrix input, Matrix gain, Matrix bias, Matrix output)
    {
        output.Resize(input.Rows, input.Columns);
        layerNorm.Scale(input.Span, gain.Span, bias.Span, output.Span);
    }

    /// <summary>output = the columns from <paramref name="from"/> on of every row.</summary>
    [DebuggerStepThrough]
    public static void Apply(this CopyColumns copyColumns, Matrix source, int from, int columns, Matrix output)
    {
        output.Resize(source.Rows, columns);
        copyColumns.Apply(source.Span, source.Columns, from, columns, to: 0, columns, output.Span);
    }

    /// <inheritdoc cref="CausalAttention.Normalise"/>
    [DebuggerStepThrough]
    public static void Normalise(this CausalAttention attention, Matrix scores, int sequences, int heads, Matrix output)
    {
        output.Resize(scores.Rows, scores.Columns);
        attention.Normalise(scores.Span, sequences, scores.Rows / sequences, heads, output.Span);
    }

    /// <inheritdoc cref="Add.Apply"/>
    [DebuggerStepThrough]
    public static void Apply(this Add add, Matrix left, Matrix right, Matrix sum)
    {
        sum.Resize(left.Rows, left.Columns);
        add.Apply(left.Span, right.Span, sum.Span);
    }

    /// <inheritdoc cref="Gelu.Apply"/>
    [DebuggerStepThrough]
    public static void Apply(this Gelu gelu, Matrix input, Matrix output)
    {
        output.Resize(input.Rows, input.Columns);
        gelu.Apply(input.Span, output.Span);
    }

    /// <inheritdoc cref="Softmax.Rows"/>
    [DebuggerStepThrough]
    public static void Rows(this Softmax softmax, Matrix input, Matrix output)
    {
        output.Resize(input.Rows, input.Columns);
        softmax.Rows(input.Span, input.Columns, output.Span);
    }
}
