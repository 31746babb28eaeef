// The initial values of a product without a bias, for as many panels as are computed at once. Apart from BlockedProduct,
// which is generic and would have one for each type.

using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.MatMul;

internal static class Zeros
{
    public static readonly float[] Values = new float[Panels.MostTogether * Panels.Width];
}
