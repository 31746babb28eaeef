// Two passes side by side: every number is that of its trace, every distance is by its formula, and what comes before the first token
// that differs is the same.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Laboratory;

public class PassComparisonTests
{
    private static readonly Gen<(Gpt2Model Model, ForwardTrace First, ForwardTrace Second)> Passes =
        from sizes in LaboratoryModels.Sizes
        from begin in Gen.Choose(0, 3)
        from middles in Gen.Choose(0, 3).Two()
        from end in Gen.Choose(0, 3)
        from heads in Gen.Elements(HeadRows.All, HeadRows.Last).Two()
        select Run(sizes.Config, begin, middles.Item1, middles.Item2, end, heads.Item1, heads.Item2);

    [Fact]
    public void Read_EveryNumber_IsThatOfItsTrace_AndNaNWhereThereIsNone() => SeededProperty.Holds(
        Passes,
        passes =>
        {
            var comparison = new PassComparison(passes.First, passes.Second);
            TokenPair[] pairs = [.. comparison.Alignment.Pairs];
            comparison.Matrices.Should().HaveCount(passes.First.Entries.Count);
            foreach ((ComparedMatrix compared, (TraceEntry one, TraceEntry other)) in comparison.Matrices
                .Zip(passes.First.Entries.Zip(passes.Second.Entries)))
            {
                bool isOverTokens = one.Columns == TraceColumns.HeadsAndTokens;
                (compared.FirstPair + compared.Rows).Should().Be(pairs.Length);
                compared.Columns.Should().Be(isOverTokens ? passes.Model.Config.Heads * pairs.Length : one.Matrix.Columns);
                (IReadOnlyList<RowDistance?> distances, RowDistance? all) = compared.Distances();
                distances.Should().HaveCount(compared.Rows);
                bool[] both = [.. pairs[compared.FirstPair..].Select(at =>
                    RowOf(one.Matrix, passes.First, at.First) is not null && RowOf(other.Matrix, passes.Second, at.Second) is not null)];
                for (int row = 0; row < compared.Rows; row++)
                {
                    TokenPair at = pairs[compared.FirstPair + row];
                    float[] first = Row(compared, ComparedNumbers.First, row), second = Row(compared, ComparedNumbers.Second, row);
                    float[] difference = Row(compared, ComparedNumbers.Difference, row);
                    for (int column = 0; column < compared.Columns; column++)
                    {
                        TokenPair? to = isOverTokens ? pairs[column % pairs.Length] : null;
                        int head = column / pairs.Length;
                        int? inFirst = to is TokenPair pair ? Column(head, pair.First, passes.First) : column;
                        int? inSecond = to is TokenPair same ? Column(head, same.Second, passes.Second) : column;
                        float a = Number(one.Matrix, passes.First, at.First, inFirst);
                        float b = Number(other.Matrix, passes.Second, at.Second, inSecond);
                        first[column].Should().Be(a);
                        second[column].Should().Be(b);
                        difference[column].Should().Be(a == b ? 0 : b - a);
                    }

                    RequireDistance(distances[row], both[row], first, second);
                }

                RequireDistance(all, both.Contains(true), Numbers(ComparedNumbers.First), Numbers(ComparedNumbers.Second));

                float[] Numbers(ComparedNumbers side) =>
                    [.. Enumerable.Range(0, compared.Rows).Where(row => both[row]).SelectMany(row => Row(compared, side, row))];
            }
        },
        count: 60);

    [Fact]
    public void Distances_BeforeTheFirstTokenThatDiffers_AreZero() => SeededProperty.Holds(
        Passes,
        passes =>
        {
            bool isAsLong = passes.First.Ids.Count == passes.Second.Ids.Count;
            var comparison = new PassComparison(passes.First, passes.Second);
            int prefix = comparison.Alignment.Prefix;
            foreach (ComparedMatrix compared in comparison.Matrices)
            {
                IReadOnlyList<RowDistance?> distances = compared.Distances().Rows;
                for (int row = 0; row < compared.Rows && compared.FirstPair + row < prefix; row++)
                {
                    if (distances[row] is RowDistance distance)
                    {
                        // Products with other numbers of rows may add in another order, and so be rounded otherwise.
                        distance.Relative.Should().BeInRange(0, isAsLong ? 0 : 1e-6f, $"row {row} of {compared.Entry.File} sees only what is equal");
                    }
                }
            }

            IReadOnlyList<RowDistance?> embeddings = comparison.Matrices[0].Distances().Rows;
            for (int row = 0; row < embeddings.Count; row++)
            {
                TokenPair at = comparison.Alignment.Pairs[row];
                bool isOther = at.IsComplete && passes.First.Ids[at.First!.Value] != passes.Second.Ids[at.Second!.Value];
                (embeddings[row]?.Relative > 0).Should().Be(isOther, "a token's embedding is its own");
            }
        },
        count: 100);

