// Eight bits: the scale puts the largest weight of a group at 127.

using System.Numerics;
using System.Runtime.CompilerServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>Whole numbers from −127 to 127, with one scale for 64 inputs.</summary>
internal readonly struct Int8 : IQuantisedType
{
    public static int Bits => 8;

    public static int Group => 64;

    public static int Smallest => -127;

    public static int Largest => 127;

    public static int Offset => 128;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector<float> Scales(ReadOnlySpan<float> block, int depth)
    {
        Vector<float> largest = Vector<float>.Zero;
        for (int k = 0; k < depth; k++)
        {
            largest = Vector.Max(largest, Vector.Abs(new Vector<float>(block[(k * Panels.Width)..])));
        }

        return Scale.NotBelow(largest / Vector.Create(127f), largest);
    }
}
