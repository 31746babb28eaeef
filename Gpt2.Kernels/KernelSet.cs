// One rung of the ladder as an object: every operation the model needs, in one implementation.
// A set is created once and passed to whoever computes; nothing here is global.

using System.Runtime.Intrinsics;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels;

/// <summary>Every operation in the implementation of one <see cref="KernelRung"/>. Immutable, safe to share.</summary>
public sealed class KernelSet
{
    private KernelSet(
        KernelRung rung, MatMul matMul, LayerNorm layerNorm, Softmax softmax, CausalAttention attention, Gelu gelu, Add add)
    {
        Rung = rung;
        MatMul = matMul;
        LayerNorm = layerNorm;
        Softmax = softmax;
        Attention = attention;
        Gelu = gelu;
        Add = add;
    }

    /// <summary>The fastest rung there is on this machine.</summary>
    public static KernelRung FastestRung => KernelRung.Tuned;

    public KernelRung Rung { get; }

    public MatMul MatMul { get; }

    public ReducedMatMul ReducedMatMul { get; private init; } = new ReducedMatMulScalar();

    public LayerNorm LayerNorm { get; }

    public Softmax Softmax { get; }

    public CausalAttention Attention { get; }

    public Gelu Gelu { get; }

    public Add Add { get; }

    /// <summary>Creates the set of a rung. A further rung is a case here and one class for each operation.</summary>
    /// <param name="rung">The rung.</param>
    /// <param name="threads">
    /// Threads to compute with on the Tuned rung, the caller's among them; null for one per core. The other rungs have one.
    /// The results are the same bits for every number.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rung"/> is no member of the enumeration.</exception>
    public static KernelSet Create(KernelRung rung, int? threads = null)
    {
        switch (rung)
        {
            case KernelRung.Scalar:
                var scalar = new SoftmaxScalar();
                return new KernelSet(rung, new MatMulScalar(), new LayerNormScalar(), scalar,
                    new CausalAttentionScalar(scalar), new GeluScalar(), new AddScalar());

            case KernelRung.TensorPrimitives:
                var tensor = new SoftmaxTensorPrimitives();
                return new KernelSet(rung, new MatMulTensorPrimitives(), new LayerNormTensorPrimitives(), tensor,
                    new CausalAttentionTensorPrimitives(tensor), new GeluTensorPrimitives(), new AddTensorPrimitives());

            case KernelRung.Vector:
                var vector = new SoftmaxVector();
                return new KernelSet(rung, new MatMulVector(), new LayerNormVector(), vector,
                    new CausalAttentionVector(vector), new GeluVector(), new AddVector());

            case KernelRung.Tuned:
                var team = ThreadTeam.Of(threads ?? Math.Min(Environment.ProcessorCount, ThreadTeam.MaxThreads));
                return Vector512.IsHardwareAccelerated ? CreateTuned<Lanes512, Vector512<float>>(team)
                    : Vector256.IsHardwareAccelerated ? CreateTuned<Lanes256, Vector256<float>>(team)
                    : CreateTuned<Lanes128, Vector128<float>>(team);

            default:
                throw new ArgumentOutOfRangeException(nameof(rung), rung, "no such rung of the kernel ladder");
        }
    }

    private static KernelSet CreateTuned<TLanes, TVector>(ThreadTeam team)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        var softmax = new SoftmaxVector();
        return new KernelSet(KernelRung.Tuned, new MatMulTuned<TLanes, TVector>(team), new LayerNormVector(), softmax,
            new CausalAttentionVector(softmax), new GeluVector(), new AddVector())
        {
            ReducedMatMul = ReducedMatMulTuned.Create(team),
        };
    }

    public override string ToString() => $"{Rung} kernels";
}
