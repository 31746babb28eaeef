// The names of the ladder's rungs. What a rung does is written in each operation's file.

namespace Gpt2.Kernels;

/// <summary>
/// The implementations of every operation, from the definition upwards. All rungs compute the same formula; they differ
/// in the order of additions and so in the last bits.
/// </summary>
public enum KernelRung
{
    /// <summary>The definition: plain loops over single floats, sums held in double precision.</summary>
    Scalar,

    /// <summary>The same loops written with <c>System.Numerics.Tensors.TensorPrimitives</c>.</summary>
    TensorPrimitives,

    /// <summary>Portable <see cref="System.Numerics.Vector{T}"/>, as wide as the processor's registers.</summary>
    Vector,

    /// <summary>
    /// The widest vectors the processor has, register tiles, packed panels, threads. The results are the same bits with
    /// any number of threads.
    /// </summary>
    Tuned,
}
