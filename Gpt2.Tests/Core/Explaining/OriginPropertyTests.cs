// The origins of cells on random models of random shapes: the terms are cells that exist, with the numbers that are there, and give the
// cell that the forward pass computed.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Core.Explaining;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Tests.Core.Model;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Explaining;

public class OriginPropertyTests
{
    /// <summary>
    /// Relative to <see cref="CellOrigin.Magnitude"/>: the sum of the contributions' magnitudes, of a softmax the result itself, of GELU
    /// the magnitude of its input.
    /// </summary>
    private const double Tolerance = 1e-5;

    private const int RandomCells = 5;

    [Fact]
    public void OriginOf_AnyCellOfAnyPass_GivesTheCellFromItsTerms()
    {
        Check((pass, shape) =>
        {
            foreach (CellOrigin origin in Origins(pass, shape).Where(origin => origin.Operation != CellOperation.Mask))
            {
                double off = Math.Abs(origin.Recomputed - origin.Cell.Value);
                (off <= Tolerance * origin.Magnitude).Should().BeTrue("{0} {1} is recomputed as {2}", shape, origin, origin.Recomputed);
                origin.Cell.Value.Should().Be(At(pass, origin.Cell));
            }
        });
    }

    [Fact]
    public void OriginOf_AnyCellOfAnyPass_NamesTermsThatExistInItsSources()
    {
        Check((pass, shape) =>
        {
            foreach (CellOrigin origin in Origins(pass, shape))
            {
                MatrixCell[] cells = [.. origin.Terms.SelectMany(CellsOf)];
                cells.Where(cell => cell.Value != At(pass, cell)).Should().BeEmpty("{0} {1}", shape, origin);

                // Every source has a part in it, no other matrix has, and a bias is the last term.
                string[] expected = origin.Operation == CellOperation.Mask ? [] : [.. origin.Description.Sources];
                cells.Select(cell => cell.Matrix).ToHashSet().SetEquals(expected).Should().BeTrue("{0} {1}", shape, origin);
                if (origin.Description.Step is 7 or 8 && origin.Operation != CellOperation.Mask)
                {
                    origin.Terms.Should().HaveCount(origin.Cell.Row + 1, "{0} {1} sees the tokens up to its own", shape, origin);
                }

                origin.Terms.SkipLast(1).Should().NotContain(term => term.Source.Matrix.EndsWith("_b", StringComparison.Ordinal));
            }
        });
    }

    [Fact]
    public void OriginOf_AnyCellOfAnyPass_HasContributionsThatAddUp()
    {
        Check((pass, shape) =>
        {
            foreach (CellOrigin origin in Origins(pass, shape))
            {
                double sum = origin.Terms.Sum(term => term.Contribution);
                double[] shares = [.. origin.Terms.Select(term => term.Share ?? 0)];
                switch (origin.Operation)
                {
                    case CellOperation.Mask:
                        origin.Terms.Should().BeEmpty();
                        break;
                    case CellOperation.Softmax:
                        shares.Sum().Should().BeApproximately(1, 1e-12);
                        origin.Own!.Value.Share.Should().Be(origin.Recomputed);
                        origin.Terms.Max(term => term.Contribution).Should().Be(1, "that of the largest is e^0");
                        break;
                    default:
                        Math.Abs(sum - origin.Recomputed).Should().BeLessThanOrEqualTo(1e-9 * (origin.Magnitude + 1), "{0} {1}", shape, origin);
                        break;
                }

                double[] sizes = [.. origin.LargestFirst().Select(term => Math.Abs(term.Contribution))];
                sizes.Should().BeInDescendingOrder().And.HaveCount(origin.Terms.Count);
            }
        });
    }

