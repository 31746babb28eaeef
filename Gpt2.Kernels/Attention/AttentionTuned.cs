// The Tuned rung of AttentionKernel: products in register tiles for many queries, one pass over keys and values for a
// single query, and the division of the work among threads: mostly by sequences and heads, which are independent of
// each other.

using Gpt2.Kernels.Softmax;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels.Attention;

/// <summary>The results are the same bits with any number of threads.</summary>
internal sealed class AttentionTuned<TLanes, TVector>(SoftmaxKernel softmax, ThreadTeam team) : AttentionKernel
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Products of fewer multiplications are not worth a second thread.</summary>
    private const long WorthThreads = 200_000;

    /// <summary>The same threshold for single queries, which wait for memory.</summary>
    private const long RowWorthThreads = 65_536;

    /// <summary>Keys or values per part of a single query.</summary>
    private const int KeysOfAPart = 64;

    /// <summary>Shares of work per thread, so that a delayed thread leaves some of its work to the others.</summary>
    private const int SharesPerThread = 4;

    /// <summary>Minimum number of scores in a part of a softmax.</summary>
    private const int ScoresPerPart = 8192;

    private protected override void ScoreHeads(
        ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, in AttentionShape shape, Span<float> scores)
    {
        if (shape.Tokens == 1)
        {
            int parts = RowParts(shape);
            var rows = new RowScores { Queries = queries, Keys = keys, Shape = shape, Scale = shape.Scale, Parts = parts, Scores = scores };
            Do(ref rows, shape.Sequences * parts, Multiplications(shape), RowWorthThreads);
            return;
        }

        int shares = Shares(shape);
        var work = new Dots
        {
            Left = queries,
            Right = keys,
            Shape = shape,
            Scale = shape.Scale,
            Masked = MaskedScore,
            Shares = shares,
            Result = scores,
        };
        Do(ref work, shape.Sequences * shape.Heads * shares, Multiplications(shape), WorthThreads);
    }

    private protected override void NormaliseHeads(ReadOnlySpan<float> scores, in AttentionShape shape, Span<float> attention)
    {
        int rows = shape.Sequences * shape.Tokens * shape.Heads, rowsPerPart = Math.Max(1, ScoresPerPart / shape.Total);
        var work = new Normalising { Softmax = softmax, Scores = scores, Shape = shape, RowsPerPart = rowsPerPart, Attention = attention };
        team.Run(ref work, (rows + rowsPerPart - 1) / rowsPerPart);
    }

    private protected override void WeighHeads(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> values, in AttentionShape shape, Span<float> output)
    {
        if (shape.Tokens == 1)
        {
            WeighRows(attention, values, shape, output);
            return;
        }

        int shares = Shares(shape);
        var work = new SumsOverKeys { Weights = attention, Right = values, Shape = shape, Scale = 1, Shares = shares, Result = output };
        Do(ref work, shape.Sequences * shape.Heads * shares, Multiplications(shape), WorthThreads);
    }

    /// <summary>
    /// One query per sequence: sums over parts of the keys, which are then added in the order of the parts.
    /// </summary>
    private void WeighRows(ReadOnlySpan<float> attention, ReadOnlySpan<float> values, in AttentionShape shape, Span<float> output)
    {
        int parts = RowParts(shape);
        Span<float> partial = parts == 1 ? output : Scratch.Of(Scratch.Use.Kernel, output.Length * parts);
        var rows = new RowSums { Attention = attention, Values = values, Shape = shape, Parts = parts, Partial = partial };
        Do(ref rows, shape.Sequences * parts, Multiplications(shape), RowWorthThreads);
        for (int sequence = 0; sequence < shape.Sequences && parts > 1; sequence++)
        {
            Span<float> sum = output.Slice(sequence * shape.Channels, shape.Channels);
            partial.Slice(sequence * parts * shape.Channels, shape.Channels).CopyTo(sum);
            for (int part = 1; part < parts; part++)
            {
                VectorLoops.AddScaled(partial.Slice(((sequence * parts) + part) * shape.Channels, shape.Channels), 1, sum);
            }
        }
    }

    private protected override void WeighHeadsBackward(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> values, ReadOnlySpan<float> outputGradient, in AttentionShape shape,
        Span<float> attentionGradient, Span<float> valuesGradient)
    {
        int shares = Shares(shape);
        var dots = new Dots
        {
            Left = outputGradient,
            Right = values,
            Shape = shape,
            Scale = 1,
            Masked = 0,
            Shares = shares,
            Result = attentionGradient,
        };
        var sums = new SumsOverQueries
        {
            Weights = attention,
            Right = outputGradient,
            Shape = shape,
            Scale = 1,
            Shares = shares,
            Result = valuesGradient,
        };
        Do(ref dots, shape.Sequences * shape.Heads * shares, Multiplications(shape), WorthThreads);
        Do(ref sums, shape.Sequences * shape.Heads * shares, Multiplications(shape), WorthThreads);
    }

    private protected override void NormaliseHeadsBackward(
        ReadOnlySpan<float> attention, ReadOnlySpan<float> attentionGradient, in AttentionShape shape, Span<float> scoresGradient)
    {
        int rows = shape.Sequences * shape.Tokens * shape.Heads, rowsPerPart = Math.Max(1, ScoresPerPart / shape.Total);
        var work = new NormalisingBackward
        {
            Attention = attention,
            AttentionGradient = attentionGradient,
            Shape = shape,
            RowsPerPart = rowsPerPart,
            ScoresGradient = scoresGradient,
        };
        team.Run(ref work, (rows + rowsPerPart - 1) / rowsPerPart);
    }

    private protected override void ScoreHeadsBackward(
        ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, ReadOnlySpan<float> scoresGradient, in AttentionShape shape,
        Span<float> queriesGradient, Span<float> keysGradient)
    {
        int shares = Shares(shape);
        var byQuery = new SumsOverKeys
        {
            Weights = scoresGradient,
            Right = keys,
            Shape = shape,
            Scale = shape.Scale,
            Shares = shares,
            Result = queriesGradient,
        };
        var byKey = new SumsOverQueries
        {
            Weights = scoresGradient,
            Right = queries,
            Shape = shape,
            Scale = shape.Scale,
            Shares = shares,
            Result = keysGradient,
        };
        Do(ref byQuery, shape.Sequences * shape.Heads * shares, Multiplications(shape), WorthThreads);
        Do(ref byKey, shape.Sequences * shape.Heads * shares, Multiplications(shape), WorthThreads);
    }

    /// <summary>Multiplications of one of the products if nothing were masked.</summary>
    private static long Multiplications(in AttentionShape shape) => (long)shape.Sequences * shape.Tokens * shape.Total * shape.Channels;

    /// <summary>
    /// Parts of a single query. They do not depend on the number of threads, so the sums do not either.
    /// </summary>
    private static int RowParts(in AttentionShape shape) => (shape.Total + KeysOfAPart - 1) / KeysOfAPart;

    /// <summary>
    /// Shares that a head is divided into: more than one only if there are few heads for the threads.
    /// </summary>
    private int Shares(in AttentionShape shape)
    {
        int heads = Math.Max(1, shape.Sequences * shape.Heads);
        int most = Math.Max(1, shape.Tokens / HeadTile<TLanes, TVector>.MR);
        return team.Threads == 1 ? 1 : Math.Clamp(SharesPerThread * team.Threads / heads, 1, most);
    }

    private void Do<TJob>(ref TJob job, int parts, long multiplications, long worthThreads)
        where TJob : struct, IJob, allows ref struct
    {
        if (multiplications >= worthThreads)
        {
            team.Run(ref job, parts);
            return;
        }

        for (int part = 0; part < parts && multiplications > 0; part++)
        {
            job.Run(part);
        }
    }

    private ref struct Dots : IJob
    {
        public ReadOnlySpan<float> Left, Right;
        public AttentionShape Shape;
        public float Scale, Masked;
        public int Shares;
        public Span<float> Result;

        public readonly void Run(int part)
        {
            (int sequence, int head, int share) = PartOf(part, Shape, Shares);
            HeadProducts<TLanes, TVector>.Dots(
                Left[Shape.QueryAt(sequence, 0, head)..], Right[Shape.KeyAt(sequence, 0, head)..], Shape, Scale, Masked, share, Shares,
                Result[Shape.ScoreAt(sequence, 0, head)..]);
        }
    }

    private ref struct SumsOverKeys : IJob
    {
        public ReadOnlySpan<float> Weights, Right;
        public AttentionShape Shape;
        public float Scale;
        public int Shares;
        public Span<float> Result;

        public readonly void Run(int part)
        {
            (int sequence, int head, int share) = PartOf(part, Shape, Shares);
            HeadProducts<TLanes, TVector>.SumOverKeys(
                Weights[Shape.ScoreAt(sequence, 0, head)..], Right[Shape.KeyAt(sequence, 0, head)..], Shape, Scale, share, Shares,
                Result[Shape.QueryAt(sequence, 0, head)..]);
        }
    }

    private ref struct SumsOverQueries : IJob
    {
        public ReadOnlySpan<float> Weights, Right;
        public AttentionShape Shape;
        public float Scale;
        public int Shares;
        public Span<float> Result;

        public readonly void Run(int part)
        {
            (int sequence, int head, int share) = PartOf(part, Shape, Shares);
            HeadProducts<TLanes, TVector>.SumOverQueries(
                Weights[Shape.ScoreAt(sequence, 0, head)..], Right[Shape.QueryAt(sequence, 0, head)..], Shape, Scale, share, Shares,
                Result[Shape.KeyAt(sequence, 0, head)..]);
        }
    }

    private static (int Sequence, int Head, int Share) PartOf(int part, in AttentionShape shape, int shares) =>
        (part / shares / shape.Heads, part / shares % shape.Heads, part % shares);

    /// <summary>Scores of one query: each part is some of its keys.</summary>
    private ref struct RowScores : IJob
    {
        public ReadOnlySpan<float> Queries, Keys;
        public AttentionShape Shape;
        public float Scale;
        public int Parts;
        public Span<float> Scores;

        public readonly void Run(int part)
        {
            (int sequence, int firstKey) = (part / Parts, part % Parts * KeysOfAPart);
            switch (TLanes.Count) // sums in sixteen lanes at every width
            {
                case 16:
                    ScoresIn<TLanes, TVector>(sequence, firstKey);
                    break;
                case 8:
                    ScoresIn<PairLanes<TLanes, TVector>, Pair<TVector>>(sequence, firstKey);
                    break;
                default:
                    ScoresIn<PairLanes<PairLanes<TLanes, TVector>, Pair<TVector>>, Pair<Pair<TVector>>>(sequence, firstKey);
                    break;
            }
        }

        private readonly void ScoresIn<TWide, TWideVector>(int sequence, int firstKey)
            where TWide : ILanes<TWideVector>
            where TWideVector : struct =>
            QueryRow<TWide, TWideVector>.Scores(
                Queries[Shape.QueryAt(sequence, 0, 0)..], Keys[Shape.KeyAt(sequence, 0, 0)..], Shape, Scale,
                firstKey, Math.Min(firstKey + KeysOfAPart, Shape.Total), Scores[Shape.ScoreAt(sequence, 0, 0)..]);
    }

    /// <summary>Weighted values of one query: each part is some of its keys.</summary>
    private ref struct RowSums : IJob
    {
        public ReadOnlySpan<float> Attention, Values;
        public AttentionShape Shape;
        public int Parts;
        public Span<float> Partial; // [sequences, parts, channels]

        public readonly void Run(int part)
        {
            (int sequence, int firstKey) = (part / Parts, part % Parts * KeysOfAPart);
            QueryRow<TLanes, TVector>.WeightedValues(
                Attention[Shape.ScoreAt(sequence, 0, 0)..], Values[Shape.KeyAt(sequence, 0, 0)..], Shape,
                firstKey, Math.Min(firstKey + KeysOfAPart, Shape.Total), Partial.Slice(part * Shape.Channels, Shape.Channels));
        }
    }

    /// <summary>Softmax of some rows.</summary>
    private ref struct Normalising : IJob
    {
        public SoftmaxKernel Softmax;
        public ReadOnlySpan<float> Scores;
        public AttentionShape Shape;
        public int RowsPerPart;
        public Span<float> Attention;

        public readonly void Run(int part)
        {
            int last = Math.Min((part + 1) * RowsPerPart, Shape.Sequences * Shape.Tokens * Shape.Heads);
            for (int row = part * RowsPerPart; row < last; row++)
            {
                int visible = Shape.Visible(row / Shape.Heads % Shape.Tokens);
                Span<float> attention = Attention.Slice(row * Shape.Total, Shape.Total);
                Softmax.Row(Scores.Slice(row * Shape.Total, visible), attention[..visible]);
                attention[visible..].Clear();
            }
        }
    }

    /// <summary>Backward of the softmax of some rows.</summary>
    private ref struct NormalisingBackward : IJob
    {
        public ReadOnlySpan<float> Attention, AttentionGradient;
        public AttentionShape Shape;
        public int RowsPerPart;
        public Span<float> ScoresGradient;

        public readonly void Run(int part)
        {
            int last = Math.Min((part + 1) * RowsPerPart, Shape.Sequences * Shape.Tokens * Shape.Heads);
            for (int row = part * RowsPerPart; row < last; row++)
            {
                int visible = Shape.Visible(row / Shape.Heads % Shape.Tokens);
                Span<float> gradient = ScoresGradient.Slice(row * Shape.Total, Shape.Total);
                SoftmaxGradient<TLanes, TVector>.Row(
                    Attention.Slice(row * Shape.Total, visible), AttentionGradient.Slice(row * Shape.Total, visible), gradient[..visible]);
                gradient[visible..].Clear();
            }
        }
    }
}
