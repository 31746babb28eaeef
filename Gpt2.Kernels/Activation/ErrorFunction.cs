// The error function erf(z) = 2/√π · ∫₀ᶻ e^(−t²) dt, which GELU as it is defined needs and which .NET does not have.

using System.Numerics;

namespace Gpt2.Kernels.Activation;

/// <summary>erf, of a number and of vectors.</summary>
internal static class ErrorFunction
{
    /// <summary>From here on erf(z) is 1 in double precision.</summary>
    private const double One = 6;

    /// <summary>From here on erf(z) is 1 in single precision: 1 − erf(4) is 1.5e-8, a quarter of the distance to the next number.</summary>
    private const float OneInSingle = 4;

    /// <summary>
    /// By the series erf(z) = 2/√π · e^(−z²) · Σ 2ⁿ·z²ⁿ⁺¹ / (1·3·5 … (2n + 1)), all of whose terms have one sign, so that no digits are lost
    /// (NIST Digital Library of Mathematical Functions, 7.6.2). NaN gives NaN.
    /// </summary>
    public static double Of(double z)
    {
        if (Math.Abs(z) >= One)
        {
            return Math.Sign(z);
        }

        double term = z, sum = z;
        for (int n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
        {
            term *= 2 * z * z / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-z * z) * sum;
    }

    /// <summary>
    /// In single precision, to two units in the last place: z + z · P(z²) up to |z| = 1, and beyond it the sign of z times 1 − e^Q(|z|), where
    /// P is fitted to erf(z)/z − 1 and Q to ln(1 − erf(z)). The fits are minimax, by iteratively reweighted least squares at 400
    /// Chebyshev nodes, with weights raised where the error is largest; before rounding they leave 1.2e-9 of erf in P, and 1.0e-9 in Q.
    /// NaN gives NaN.
    /// </summary>
    public static Vector<float> Of(Vector<float> z)
    {
        Vector<float> size = Vector.Min(Vector.Abs(z), new Vector<float>(OneInSingle)), square = size * size;
        Vector<float> near = new(7.889122935e-05f);
        near = Vector.MultiplyAddEstimate(near, square, new Vector<float>(-0.0008020842215f));
        near = Vector.MultiplyAddEstimate(near, square, new Vector<float>(0.005189535674f));
        near = Vector.MultiplyAddEstimate(near, square, new Vector<float>(-0.0268544443f));
        near = Vector.MultiplyAddEstimate(near, square, new Vector<float>(0.1128360033f));
        near = Vector.MultiplyAddEstimate(near, square, new Vector<float>(-0.3761262596f));
        near = Vector.MultiplyAddEstimate(near, square, new Vector<float>(0.1283791659f));
        near = Vector.MultiplyAddEstimate(z, near, z);

        Vector<float> far = new(0.00018557407f);
        far = Vector.MultiplyAddEstimate(far, size, new Vector<float>(-0.002939607948f));
        far = Vector.MultiplyAddEstimate(far, size, new Vector<float>(0.02180531993f));
        far = Vector.MultiplyAddEstimate(far, size, new Vector<float>(-0.1030373722f));
        far = Vector.MultiplyAddEstimate(far, size, new Vector<float>(-0.6382256746f));
        far = Vector.MultiplyAddEstimate(far, size, new Vector<float>(-1.1270400286f));
        far = Vector.MultiplyAddEstimate(far, size, new Vector<float>(-0.00035371878766f));
        far = Vector.CopySign(Vector<float>.One - Vector.Exp(far), z);

        return Vector.ConditionalSelect(Vector.LessThan(size, Vector<float>.One), near, far);
    }
}
