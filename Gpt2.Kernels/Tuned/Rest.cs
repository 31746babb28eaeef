// Rows shorter than a vector: copied into a vector, so that the same arithmetic serves them.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gpt2.Kernels.Tuned;

/// <summary>Reads and writes fewer floats than a vector has.</summary>
/// <param name="count">Number of floats.</param>
/// <remarks>
/// Must not be called in a loop or with sums in registers: around a call the compiler would keep them in memory all the
/// time.
/// </remarks>
internal readonly struct Rest<TLanes, TVector>(int count) : ILoad<TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>The floats from an index on; the other lanes are 0.</summary>
    public TVector Of(ref readonly float row, nint index) => Load(in Elements.At(in row, index), count, 0);

    /// <summary>The first <paramref name="count"/> floats; the other lanes are <paramref name="others"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static TVector Load(ref readonly float start, int count, float others)
    {
        TVector vector = TLanes.Create(others);
        MemoryMarshal.CreateReadOnlySpan(in start, count).CopyTo(Lanes(ref vector));
        return vector;
    }

    /// <summary>Writes the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Store(TVector value, ref float start, int count) =>
        Lanes(ref value)[..count].CopyTo(MemoryMarshal.CreateSpan(ref start, count));

    private static Span<float> Lanes(ref TVector vector) =>
        MemoryMarshal.CreateSpan(ref Unsafe.As<TVector, float>(ref vector), TLanes.Count);
}
