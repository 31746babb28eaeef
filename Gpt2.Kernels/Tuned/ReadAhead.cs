// What a tile prefetches while it computes, as types: the compiler leaves out what a tile does not do.

namespace Gpt2.Kernels.Tuned;

/// <summary>What a tile prefetches.</summary>
internal enum ReadAhead
{
    /// <summary>Nothing: its panel is in a cache.</summary>
    Nothing,

    /// <summary>Its own panel, some rows ahead: it comes from memory and is used once.</summary>
    OwnPanel,

    /// <summary>One line per row of another panel, which will be next.</summary>
    OtherPanel,

    /// <summary>The next tile's part of the left side, which is stored transposed: the processor does not foresee its jumps.</summary>
    NextRows,
}

/// <summary>A <see cref="ReadAhead"/> as a type.</summary>
internal interface IReadAhead
{
    public static abstract ReadAhead What { get; }
}

internal readonly struct ReadsNothing : IReadAhead
{
    public static ReadAhead What => ReadAhead.Nothing;
}

internal readonly struct ReadsOwnPanel : IReadAhead
{
    public static ReadAhead What => ReadAhead.OwnPanel;
}

internal readonly struct ReadsOtherPanel : IReadAhead
{
    public static ReadAhead What => ReadAhead.OtherPanel;
}

internal readonly struct ReadsNextRows : IReadAhead
{
    public static ReadAhead What => ReadAhead.NextRows;
}