    [Fact]
    public void Difference_OfOneToken_SpreadsByAttentionToLaterTokens()
    {
        Gpt2Model model = LaboratoryModels.Model(new Gpt2Config(23, 9, 12, 3, 2));
        ForwardTrace first = ForwardTrace.Run(model, [4, 5, 6, 7, 8], HeadRows.All), second = ForwardTrace.Run(model, [4, 5, 9, 7, 8], HeadRows.All);

        var comparison = new PassComparison(first, second);

        Differs("token_embeddings").Should().Equal(false, false, true, false, false);
        Differs("h0_step_5_keys").Should().Equal(false, false, true, false, false);
        Differs("h0_step_6").Should().Equal(false, false, true, true, true);
        Differs("h0_step_16").Should().Equal(false, false, true, true, true);
        Differs("probabilities").Should().Equal(false, false, true, true, true);

        bool[] Differs(string file) =>
            [.. comparison.Matrices.Single(matrix => matrix.Entry.File == file).Distances().Rows.Select(distance => distance!.Value.Relative > 0)];
    }

    [Fact]
    public void Comparison_OfModelsWithOtherSizes_IsRefused()
    {
        ForwardTrace one = ForwardTrace.Run(LaboratoryModels.Model(new Gpt2Config(23, 9, 12, 3, 2)), [1, 2], HeadRows.All);
        foreach (Gpt2Config other in (Gpt2Config[])[new(23, 9, 12, 3, 1), new(23, 9, 8, 2, 2), new(23, 9, 12, 2, 2)])
        {
            ForwardTrace second = ForwardTrace.Run(LaboratoryModels.Model(other), [1, 2, 3], HeadRows.All);
            FluentActions.Invoking(() => new PassComparison(one, second)).Should().Throw<ArgumentException>();
        }
    }

    [Fact]
    public void Read_BeyondTheMatrix_IsRefused()
    {
        ForwardTrace trace = ForwardTrace.Run(LaboratoryModels.Model(new Gpt2Config(23, 9, 12, 3, 1)), [1, 2], HeadRows.All);
        ComparedMatrix matrix = new PassComparison(trace, trace).Matrices[0];

        FluentActions.Invoking(() => matrix.Read(ComparedNumbers.First, 2, 0, new float[1])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => matrix.Read(ComparedNumbers.First, 1, 11, new float[2])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => matrix.Read(ComparedNumbers.First, -1, 0, new float[1])).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static (Gpt2Model Model, ForwardTrace First, ForwardTrace Second) Run(
        Gpt2Config sizes, int begin, int firstMiddle, int secondMiddle, int end, HeadRows firstHead, HeadRows secondHead)
    {
        Gpt2Model model = LaboratoryModels.Model(sizes);
        int[] common = TestModels.Ids(sizes, 6, 3);
        int[] first = Ids(firstMiddle, 5), second = Ids(secondMiddle, 9);
        return (model, ForwardTrace.Run(model, first, firstHead), ForwardTrace.Run(model, second, secondHead));

        int[] Ids(int middle, ulong seed)
        {
            int[] ids = [.. common.Take(begin), .. TestModels.Ids(sizes, middle, seed), .. common.TakeLast(end)];
            return ids.Length > 0 ? ids : [0];
        }
    }

    private static float[] Row(ComparedMatrix matrix, ComparedNumbers numbers, int row)
    {
        float[] whole = new float[matrix.Columns];
        matrix.Read(numbers, row, 0, whole);
        float[] part = new float[matrix.Columns - (matrix.Columns / 2)];
        matrix.Read(numbers, row, matrix.Columns / 2, part);
        part.Should().Equal(whole[(matrix.Columns / 2)..]);
        return whole;
    }

    private static int? Column(int head, int? token, ForwardTrace trace) => token is int at ? (head * trace.Ids.Count) + at : null;

    /// <summary>A token's row in a matrix, of which the last rows alone may have been computed.</summary>
    private static int? RowOf(Matrix matrix, ForwardTrace trace, int? token) =>
        token - (trace.Ids.Count - matrix.Rows) is int row and >= 0 ? row : null;

    private static float Number(Matrix matrix, ForwardTrace trace, int? token, int? column) =>
        RowOf(matrix, trace, token) is int row && column is int at ? matrix[row, at] : float.NaN;

    private static void RequireDistance(RowDistance? distance, bool isThere, float[] first, float[] second)
    {
        if (!isThere)
        {
            distance.Should().BeNull();
            return;
        }

        (double A, double B)[] numbers = [.. first.Zip(second, (a, b) => ((double)a, (double)b))
            .Where(pair => !double.IsNaN(pair.Item1) && !double.IsNaN(pair.Item2) && pair.Item1 != -1e10f)];
        double apart = Root(numbers.Select(pair => pair.B - pair.A));
        double lengths = Root(numbers.Select(pair => pair.A)) + Root(numbers.Select(pair => pair.B));
        distance!.Value.Largest.Should().Be((float)numbers.Select(pair => Math.Abs((float)pair.B - (float)pair.A)).DefaultIfEmpty().Max());
        ((double)distance.Value.Relative).Should().BeApproximately(apart == 0 ? 0 : apart / lengths, 1e-6).And.BeInRange(0, 1 + 1e-6);
    }

    private static double Root(IEnumerable<double> numbers) => Math.Sqrt(numbers.Sum(x => x * x));
}
