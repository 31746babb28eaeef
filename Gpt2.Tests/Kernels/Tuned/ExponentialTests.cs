// The exponential of the tuned kernels: every width against double precision over all of single precision's range, where
// it underflows and overflows, what it makes of NaN and the infinities.

using System.Runtime.Intrinsics;
using Gpt2.Kernels.Tuned;
using static System.FormattableString;

namespace Gpt2.Tests.Kernels.Tuned;

public sealed class ExponentialTests
{
    /// <summary>What the documentation promises.</summary>
    private const double Ulps = 1.1;

    private const int Batch = 1 << 12;

    /// <summary>About 860,000 of the 2³² bit patterns; a prime, so that all exponents and many fractions come.</summary>
    private const int Stride = 4999;

    [Theory]
    [MemberData(nameof(Widths.All), MemberType = typeof(Widths))]
    public void Exponential_AllOfTheRange_IsWithinItsBound(Width width)
    {
        float[] x = new float[Batch], y = new float[Batch];
        double worst = 0;
        for (long first = 0; first <= uint.MaxValue; first += (long)Batch * Stride)
        {
            for (int i = 0; i < Batch; i++)
            {
                x[i] = BitConverter.UInt32BitsToSingle((uint)Math.Min(first + ((long)i * Stride), uint.MaxValue));
            }

            Compute(width, x, y);
            for (int i = 0; i < Batch; i++)
            {
                worst = Math.Max(worst, CheckedError(x[i], y[i]));
            }
        }

        worst.Should().BeGreaterThan(0.5, "the sweep has come by arguments whose powers are no floats");
    }

    [Theory]
    [MemberData(nameof(Widths.All), MemberType = typeof(Widths))]
    public void Exponential_NearItsLimits_IsWithinItsBound(Width width)
    {
        // Around the largest float, the smallest normal one, the smallest subnormal one and half of it; around the places
        // where the power of two changes.
        double[] places = [88.722839, 87.336544, 103.278929, 103.972077, 89, 104, Math.Log(2) / 2, Math.Log(2) * 63.5, 0];
        float[] x = [.. places.SelectMany(place => Enumerable.Range(-500, 1000).SelectMany(step => Both(Shifted((float)place, step))))];
        var y = new float[x.Length];

        Compute(width, x, y);

        for (int i = 0; i < x.Length; i++)
        {
            CheckedError(x[i], y[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Widths.All), MemberType = typeof(Widths))]
    public void Exponential_SpecialArguments_HasTheirValues(Width width)
    {
        float[] x =
        [
            0, -0f, float.NegativeInfinity, float.PositiveInfinity, float.NaN, -float.NaN, float.MaxValue, float.MinValue,
            88.8f, 1000, -104, -1000, float.Epsilon, -float.Epsilon, 0, 0,
        ];
        var y = new float[x.Length];

        Compute(width, x, y);

        y.Should().Equal(
            [
                1, 1, 0, float.PositiveInfinity, float.NaN, float.NaN, float.PositiveInfinity, 0,
                float.PositiveInfinity, float.PositiveInfinity, 0, 0, 1, 1, 1, 1,
            ],
            (a, b) => a.Equals(b));
    }

    private static double CheckedError(float x, float y)
    {
        double error = Error(x, y);
        return error <= Ulps
            ? error
            : throw new Xunit.Sdk.XunitException(Invariant($"e^{x:R} is {y:R}, {error} units in the last place off"));
    }

    /// <summary>The error in units in the last place of the exact value; 0 where both are NaN, 0 or ∞.</summary>
    private static double Error(float x, float y)
    {
        double exact = Math.Exp(x);
        if (y.Equals((float)exact))
        {
            return float.IsFinite(y) ? Distance(y, exact) : 0;
        }

        return float.IsFinite(y) && !double.IsNaN(exact) && !double.IsInfinity(exact) ? Distance(y, exact) : double.PositiveInfinity;
    }

    private static double Distance(float y, double exact)
    {
        double unit = Math.ScaleB(1, Math.Max(-126, exact == 0 ? -126 : Math.ILogB(exact)) - 23);
        return Math.Abs(y - exact) / unit;
    }

    private static float Shifted(float value, int steps) => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(value + 1e-6f) + steps);

    private static float[] Both(float value) => [value, -value];

    private static void Compute(Width width, float[] x, float[] y)
    {
        switch (width)
        {
            case Width.Bits512:
                Compute<Lanes512, Vector512<float>>(x, y);
                break;
            case Width.Bits256:
                Compute<Lanes256, Vector256<float>>(x, y);
                break;
            case Width.Bits128:
                Compute<Lanes128, Vector128<float>>(x, y);
                break;
            default:
                Compute<UnfusedLanes, Vector128<float>>(x, y);
                break;
        }
    }

    private static void Compute<TLanes, TVector>(float[] x, float[] y)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        (x.Length % TLanes.Count).Should().Be(0);
        for (int i = 0; i < x.Length; i += TLanes.Count)
        {
            TLanes.Store(Exponential<TLanes, TVector>.Of(TLanes.Load(ref x[0], i)), ref y[0], i);
        }
    }
}
