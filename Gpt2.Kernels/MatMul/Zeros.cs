// The initial values of a product without a bias.

using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.MatMul;

internal static class Zeros
{
    public static readonly float[] Values = new float[4 * Panels.Width];
}
