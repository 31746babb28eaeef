// The Tuned rung of LayerNorm: the widest vectors, and rows divided among threads.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.LayerNorm;

/// <summary>
/// Statistics are summed in single precision: first the mean, then the differences from it and their squares. The mean
/// of the differences corrects the first one. A row whose squares overflow is computed in double precision.
/// </summary>
internal sealed class LayerNormTuned<TLanes, TVector>(ThreadTeam team) : LayerNormKernel
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int Worthwhile = 4096;

    private protected override void NormaliseRows(ReadOnlySpan<float> input, int rows, int columns, float epsilon, Span<float> output)
    {
        int perPart = Cut.Rows(rows, columns, Worthwhile, team);
        var work = new Normalisation { Input = input, Rows = rows, Columns = columns, PerPart = perPart, Epsilon = epsilon, Output = output };
        team.Run(ref work, Cut.Parts(rows, perPart));
    }

    private protected override void ScaleRows(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> bias, int rows, Span<float> output)
    {
        int perPart = Cut.Rows(rows, gain.Length, Worthwhile, team);
        var work = new Scaling { Input = input, Gain = gain, Bias = bias, Rows = rows, PerPart = perPart, Output = output };
        team.Run(ref work, Cut.Parts(rows, perPart));
    }

    private protected override void NormaliseRowsBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> normalised, ReadOnlySpan<float> outputGradient, int rows, int columns,
        float epsilon, Span<float> inputGradient)
    {
        int perPart = Cut.Rows(rows, columns, Worthwhile, team);
        var work = new NormalisationBackward
        {
            Input = input,
            Normalised = normalised,
            OutputGradient = outputGradient,
            Rows = rows,
            Columns = columns,
            PerPart = perPart,
            Epsilon = epsilon,
            InputGradient = inputGradient,
        };
        team.Run(ref work, Cut.Parts(rows, perPart));
    }

    private protected override void ScaleRowsBackward(
        ReadOnlySpan<float> input, ReadOnlySpan<float> gain, ReadOnlySpan<float> outputGradient, int rows,
        Span<float> inputGradient, Span<float> gainGradient, Span<float> biasGradient)
    {
        // Sums over blocks of rows, which are then added in the order of the blocks, whichever thread computed them.
        int columns = gain.Length;
        int blocks = Cut.Parts(rows, ScalingBackward<TLanes, TVector>.RowsPerBlock);
        Span<float> sums = Scratch.Of(Scratch.Use.Sums, blocks * 2 * columns);
        var work = new ScalingBackward<TLanes, TVector>
        {
            Input = input,
            Gain = gain,
            OutputGradient = outputGradient,
            Rows = rows,
            InputGradient = inputGradient,
            Sums = sums,
        };
        team.Run(ref work, blocks);
        for (int block = 0; block < blocks; block++)
        {
            AddTo(gainGradient, sums.Slice(block * 2 * columns, columns));
            AddTo(biasGradient, sums.Slice(((block * 2) + 1) * columns, columns));
        }
    }

    private static void AddTo(Span<float> sum, ReadOnlySpan<float> addend)
    {
        ref float start = ref MemoryMarshal.GetReference(sum);
        var formula = new SumOfRows<TLanes, TVector> { Left = ref start, Right = ref MemoryMarshal.GetReference(addend) };
        ElementWise<TLanes, TVector>.Apply(formula, 0, sum.Length, ref start);
    }

    private ref struct Normalisation : IJob
    {
        public ReadOnlySpan<float> Input;
        public int Rows, Columns, PerPart;
        public float Epsilon;
        public Span<float> Output;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int part)
        {
            RowStatistics<TLanes, TVector> statistics = default;
            int last = Math.Min((part + 1) * PerPart, Rows);
            for (int row = part * PerPart, count; row < last; row += count)
            {
                count = Math.Min(RowStatistics<TLanes, TVector>.RowsAtOnce(Columns), last - row);
                statistics.Compute(in MemoryMarshal.GetReference(Input.Slice(row * Columns, count * Columns)), count, Columns, Epsilon);
                for (int i = 0; i < count; i++)
                {
                    ReadOnlySpan<float> input = Input.Slice((row + i) * Columns, Columns);
                    Span<float> output = Output.Slice((row + i) * Columns, Columns);
                    if (!float.IsFinite(statistics.Squares[i]))
                    {
                        RowInDouble.Normalise(input, Epsilon, output);
                        continue;
                    }

                    var formula = new Normalised
                    {
                        Input = ref MemoryMarshal.GetReference(input),
                        Mean = statistics.Mean[i],
                        Correction = statistics.Correction[i],
                        InverseDeviation = statistics.InverseDeviation[i],
                    };
                    ElementWise<TLanes, TVector>.Apply(formula, 0, Columns, ref MemoryMarshal.GetReference(output));
                }
            }
        }
    }

    private ref struct Normalised : IFormula<TVector>
    {
        public ref readonly float Input;
        public float Mean, Correction, InverseDeviation;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TVector At<TLoad>(TLoad load, nint index)
            where TLoad : ILoad<TVector>, allows ref struct
        {
            // ((value − mean) − correction) · inverse deviation
            TVector difference = TLanes.Subtract(load.Of(in Input, index), TLanes.Create(Mean));
            return TLanes.Multiply(TLanes.Subtract(difference, TLanes.Create(Correction)), TLanes.Create(InverseDeviation));
        }
    }

    private ref struct Scaling : IJob
    {
        public ReadOnlySpan<float> Input, Gain, Bias;
        public int Rows, PerPart;
        public Span<float> Output;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int part)
        {
            int columns = Gain.Length;
            int last = Math.Min((part + 1) * PerPart, Rows);
            for (int row = part * PerPart; row < last; row++)
            {
                var scaled = new ProductPlusRow<TLanes, TVector>
                {
                    Left = ref MemoryMarshal.GetReference(Input.Slice(row * columns, columns)),
                    Right = ref MemoryMarshal.GetReference(Gain),
                    Addend = ref MemoryMarshal.GetReference(Bias),
                };
                ElementWise<TLanes, TVector>.Apply(
                    scaled, 0, columns, ref MemoryMarshal.GetReference(Output.Slice(row * columns, columns)));
            }
        }
    }

    private ref struct NormalisationBackward : IJob
    {
        public ReadOnlySpan<float> Input, Normalised, OutputGradient;
        public int Rows, Columns, PerPart;
        public float Epsilon;
        public Span<float> InputGradient;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int part)
        {
            RowStatistics<TLanes, TVector> statistics = default;
            PerRow<TVector> slopes = default, shifts = default;
            TVector length = TLanes.Create(-Columns);
            int last = Math.Min((part + 1) * PerPart, Rows);
            for (int row = part * PerPart, count; row < last; row += count)
            {
                count = Math.Min(RowStatistics<TLanes, TVector>.RowsAtOnce(Columns), last - row);
                statistics.Compute(in MemoryMarshal.GetReference(Input.Slice(row * Columns, count * Columns)), count, Columns, Epsilon);
                for (int i = 0; i < count; i++)
                {
                    (shifts[i], slopes[i]) = RowSums<TLanes, TVector>.SumAndProduct(
                        in Start(OutputGradient, row + i), in Start(Normalised, row + i), Columns);
                    if (!float.IsFinite(statistics.Squares[i]))
                    {
                        statistics.InverseDeviation[i] = RowInDouble.InverseDeviation(Input.Slice((row + i) * Columns, Columns), Epsilon);
                    }
                }

                // shift = −Σg / n · inverse deviation, slope = −Σ(g · y) / n · inverse deviation; length is −n
                shifts.Rows = TLanes.Multiply(TLanes.Divide(shifts.Rows, length), statistics.InverseDeviation.Rows);
                slopes.Rows = TLanes.Multiply(TLanes.Divide(slopes.Rows, length), statistics.InverseDeviation.Rows);
                for (int i = 0; i < count; i++)
                {
                    var formula = new ThroughNormalisation
                    {
                        Gradient = ref Start(OutputGradient, row + i),
                        Normalised = ref Start(Normalised, row + i),
                        Factors = new(statistics.InverseDeviation[i], slopes[i], shifts[i]),
                    };
                    ElementWise<TLanes, TVector>.Apply(formula, 0, Columns, ref Start(InputGradient, row + i));
                }
            }
        }

        private readonly ref float Start(ReadOnlySpan<float> rows, int row) =>
            ref MemoryMarshal.GetReference(rows.Slice(row * Columns, Columns));
    }

    private readonly record struct Factors(float Inverse, float Slope, float Shift);

    /// <summary>(g − mean(g) − y · mean(g · y)) · inverse, as g · inverse + (y · slope + shift).</summary>
    private ref struct ThroughNormalisation : IFormula<TVector>
    {
        public ref readonly float Gradient, Normalised;
        public Factors Factors;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TVector At<TLoad>(TLoad load, nint index)
            where TLoad : ILoad<TVector>, allows ref struct
        {
            // g · inverse + (y · slope + shift)
            TVector rest = TLanes.MultiplyAdd(
                load.Of(in Normalised, index), TLanes.Create(Factors.Slope), TLanes.Create(Factors.Shift));
            return TLanes.MultiplyAdd(load.Of(in Gradient, index), TLanes.Create(Factors.Inverse), rest);
        }
    }
}
