// What a tuned matrix product is told: its sides, how they lie, its sizes.

using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.MatMul;

/// <summary>result (+)= left · right (+ bias). What is not said is left at its default.</summary>
internal ref struct Product
{
    /// <summary>[Rows, Inner]</summary>
    public ReadOnlySpan<float> Left;

    public Layout LeftLayout;

    /// <summary>[Inner, Columns], or the panels of that where <see cref="RightIsPacked"/>.</summary>
    public ReadOnlySpan<float> Right;

    public Layout RightLayout;

    /// <summary>Whether the right side is <see cref="Panels"/> already, over its whole inner dimension.</summary>
    public bool RightIsPacked;

    /// <summary>[Columns], or empty for none.</summary>
    public ReadOnlySpan<float> Bias;

    /// <summary>Whether the result is added to; without a bias then.</summary>
    public bool Adds;

    public Span<float> Result;

    /// <summary>From a row of the result to the next.</summary>
    public int ResultStride;

    public int Rows;

    public int Inner;

    public int Columns;
}
