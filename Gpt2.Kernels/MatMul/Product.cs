// The description of a tuned matrix product: its sides, their layouts, its sizes.

using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.MatMul;

/// <summary>result (+)= left · right (+ bias). Fields that do not apply are left at their defaults.</summary>
internal ref struct Product
{
    /// <summary>[Rows, Inner]</summary>
    public ReadOnlySpan<float> Left;

    public Layout LeftLayout;

    /// <summary>[Inner, Columns], or its panels if <see cref="RightIsPacked"/>.</summary>
    public ReadOnlySpan<float> Right;

    public Layout RightLayout;

    /// <summary>Whether the right side already is in <see cref="Panels"/>, over its whole inner dimension.</summary>
    public bool RightIsPacked;

    /// <summary>[Columns], or empty for none.</summary>
    public ReadOnlySpan<float> Bias;

    /// <summary>Whether to add to the result; if so, there is no bias.</summary>
    public bool Adds;

    public Span<float> Result;

    /// <summary>Distance between rows of the result.</summary>
    public int ResultStride;

    public int Rows;

    public int Inner;

    public int Columns;
}
