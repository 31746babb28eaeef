// How far two rows of numbers are apart: the distance, and the sums that it is computed from.

using Gpt2.Kernels.Attention;

namespace Gpt2.Core.Laboratory;

/// <summary>How far two rows, or two matrices, are apart.</summary>
/// <param name="Largest">The largest difference of two numbers, without its sign.</param>
/// <param name="Relative">
/// ‖second − first‖ / (‖first‖ + ‖second‖), where ‖x‖ is the root of the sum of squares: 0 for equal rows, 1 for opposite ones, 0.71 for
/// rows of one length at a right angle. It does not depend on how large the numbers of a matrix are. Masked scores are left out.
/// </param>
public readonly record struct RowDistance(float Largest, float Relative);

/// <summary>What distances are computed from, in double precision.</summary>
internal struct DistanceSums
{
    private double first, second, difference;
    private float largest;

    public readonly RowDistance Distance =>
        new(largest, difference == 0 ? 0 : (float)(Math.Sqrt(difference) / (Math.Sqrt(first) + Math.Sqrt(second))));

    public void Add(float one, float other)
    {
        if (one == other)
        {
            double square = one == AttentionKernel.MaskedScore ? 0 : (double)one * one;
            first += square;
            second += square;
            return;
        }

        float apart = other - one;
        largest = MathF.Max(largest, MathF.Abs(apart));
        first += (double)one * one;
        second += (double)other * other;
        difference += (double)apart * apart;
    }

    public void Add(in DistanceSums other)
    {
        first += other.first;
        second += other.second;
        difference += other.difference;
        largest = MathF.Max(largest, other.largest);
    }
}
