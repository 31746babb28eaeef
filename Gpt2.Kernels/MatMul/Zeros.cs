// What a product without a bias begins with.

using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.MatMul;

/// <summary>What a product without bias begins with.</summary>
internal static class Zeros
{
    public static readonly float[] Values = new float[4 * Panels.Width];
}