    [Fact]
    public void OriginOf_TokensThatARowMustNotSee_IsTheMask()
    {
        Check((pass, shape) =>
        {
            foreach (MatrixDescription matrix in pass.Descriptions)
            {
                int tokens = shape.Tokens;
                for (int row = pass.FirstRowOf(matrix.Name); row < tokens; row++)
                {
                    foreach (int column in Corners(pass.NumbersOf(matrix.Name).Columns))
                    {
                        bool later = matrix.Columns == ColumnKind.HeadsAndTokens && column % tokens > row;
                        CellOrigin origin = pass.OriginOf(matrix.Name, row, column);

                        (origin.Operation == CellOperation.Mask).Should().Be(later, "{0} {1}", shape, origin);
                        if (later)
                        {
                            origin.Recomputed.Should().Be(origin.Cell.Value).And.Be(matrix.Step == 6 ? -1e10f : 0);
                        }
                    }
                }
            }
        });
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("odd")]
    public void OriginOf_EveryCellOfAReferenceModel_GivesTheReferenceValue(string name)
    {
        var pass = PassExplanation.Run(TestModels.Reference(name), ReferenceForwardTests.Ids(name), HeadRows.All);

        foreach (MatrixDescription matrix in pass.Descriptions)
        {
            Matrix numbers = pass.NumbersOf(matrix.Name);
            var expected = new Matrix(matrix.Name, numbers.Rows, numbers.Columns);
            CsvMatrixFile.Read(ReferenceData.PathOf(name, "steps", FileOf(matrix.Name) + ".csv"), expected);
            var recomputed = new Matrix(matrix.Name, numbers.Rows, numbers.Columns);
            for (int row = 0; row < numbers.Rows; row++)
            {
                for (int column = 0; column < numbers.Columns; column++)
                {
                    recomputed[row, column] = (float)pass.OriginOf(matrix.Name, row, column).Recomputed;
                }
            }

            Close.Assert(recomputed.Span, expected.Span, what: $"{name} {matrix.Name}");
        }
    }

    internal static string FileOf(string address) =>
        address.Replace(".step", "_step_", StringComparison.Ordinal).Replace('.', '_');

    private static float At(PassExplanation pass, MatrixCell cell) =>
        pass.NumbersOf(cell.Matrix)[cell.Row - pass.FirstRowOf(cell.Matrix), cell.Column];

    private static IEnumerable<MatrixCell> CellsOf(OriginTerm term) => term.Factor is MatrixCell factor ? [term.Source, factor] : [term.Source];

    /// <summary>The origins of the corners of every matrix, and of some cells between them.</summary>
    private static IEnumerable<CellOrigin> Origins(PassExplanation pass, Sizes shape)
    {
        var random = new RandomGenerator(shape.Seed);
        foreach (MatrixDescription matrix in pass.Descriptions)
        {
            Matrix numbers = pass.NumbersOf(matrix.Name);
            int first = pass.FirstRowOf(matrix.Name);
            IEnumerable<(int Row, int Column)> cells = Corners(numbers.Rows)
                .SelectMany(row => Corners(numbers.Columns).Select(column => (row, column)))
                .Concat(Enumerable.Range(0, RandomCells).Select(_ => (Below(numbers.Rows), Below(numbers.Columns))));
            foreach ((int row, int column) in cells)
            {
                yield return pass.OriginOf(matrix.Name, first + row, column);
            }
        }

        int Below(int count) => (int)(random.NextBits() % (ulong)count);
    }

    private static IEnumerable<int> Corners(int count) => ((int[])[0, count - 1]).Distinct();

    private static void Check(Action<PassExplanation, Sizes> property)
    {
        Gen<Sizes> sizes =
            from heads in Gen.Choose(1, 5)
            from headSize in Gen.Choose(1, 9)
            from layers in Gen.Choose(1, 3)
            from vocabulary in Gen.Choose(1, 40)
            from context in Gen.Choose(1, 12)
            from tokens in Gen.Choose(1, context)
            from flags in Gen.Choose(0, 7)
            from rung in Gen.Elements(Enum.GetValues<KernelRung>())
            from seed in Gen.Choose(1, 1_000_000)
            select new Sizes(
                new Gpt2Config(vocabulary, context, heads * headSize, heads, layers) { QkvBias = (flags & 1) == 0, TiedHead = (flags & 2) == 0 },
                tokens, (flags & 4) == 0 ? HeadRows.Last : HeadRows.All, rung, (ulong)seed);
        SeededProperty.Holds(sizes, shape => property(Pass(shape), shape), count: 60);
    }

    private static PassExplanation Pass(Sizes shape) => PassExplanation.Run(
        new Gpt2Model(TestModels.Random(shape.Config, shape.Seed), KernelSet.Create(shape.Rung)),
        TestModels.Ids(shape.Config, shape.Tokens, shape.Seed), shape.HeadRows);

    private sealed record Sizes(Gpt2Config Config, int Tokens, HeadRows HeadRows, KernelRung Rung, ulong Seed);
}
