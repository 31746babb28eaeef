// One rung of the ladder as an object: every operation the model needs, in one implementation.
// A set is created once and passed to whoever computes; nothing here is global.

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
    public static KernelRung FastestRung => KernelRung.Vector;

    public KernelRung Rung { get; }

    public MatMul MatMul { get; }

    public LayerNorm LayerNorm { get; }

    public Softmax Softmax { get; }

    public CausalAttention Attention { get; }

    public Gelu Gelu { get; }

    public Add Add { get; }

    /// <summary>Creates the set of a rung. A further rung is a case here and one class in each operation's file.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rung"/> is no member of the enumeration.</exception>
    public static KernelSet Create(KernelRung rung)
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

            default:
                throw new ArgumentOutOfRangeException(nameof(rung), rung, "no such rung of the kernel ladder");
        }
    }

    public override string ToString() => $"{Rung} kernels";
}
