// The Tuned rung of softmax: three passes over a row, with its own exponential; rows are divided among threads.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.Softmax;

/// <summary>
/// Exponentials are summed in single precision within blocks of a row, and the blocks in double precision, so a row of
/// any length keeps its relative error below 3e-6.
/// </summary>
internal sealed class SoftmaxTuned<TLanes, TVector>(ThreadTeam team) : SoftmaxKernel
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int Worthwhile = 2048;
    private const int Block = 512;

    private protected override void RunRows(ReadOnlySpan<float> input, int rows, int columns, Span<float> output)
    {
        int perPart = Cut.Rows(rows, columns, Worthwhile, team);
        var work = new SomeRows { Softmax = this, Input = input, Rows = rows, Columns = columns, PerPart = perPart, Output = output };
        team.Run(ref work, Cut.Parts(rows, perPart));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal override void Row(ReadOnlySpan<float> input, Span<float> output)
    {
        ref readonly float source = ref MemoryMarshal.GetReference(input);
        ref float destination = ref MemoryMarshal.GetReference(output);
        float max = Max(in source, input.Length);
        double sum = 0;
        for (int start = 0; start < input.Length; start += Block)
        {
            sum += Exponentials(
                in Elements.At(in source, start), max, Math.Min(Block, input.Length - start), ref Unsafe.Add(ref destination, start));
        }

        // A NaN or ∞ in the row has made the sum NaN, whatever the maximum was.
        Scale(output, (float)(1 / sum), output);
    }

    private protected override void RunCrossEntropyBackward(
        ReadOnlySpan<float> probabilities, ReadOnlySpan<int> targets, int columns, float share, Span<float> gradient)
    {
        int perPart = Cut.Rows(targets.Length, columns, Worthwhile, team);
        var work = new SomeGradients
        {
            Softmax = this,
            Probabilities = probabilities,
            Targets = targets,
            Columns = columns,
            Share = share,
            PerPart = perPart,
            Gradient = gradient,
        };
        team.Run(ref work, Cut.Parts(targets.Length, perPart));
    }

    private protected override void Scale(ReadOnlySpan<float> input, float factor, Span<float> output)
    {
        var scaled = new Multiple { Row = ref MemoryMarshal.GetReference(input), Factor = factor };
        ElementWise<TLanes, TVector>.Apply(scaled, 0, output.Length, ref MemoryMarshal.GetReference(output));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Max(ref readonly float values, int length)
    {
        if (length < TLanes.Count)
        {
            return TLanes.Largest(Rest<TLanes, TVector>.Load(in values, length, others: float.NegativeInfinity));
        }

        TVector even = TLanes.Load(in values, 0), odd = even;
        int i = 0;
        for (; i <= length - (2 * TLanes.Count); i += 2 * TLanes.Count)
        {
            even = TLanes.Larger(even, TLanes.Load(in values, i));
            odd = TLanes.Larger(odd, TLanes.Load(in values, i + TLanes.Count));
        }

        even = TLanes.Larger(even, TLanes.Load(in values, Math.Min(i, length - TLanes.Count)));
        odd = TLanes.Larger(odd, TLanes.Load(in values, length - TLanes.Count)); // overlaps the previous vector
        return TLanes.Largest(TLanes.Larger(even, odd));
    }

    /// <summary>Computes e^(value − max) of every value; returns their sum, the same bits at every width.</summary>
    private static float Exponentials(ref readonly float source, float max, int length, ref float destination) => TLanes.Count switch
    {
        16 => ExponentialsIn<TLanes, TVector>(in source, max, length, ref destination),
        8 => ExponentialsIn<PairLanes<TLanes, TVector>, Pair<TVector>>(in source, max, length, ref destination),
        _ => ExponentialsIn<PairLanes<PairLanes<TLanes, TVector>, Pair<TVector>>, Pair<Pair<TVector>>>(in source, max, length, ref destination),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float ExponentialsIn<TWide, TWideVector>(ref readonly float source, float max, int length, ref float destination)
        where TWide : ILanes<TWideVector>
        where TWideVector : struct
    {
        int end = length - TWide.Count;
        if (end < 0)
        {
            TWideVector all = Rest<TWide, TWideVector>.Load(in source, length, others: float.NegativeInfinity);
            all = Exponential<TWide, TWideVector>.Of(TWide.Subtract(all, TWide.Create(max)));
            Rest<TWide, TWideVector>.Store(all, ref destination, length);
            return TWide.Sum(all);
        }

        // e^(value − max), and the sum of all. The last vector overlaps the one before it, so only its new lanes count.
        TWideVector maxima = TWide.Create(max);
        TWideVector sums = TWide.Create(0);
        TWideVector last = TWide.Load(in source, end);
        int i = 0;
        for (; i < end; i += TWide.Count)
        {
            TWideVector exponential = Exponential<TWide, TWideVector>.Of(TWide.Subtract(TWide.Load(in source, i), maxima));
            TWide.Store(exponential, ref destination, i);
            sums = TWide.Add(sums, exponential);
        }

        last = Exponential<TWide, TWideVector>.Of(TWide.Subtract(last, maxima));
        TWide.Store(last, ref destination, end);
        return TWide.Sum(TWide.Add(sums, TWide.KeepLast(last, length - i)));
    }

    private ref struct Multiple : IFormula<TVector>
    {
        public ref readonly float Row;
        public float Factor;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TVector At<TLoad>(TLoad load, nint index)
            where TLoad : ILoad<TVector>, allows ref struct =>
            TLanes.Multiply(load.Of(in Row, index), TLanes.Create(Factor));
    }

    private ref struct SomeGradients : IJob
    {
        public SoftmaxTuned<TLanes, TVector> Softmax;
        public ReadOnlySpan<float> Probabilities;
        public ReadOnlySpan<int> Targets;
        public int Columns, PerPart;
        public float Share;
        public Span<float> Gradient;

        public readonly void Run(int part)
        {
            int last = Math.Min((part + 1) * PerPart, Targets.Length);
            for (int row = part * PerPart; row < last; row++)
            {
                Softmax.CrossEntropyBackwardRow(
                    Probabilities.Slice(row * Columns, Columns), Targets[row], Share, Gradient.Slice(row * Columns, Columns));
            }
        }
    }

    private ref struct SomeRows : IJob
    {
        public SoftmaxTuned<TLanes, TVector> Softmax;
        public ReadOnlySpan<float> Input;
        public int Rows, Columns, PerPart;
        public Span<float> Output;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int part)
        {
            int last = Math.Min((part + 1) * PerPart, Rows);
            for (int row = part * PerPart; row < last; row++)
            {
                Softmax.Row(Input.Slice(row * Columns, Columns), Output.Slice(row * Columns, Columns));
            }
        }
    }
}
