// What a product without a bias begins with.

namespace Gpt2.Kernels.Tuned;

/// <summary>What a product without bias begins with.</summary>
internal static class Zeros
{
    public static readonly float[] Values = new float[4 * Panels.Width];
}
