// Formulas that several kernels use.

using System.Runtime.CompilerServices;

namespace Gpt2.Kernels.Tuned;

/// <summary>Left + Right</summary>
internal ref struct SumOfRows<TLanes, TVector> : IFormula<TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    public ref readonly float Left, Right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TVector At<TLoad>(TLoad load, nint index)
        where TLoad : ILoad<TVector>, allows ref struct =>
        TLanes.Add(load.Of(in Left, index), load.Of(in Right, index));
}

/// <summary>Left · Right</summary>
internal ref struct ProductOfRows<TLanes, TVector> : IFormula<TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    public ref readonly float Left, Right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TVector At<TLoad>(TLoad load, nint index)
        where TLoad : ILoad<TVector>, allows ref struct =>
        TLanes.Multiply(load.Of(in Left, index), load.Of(in Right, index));
}

/// <summary>Left · Right + Addend</summary>
internal ref struct ProductPlusRow<TLanes, TVector> : IFormula<TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    public ref readonly float Left, Right, Addend;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TVector At<TLoad>(TLoad load, nint index)
        where TLoad : ILoad<TVector>, allows ref struct =>
        TLanes.MultiplyAdd(load.Of(in Left, index), load.Of(in Right, index), load.Of(in Addend, index));
}
