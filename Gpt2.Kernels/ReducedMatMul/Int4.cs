// Four bits. There is one more number below zero than above, so a scale may have either sign. There are so few numbers
// that it pays to try several scales and keep the one with the smallest error.

using System.Numerics;
using System.Runtime.CompilerServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.ReducedMatMul;

/// <summary>Whole numbers from −8 to 7, with one scale for 32 inputs.</summary>
internal readonly struct Int4 : IQuantisedType
{
    private const int Candidates = 3;

    public static int Bits => 4;

    public static int Group => 32;

    public static int Smallest => -8;

    public static int Largest => 7;

    public static int Offset => 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector<float> Scales(ReadOnlySpan<float> block, int depth)
    {
        Vector<float> above = Vector<float>.Zero, below = Vector<float>.Zero;
        for (int k = 0; k < depth; k++)
        {
            var weights = new Vector<float>(block[(k * Panels.Width)..]);
            above = Vector.Max(above, weights);
            below = Vector.Max(below, -weights);
        }

        Vector<float> largest = Vector.Max(above, below);
        Vector<float> best = Vector<float>.Zero, least = Vector.Create(float.PositiveInfinity);
        for (int i = 0; i < 2 * Candidates; i++)
        {
            // The first candidate puts the largest weight at most half a step outside 7 or −8, the next exactly on it,
            // the last half a step inside.
            bool negative = i >= Candidates;
            float inside = 0.5f * (i % Candidates);
            Vector<float> positives = (negative ? below : above) / Vector.Create(7.5f - inside);
            Vector<float> negatives = (negative ? above : below) / Vector.Create(8.5f - inside);
            Vector<float> scale = Scale.NotBelow(Vector.Max(positives, negatives), largest);
            Vector<float> error = SquaredError(block, depth, negative ? -scale : scale, largest);
            Vector<int> better = Vector.LessThan(error, least);
            best = Vector.ConditionalSelect(better, negative ? -scale : scale, best);
            least = Vector.ConditionalSelect(better, error, least);
        }

        return best;
    }

    /// <summary>Σ (w − ŵ)² / largest², which neither overflows nor underflows; NaN if all weights are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> SquaredError(ReadOnlySpan<float> block, int depth, Vector<float> scale, Vector<float> largest)
    {
        Vector<float> inverse = Vector<float>.One / scale, sum = Vector<float>.Zero;
        for (int k = 0; k < depth; k++)
        {
            Vector<float> steps = new Vector<float>(block[(k * Panels.Width)..]) * inverse;
            Vector<float> off = steps - Vector.Clamp(Vector.Round(steps), Vector.Create(-8f), Vector.Create(7f));
            sum += off * off;
        }

        Vector<float> relative = scale / largest;
        return sum * relative * relative;
    }
}
