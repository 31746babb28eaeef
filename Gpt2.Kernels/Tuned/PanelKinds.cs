// The kinds of panels that a tile's loop can read: floats, and pairs of bfloat16 in the place of a float.

using System.Runtime.CompilerServices;

namespace Gpt2.Kernels.Tuned;

/// <summary>How a tile reads its two vectors of a row of the right side.</summary>
internal interface IPanel<TVector>
    where TVector : struct
{
    /// <summary>Distance between rows of the panel, in floats.</summary>
    public static abstract int RowLength { get; }

    /// <summary>Distance from the first column of a tile's first vector to that of its second.</summary>
    public static abstract int SecondColumn { get; }

    /// <summary>Distance between the strips of a tile's width in a row of the panel, and between their columns.</summary>
    public static abstract int StripLength { get; }

    /// <summary>Prefetches a row that will be read later.</summary>
    /// <param name="row">The row that is read now.</param>
    /// <param name="streams">Number of panels that are read at the same time.</param>
    public static abstract void ReadAhead(ref readonly float row, int streams);

    public static abstract TVector First(ref readonly float row);

    public static abstract TVector Second(ref readonly float row);
}

/// <summary>Floats: the two vectors are adjacent.</summary>
internal readonly struct FloatPanel<TLanes, TVector> : IPanel<TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    public static int RowLength => Panels.Width;

    public static int StripLength
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TLanes.Count;
    }

    public static int SecondColumn
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReadAhead(ref readonly float row, int streams)
    {
        Prefetch.Ahead(in row, streams);
        Prefetch.Ahead(in row, streams, Prefetch.Line); // a row is two lines
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First(ref readonly float row) => TLanes.Load(in row, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Second(ref readonly float row) => TLanes.Load(in row, TLanes.Count);
}

/// <summary>
/// Pairs of bfloat16: place i holds column i of the panel in its lower half and column 16 + i in its upper.
/// </summary>
internal readonly struct BFloat16Panel<TLanes, TVector, TInts> : IPanel<TVector>
    where TLanes : IReducedLanes<TVector, TInts>
    where TVector : struct
    where TInts : struct
{
    public static int RowLength => Panels.Width / 2;

    public static int StripLength
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TLanes.Count;
    }

    public static int SecondColumn => Panels.Width / 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReadAhead(ref readonly float row, int streams) => Prefetch.Ahead(in row, streams);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First(ref readonly float row) => TLanes.LoadLower(in row, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Second(ref readonly float row) => TLanes.LoadUpper(in row, 0);
}
