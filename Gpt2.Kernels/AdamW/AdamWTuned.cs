// The Tuned rung of AdamW: one pass over memory, divided among threads.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.AdamW;

/// <summary>
/// The update is cut into parts. The sum of squares is taken over blocks of a fixed length, whose sums are added in
/// order, so that it does not depend on the number of threads.
/// </summary>
internal sealed class AdamWTuned<TLanes, TVector>(ThreadTeam team) : AdamWKernel
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int Worthwhile = 4096;

    public override double SumOfSquares(ReadOnlySpan<float> values)
    {
        int blocks = Cut.Parts(values.Length, BlockSums.Block);
        Span<double> sums = MemoryMarshal.Cast<float, double>(Scratch.Of(Scratch.Use.Sums, blocks * (sizeof(double) / sizeof(float))));
        var work = new BlockSums { Values = values, Sums = sums };
        team.Run(ref work, blocks);
        double sum = 0;
        for (int block = 0; block < blocks; block++)
        {
            sum += sums[block];
        }

        return sum;
    }

    private protected override void Run(
        Span<float> gradients, in Factors factors, Span<float> weights, Span<float> means, Span<float> squares, bool clearGradients)
    {
        int part = Cut.Elements(weights.Length, Worthwhile, team);
        var work = new Updates
        {
            Gradients = gradients,
            Factors = factors,
            Weights = weights,
            Means = means,
            Squares = squares,
            ClearGradients = clearGradients,
            Part = part,
        };
        team.Run(ref work, Cut.Parts(weights.Length, part));
    }

    private ref struct Updates : IJob
    {
        public Span<float> Gradients, Weights, Means, Squares;
        public Factors Factors;
        public bool ClearGradients;
        public int Part;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int part)
        {
            int start = part * Part;
            int length = Math.Min(Part, Weights.Length - start);
            Span<float> gradients = Gradients.Slice(start, length), weights = Weights.Slice(start, length);
            Span<float> means = Means.Slice(start, length), squares = Squares.Slice(start, length);
            int whole = length - (length % TLanes.Count);
            Whole(
                ref MemoryMarshal.GetReference(gradients), whole, ref MemoryMarshal.GetReference(weights),
                ref MemoryMarshal.GetReference(means), ref MemoryMarshal.GetReference(squares));

            // Only the last part has a remainder.
            if (whole < length)
            {
                Remainder(gradients[whole..], weights[whole..], means[whole..], squares[whole..]);
            }
        }

        /// <summary>The same in a vector that is filled up with zeros: the same arithmetic gives the same bits, whatever the width.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        private readonly void Remainder(Span<float> gradients, Span<float> weights, Span<float> means, Span<float> squares)
        {
            int width = TLanes.Count;
            Span<float> all = stackalloc float[4 * width];
            all.Clear();
            gradients.CopyTo(all);
            weights.CopyTo(all[width..]);
            means.CopyTo(all[(2 * width)..]);
            squares.CopyTo(all[(3 * width)..]);
            Whole(ref all[0], width, ref all[width], ref all[2 * width], ref all[3 * width]);
            all[..gradients.Length].CopyTo(gradients);
            all.Slice(width, weights.Length).CopyTo(weights);
            all.Slice(2 * width, means.Length).CopyTo(means);
            all.Slice(3 * width, squares.Length).CopyTo(squares);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly void Whole(ref float gradients, int length, ref float weights, ref float means, ref float squares)
        {
            TVector scale = TLanes.Create(Factors.GradientScale), epsilon = TLanes.Create(Factors.Epsilon);
            TVector beta1 = TLanes.Create(Factors.Beta1), rest1 = TLanes.Create(Factors.Rest1);
            TVector beta2 = TLanes.Create(Factors.Beta2), rest2 = TLanes.Create(Factors.Rest2);
            TVector correction2 = TLanes.Create(Factors.Correction2), keep = TLanes.Create(Factors.Keep);
            TVector minusRate = TLanes.Create(-Factors.Rate);
            bool clear = ClearGradients;
            for (int i = 0; i < length; i += TLanes.Count)
            {
                // g = gradient · scale; m = β₁ · m + (1 − β₁) · g; v = β₂ · v + (1 − β₂) · g²
                TVector gradient = TLanes.Multiply(TLanes.Load(in gradients, i), scale);
                TVector mean = TLanes.MultiplyAdd(TLanes.Load(in means, i), beta1, TLanes.Multiply(gradient, rest1));
                TVector square = TLanes.Multiply(TLanes.Multiply(gradient, gradient), rest2);
                square = TLanes.MultiplyAdd(TLanes.Load(in squares, i), beta2, square);

                // w = w · (1 − η·λ) − rate · m / (√(v / (1 − β₂ᵗ)) + ε), with rate = η / (1 − β₁ᵗ)
                TVector root = TLanes.Add(TLanes.SquareRoot(TLanes.Multiply(square, correction2)), epsilon);
                TVector change = TLanes.Divide(TLanes.Multiply(mean, minusRate), root);
                TLanes.Store(mean, ref means, i);
                TLanes.Store(square, ref squares, i);
                TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(in weights, i), keep, change), ref weights, i);
                if (clear)
                {
                    TLanes.Store(TLanes.Create(0), ref gradients, i);
                }
            }
        }
    }

    private ref struct BlockSums : IJob
    {
        public const int Block = 16384;

        public ReadOnlySpan<float> Values;
        public Span<double> Sums;

        public readonly void Run(int part)
        {
            ReadOnlySpan<float> values = Values[(part * Block)..Math.Min((part + 1) * Block, Values.Length)];
            Sums[part] = TLanes.Count switch
            {
                16 => SumIn<TLanes, TVector>(values),
                8 => SumIn<PairLanes<TLanes, TVector>, Pair<TVector>>(values),
                _ => SumIn<PairLanes<PairLanes<TLanes, TVector>, Pair<TVector>>, Pair<Pair<TVector>>>(values),
            };
        }

        /// <summary>Σ value² in double precision; with sixteen lanes the same bits at every width.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private static double SumIn<TWide, TWideVector>(ReadOnlySpan<float> values)
            where TWide : ILanes<TWideVector>
            where TWideVector : struct
        {
            ref readonly float value = ref MemoryMarshal.GetReference(values);
            TWideVector sum0 = TWide.Create(0), sum1 = sum0;
            int i = 0;
            for (; i <= values.Length - (2 * TWide.Count); i += 2 * TWide.Count)
            {
                TWideVector first = TWide.Load(in value, i), second = TWide.Load(in value, i + TWide.Count);
                sum0 = TWide.AddSquaresOfUpper(first, TWide.AddSquaresOfLower(first, sum0));
                sum1 = TWide.AddSquaresOfUpper(second, TWide.AddSquaresOfLower(second, sum1));
            }

            Vector128<double> two = TWide.FoldedDoublesOf(TWide.AddDoubles(sum0, sum1));
            double sum = two[0] + two[1];
            for (; i < values.Length; i++)
            {
                sum += (double)values[i] * values[i];
            }

            return sum;
        }
    }
}
