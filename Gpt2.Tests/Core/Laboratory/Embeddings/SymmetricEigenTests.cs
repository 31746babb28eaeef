// Eigenvalues against closed forms and against their definition, A v = λ v.

using Gpt2.Core.Laboratory;
using Gpt2.Core.Laboratory.Embeddings;
using Gpt2.Core.Numerics;

namespace Gpt2.Tests.Core.Laboratory.Embeddings;

public class SymmetricEigenTests
{
    [Fact]
    public void Of_TwoByTwo_HasTheClosedForm()
    {
        // λ = 3 ± √(1 + 4)
        var eigen = SymmetricEigen.Of(new double[,] { { 4, 2 }, { 2, 2 } });

        eigen.Values[0].Should().BeApproximately(3 + Math.Sqrt(5), 1e-14);
        eigen.Values[1].Should().BeApproximately(3 - Math.Sqrt(5), 1e-14);
        (eigen.Vectors[0][1] / eigen.Vectors[0][0]).Should().BeApproximately((Math.Sqrt(5) - 1) / 2, 1e-14);
    }

    [Fact]
    public void Of_SecondDifferences_HasTheKnownEigenvalues()
    {
        const int Size = 12;
        var matrix = new double[Size, Size];
        for (int i = 0; i < Size; i++)
        {
            matrix[i, i] = 2;
            matrix[i, Math.Min(i + 1, Size - 1)] = i + 1 < Size ? -1 : 2;
        }

        double[] known = [.. Enumerable.Range(1, Size).Select(k => 2 - (2 * Math.Cos(Math.PI * k / (Size + 1)))).OrderDescending()];
        SymmetricEigen.Of(matrix).Values.Zip(known).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-13);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(40)]
    public void Of_RandomMatrix_IsItsDefinitionAndGivesTheMatrixBack(int size)
    {
        double[,] matrix = Random(size, (ulong)size);

        var eigen = SymmetricEigen.Of(matrix);

        ShouldBeEigen(matrix, eigen, 1e-12);
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                double back = Enumerable.Range(0, size).Sum(k => eigen.Values[k] * eigen.Vectors[k][i] * eigen.Vectors[k][j]);
                back.Should().BeApproximately(matrix[i, j], 1e-12);
            }
        }
    }

    [Fact]
    public void Of_EqualEigenvaluesAndZeros_StayFiniteAndOrthogonal()
    {
        double[,] ones = new double[4, 4], zeros = new double[3, 3];
        for (int i = 0; i < 16; i++)
        {
            ones[i / 4, i % 4] = 1;
        }

        var eigen = SymmetricEigen.Of(ones);
        ShouldBeEigen(ones, eigen, 1e-14);
        eigen.Values[0].Should().BeApproximately(4, 1e-14);
        eigen.Values.Skip(1).Should().OnlyContain(value => Math.Abs(value) < 1e-14);
        ShouldBeEigen(zeros, SymmetricEigen.Of(zeros), 0);
        SymmetricEigen.Of(new double[0, 0]).Values.Should().BeEmpty();
    }

    [Theory]
    [InlineData(1e-150)]
    [InlineData(1e100)]
    public void Of_TinyOrHugeNumbers_ScalesTheEigenvaluesAlone(double scale)
    {
        var eigen = SymmetricEigen.Of(new double[,] { { 4 * scale, 2 * scale }, { 2 * scale, 2 * scale } });

        (eigen.Values[0] / scale).Should().BeApproximately(3 + Math.Sqrt(5), 1e-13);
    }

    [Fact]
    public void Leading_LargeMatrix_FindsThoseFarthestFromZero_OfEitherSign()
    {
        const int Size = 300;
        double[] values = [9, -8, 8, 5, -4.5, .. Enumerable.Range(0, Size - 5).Select(i => 2.0 * Math.Pow(0.99, i))];
        double[] mirror = [.. Enumerable.Range(0, Size).Select(i => Math.Sin(i + 1))];
        double squares = mirror.Sum(x => x * x);
        var matrix = new double[Size, Size]; // H diag(values) H with the reflection H = I − 2 m mᵀ / mᵀm
        double[][] reflection = [.. Enumerable.Range(0, Size).Select(i =>
            Enumerable.Range(0, Size).Select(j => (i == j ? 1 : 0) - (2 * mirror[i] * mirror[j] / squares)).ToArray())];
        for (int i = 0; i < Size; i++)
        {
            for (int j = 0; j < Size; j++)
            {
                for (int k = 0; k < Size; k++)
                {
                    matrix[i, j] += reflection[i][k] * values[k] * reflection[j][k];
                }
            }
        }

        var eigen = SymmetricEigen.Leading(matrix, 5);

        eigen.Values.Should().HaveCount(5);
        eigen.Values.Order().Zip(values.Take(5).Order()).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-9);
        ShouldBeEigen(matrix, eigen, 1e-6);
        Math.Abs(VectorGeometry.Dot(eigen.Vectors[0], reflection[0])).Should().BeApproximately(1, 1e-12);
    }

    [Fact]
    public void Leading_LargeMatrixOfLowRank_HasZerosForTheRest()
    {
        const int Size = 200;
        var matrix = new double[Size, Size];
        for (int i = 0; i < Size; i++)
        {
            for (int j = 0; j < Size; j++)
            {
                matrix[i, j] = 1; // rank 1, eigenvalue 200
            }
        }

        var eigen = SymmetricEigen.Leading(matrix, 3);

        eigen.Values[0].Should().BeApproximately(Size, 1e-10);
        eigen.Values.Skip(1).Should().OnlyContain(value => Math.Abs(value) < 1e-10);
        SymmetricEigen.Leading(new double[Size, Size], 2).Values.Should().Equal(0, 0);
    }

    [Fact]
    public void Leading_LargeAndWhole_AgreeOnAMatrixThatBothCanSolve()
    {
        double[,] matrix = Random(160, 3);

        SymmetricEigen some = SymmetricEigen.Leading(matrix, 3), all = SymmetricEigen.Of(matrix);

        some.Values.Zip(all.Values).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
    }

    [Fact]
    public void Of_NotSquare_Throws()
    {
        FluentActions.Invoking(() => SymmetricEigen.Of(new double[2, 3])).Should().Throw<ArgumentException>();
        SymmetricEigen.Leading(new double[2, 2], 9).Values.Should().HaveCount(2);
    }

    [Theory]
    [InlineData(new double[] { 1, -2, 2 }, -1)]
    [InlineData(new double[] { 2, -2, 1 }, 1)]
    [InlineData(new double[] { 1, -2 }, -1)]
    [InlineData(new double[] { 0, 0 }, 1)]
    [InlineData(new double[0], 1)]
    public void SignOf_TheFarthestFromZero_BecomesPositive(double[] values, int sign) => SymmetricEigen.SignOf(values).Should().Be(sign);

    private static void ShouldBeEigen(double[,] matrix, SymmetricEigen eigen, double tolerance)
    {
        int size = matrix.GetLength(0);
        eigen.Values.Should().BeEquivalentTo(eigen.Values.OrderByDescending(Math.Abs), options => options.WithStrictOrdering());
        for (int k = 0; k < eigen.Values.Length; k++)
        {
            for (int i = 0; i < size; i++)
            {
                double product = Enumerable.Range(0, size).Sum(j => (i <= j ? matrix[i, j] : matrix[j, i]) * eigen.Vectors[k][j]);
                product.Should().BeApproximately(eigen.Values[k] * eigen.Vectors[k][i], tolerance);
            }

            for (int other = 0; other <= k; other++)
            {
                VectorGeometry.Dot(eigen.Vectors[k], eigen.Vectors[other]).Should().BeApproximately(other == k ? 1 : 0, 1e-12);
            }
        }
    }

    private static double[,] Random(int size, ulong seed)
    {
        var random = new RandomGenerator(seed);
        var matrix = new double[size, size];
        for (int i = 0; i < size; i++)
        {
            for (int j = i; j < size; j++)
            {
                matrix[i, j] = matrix[j, i] = random.NextNormal();
            }
        }

        return matrix;
    }
}
