// One rung of the ladder as an object: every operation the model needs, in one implementation.
// A set is created once and passed to the code that computes; nothing here is global.

using System.Numerics;
using System.Runtime.Intrinsics;
using Gpt2.Kernels.Activation;
using Gpt2.Kernels.AdamW;
using Gpt2.Kernels.Add;
using Gpt2.Kernels.Attention;
using Gpt2.Kernels.CopyColumns;
using Gpt2.Kernels.Gelu;
using Gpt2.Kernels.LayerNorm;
using Gpt2.Kernels.MatMul;
using Gpt2.Kernels.ReducedMatMul;
using Gpt2.Kernels.Softmax;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels;

/// <summary>Every operation in the implementation of one <see cref="KernelRung"/>. Immutable, safe to share.</summary>
public sealed class KernelSet
{
    private ThreadTeam team = ThreadTeam.Alone;
    private Func<ActivationFunction, ActivationKernel> activation = static function => new ActivationVector(function);

    private KernelSet(
        KernelRung rung, MatMulKernel matMul, LayerNormKernel layerNorm, SoftmaxKernel softmax, AttentionKernel attention,
        GeluKernel gelu, AddKernel add, AdamWKernel adamW)
    {
        Rung = rung;
        MatMul = matMul;
        LayerNorm = layerNorm;
        Softmax = softmax;
        Attention = attention;
        Gelu = gelu;
        Add = add;
        AdamW = adamW;
    }

    /// <summary>The fastest rung on this machine.</summary>
    public static KernelRung FastestRung => KernelRung.Tuned;

    public KernelRung Rung { get; }

    /// <summary>
    /// Bits that are computed with at a time: one float on Scalar, one <see cref="Vector{T}"/> on Vector, the widest vectors that the
    /// runtime calls accelerated on TensorPrimitives, and those asked of <see cref="Create"/> on Tuned.
    /// </summary>
    public int VectorBits { get; private init; }

    public MatMulKernel MatMul { get; }

    public ReducedMatMulKernel ReducedMatMul { get; private init; } = new ReducedMatMulScalar();

    public LayerNormKernel LayerNorm { get; }

    public SoftmaxKernel Softmax { get; }

    public AttentionKernel Attention { get; }

    public GeluKernel Gelu { get; }

    public AddKernel Add { get; }

    public AdamWKernel AdamW { get; }

    public CopyColumnsKernel CopyColumns { get; private init; } = new CopyColumnsScalar();

    /// <summary>An activation function; GPT-2's own is <see cref="Gelu"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="function"/> is not a member of the enumeration.</exception>
    public ActivationKernel Activation(ActivationFunction function) =>
        function == ActivationFunction.GeluTanh ? Gelu
        : !Enum.IsDefined(function) ? throw new ArgumentOutOfRangeException(nameof(function), function, "no such activation function")
        : activation(function);

    /// <summary>Creates the set of a rung. To add a rung, add a case here and one class for each operation.</summary>
    /// <param name="rung">The rung.</param>
    /// <param name="threads">
    /// Threads to compute with on the Tuned rung, including the caller's; null for one per core. The other rungs use
    /// one thread. The results are the same bits with any number.
    /// </param>
    /// <param name="vectorBits">
    /// Width of the Tuned rung's vectors, one of <see cref="VectorWidth.Possible"/>; null for <see cref="VectorWidth.Standard"/>.
    /// </param>
    /// <exception cref="InvalidOperationException"><see cref="VectorWidth.Variable"/> is not a width that is possible here.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="rung"/> is not a member of the enumeration, or the width is not possible here.
    /// </exception>
    public static KernelSet Create(KernelRung rung, int? threads = null, int? vectorBits = null)
    {
        switch (rung)
        {
            case KernelRung.Scalar:
                var scalar = new SoftmaxScalar();
                return new KernelSet(rung, new MatMulScalar(), new LayerNormScalar(), scalar,
                    new AttentionScalar(scalar), new GeluScalar(), new AddScalar(), new AdamWScalar())
                {
                    VectorBits = 8 * sizeof(float),
                    activation = static function => new ActivationScalar(function),
                };

            case KernelRung.TensorPrimitives:
                var tensor = new SoftmaxTensorPrimitives();
                return new KernelSet(rung, new MatMulTensorPrimitives(), new LayerNormTensorPrimitives(), tensor,
                    new AttentionTensorPrimitives(tensor), new GeluTensorPrimitives(), new AddTensorPrimitives(), new AdamWTensorPrimitives())
                {
                    VectorBits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128,
                };

            case KernelRung.Vector:
                var vector = new SoftmaxVector();
                return new KernelSet(rung, new MatMulVector(), new LayerNormVector(), vector,
                    new AttentionVector(vector), new GeluVector(), new AddVector(), new AdamWVector())
                {
                    VectorBits = 8 * Vector<byte>.Count,
                };

            case KernelRung.Tuned:
                var team = ThreadTeam.Of(threads ?? Math.Min(Environment.ProcessorCount, ThreadTeam.MaxThreads));
                int bits = vectorBits ?? VectorWidth.Standard;
                if (!VectorWidth.Possible.Contains(bits))
                {
                    throw new ArgumentOutOfRangeException(nameof(vectorBits), bits, $"expected {string.Join(", ", VectorWidth.Possible)}");
                }

                return bits switch
                {
                    512 => CreateTuned<Lanes512, Vector512<float>>(team),
                    256 => CreateTuned<Lanes256, Vector256<float>>(team),
                    _ => CreateTuned<Lanes128, Vector128<float>>(team),
                };

            default:
                throw new ArgumentOutOfRangeException(nameof(rung), rung, "no such rung of the kernel ladder");
        }
    }

    /// <summary>Creates the Tuned rung with vectors of one width.</summary>
    internal static KernelSet CreateTuned<TLanes, TVector>(ThreadTeam team)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        int bits = 8 * sizeof(float) * TLanes.Count;
        var softmax = new SoftmaxTuned<TLanes, TVector>(team);
        return new KernelSet(KernelRung.Tuned, new MatMulTuned<TLanes, TVector>(team), new LayerNormTuned<TLanes, TVector>(team), softmax,
            new AttentionTuned<TLanes, TVector>(softmax, team), new GeluTuned<TLanes, TVector>(team), new AddTuned<TLanes, TVector>(team),
            new AdamWTuned<TLanes, TVector>(team))
        {
            team = team,
            activation = function => ActivationTuned.Create<TLanes, TVector>(function, team),
            VectorBits = bits,
            ReducedMatMul = ReducedMatMulTuned.Create(team, bits),
            CopyColumns = new CopyColumnsTuned(team),
        };
    }

    /// <summary>
    /// Does parts of some work, each once, on the threads of this set, and returns when all are done. While there are several,
    /// a kernel of this set that is called in a part computes on the thread of that part alone.
    /// </summary>
    /// <param name="count">Number of parts.</param>
    /// <param name="part">Does the part of a number, from 0. The first exception ends the work and is rethrown.</param>
    public void ForEach(int count, Action<int> part)
    {
        var each = new Each(part);
        team.Run(ref each, count);
    }

    public override string ToString() => $"{Rung} kernels";

    private readonly struct Each(Action<int> action) : IJob
    {
        public void Run(int part) => action(part);
    }
}
