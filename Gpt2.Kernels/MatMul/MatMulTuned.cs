// The Tuned rung of MatMul: every product is one call of the blocked product, which is told the layout of both sides.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.MatMul;

/// <summary>The results are the same bits with any number of threads and any width of vectors.</summary>
internal sealed class MatMulTuned<TLanes, TVector>(ThreadTeam team) : MatMulKernel
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private protected override void MultiplyRows(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, int rows, int inner, int columns, Span<float> product) =>
        BlockedProduct<TLanes, TVector>.Run(
            new Product
            {
                Left = input,
                LeftLayout = Layout.RowMajor(inner),
                Right = weights,
                RightLayout = Layout.RowMajor(columns),
                Bias = bias,
                Result = product,
                ResultStride = columns,
                Rows = rows,
                Inner = inner,
                Columns = columns,
            },
            team);

    private protected override void MultiplyPanels(
        ReadOnlySpan<float> input, ReadOnlySpan<float> panels, ReadOnlySpan<float> bias, int rows, int inner, int columns, Span<float> product) =>
        BlockedProduct<TLanes, TVector>.Run(
            new Product
            {
                Left = input,
                LeftLayout = Layout.RowMajor(inner),
                Right = panels,
                RightIsPacked = true,
                Bias = bias,
                Result = product,
                ResultStride = columns,
                Rows = rows,
                Inner = inner,
                Columns = columns,
            },
            team);

    private protected override void MultiplyRowsTransposed(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int rows, int inner, int columns, Span<float> product) =>
        BlockedProduct<TLanes, TVector>.Run(
            new Product
            {
                Left = input,
                LeftLayout = Layout.RowMajor(inner),
                Right = weights,
                RightLayout = Layout.Transposed(inner),
                Result = product,
                ResultStride = columns,
                Rows = rows,
                Inner = inner,
                Columns = columns,
            },
            team);

    private protected override void AddLeftTransposed(
        ReadOnlySpan<float> left, ReadOnlySpan<float> right, int rows, int inner, int columns, Span<float> sum) =>
        BlockedProduct<TLanes, TVector>.Run(
            new Product
            {
                Left = left,
                LeftLayout = Layout.Transposed(inner),
                Right = right,
                RightLayout = Layout.RowMajor(columns),
                Adds = true,
                Result = sum,
                ResultStride = columns,
                Rows = inner,
                Inner = rows,
                Columns = columns,
            },
            team);

    private protected override void AddRowsTo(ReadOnlySpan<float> matrix, int rows, Span<float> sum)
    {
        var work = new ColumnSums { Matrix = matrix, Rows = rows, Sum = sum };
        team.Run(ref work, (sum.Length + ColumnSums.Columns - 1) / ColumnSums.Columns);
    }

    /// <summary>Sums of some columns, taken row after row, so the additions are in the order of the rows.</summary>
    private ref struct ColumnSums : IJob
    {
        /// <summary>Columns of a part: two cache lines, independent of the width of vectors.</summary>
        public const int Columns = 32;

        public ReadOnlySpan<float> Matrix;
        public int Rows;
        public Span<float> Sum;

        public readonly void Run(int part)
        {
            int first = part * Columns, last = Math.Min(first + Columns, Sum.Length), column = first;
            for (; column <= last - (2 * TLanes.Count); column += 2 * TLanes.Count)
            {
                TwoVectors(in MemoryMarshal.GetReference(Matrix[column..]), ref Sum[column]);
            }

            for (; column < last; column++)
            {
                for (int row = 0; row < Rows; row++)
                {
                    Sum[column] += Matrix[(row * Sum.Length) + column];
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly void TwoVectors(ref readonly float from, ref float sum)
        {
            TVector first = TLanes.Load(in sum, 0), second = TLanes.Load(in sum, TLanes.Count);
            nint at = 0, stride = Sum.Length;
            for (int row = 0; row < Rows; row++)
            {
                first = TLanes.Add(first, TLanes.Load(in from, at));
                second = TLanes.Add(second, TLanes.Load(in from, at + TLanes.Count));
                at += stride;
            }

            TLanes.Store(first, ref sum, 0);
            TLanes.Store(second, ref sum, TLanes.Count);
        }
    }
}
