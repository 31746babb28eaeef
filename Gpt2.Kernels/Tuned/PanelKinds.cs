// The kinds of panels that a tile's loop can read: floats, and two bfloat16 to a float's place.

using System.Runtime.CompilerServices;

namespace Gpt2.Kernels.Tuned;

/// <summary>How a tile reads its two vectors of a row of the right side.</summary>
internal interface IPanel<TVector>
    where TVector : struct
{
    /// <summary>From a row of the panel to the next, in floats.</summary>
    public static abstract int RowLength { get; }

    /// <summary>From the first column of a tile's first vector to that of its second.</summary>
    public static abstract int SecondColumn { get; }

    /// <summary>Asks for the row that will be read some time later.</summary>
    public static abstract void ReadAhead(ref readonly float row);

    public static abstract TVector First(ref readonly float row);

    public static abstract TVector Second(ref readonly float row);
}

/// <summary>Floats: the vectors stand side by side.</summary>
internal readonly struct FloatPanel<TLanes, TVector> : IPanel<TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    public static int RowLength => Panels.Width;

    public static int SecondColumn
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReadAhead(ref readonly float row)
    {
        Prefetch.Ahead(in row);
        Prefetch.Ahead(in row, Prefetch.Line); // a row is two lines
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First(ref readonly float row) => TLanes.Load(in row, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Second(ref readonly float row) => TLanes.Load(in row, TLanes.Count);
}

/// <summary>Pairs of bfloat16: column i of the panel in the lower half of place i, column 16 + i in the upper.</summary>
internal readonly struct BFloat16Panel<TLanes, TVector, TInts> : IPanel<TVector>
    where TLanes : IReducedLanes<TVector, TInts>
    where TVector : struct
    where TInts : struct
{
    public static int RowLength => Panels.Width / 2;

    public static int SecondColumn => Panels.Width / 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReadAhead(ref readonly float row) => Prefetch.Ahead(in row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First(ref readonly float row) => TLanes.LoadLower(in row, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Second(ref readonly float row) => TLanes.LoadUpper(in row, 0);
}
