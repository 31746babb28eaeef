// Eigenvalues and eigenvectors of a symmetric matrix. A small matrix is solved as a whole, by Jacobi's rotations. Of a large one, the
// leading ones are found by orthogonal iteration, whose small matrix Jacobi solves. In double precision; the same numbers on every machine.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Laboratory.Embeddings;

/// <summary>Eigenvalues λ and eigenvectors v of a symmetric matrix A, for which A v = λ v.</summary>
/// <param name="Values">The eigenvalues, the one farthest from 0 first.</param>
/// <param name="Vectors">Their eigenvectors, each of length 1 and at right angles to the others. Their signs mean nothing.</param>
internal sealed record SymmetricEigen(double[] Values, double[][] Vectors)
{
    /// <summary>Up to this size, the whole matrix is solved.</summary>
    private const int SolvedWhole = 128;

    private const int MostSweeps = 60, MostRounds = 300;

    /// <summary>
    /// Additional directions beside twice as many as are asked for. The iteration converges as fast as the eigenvalues after all of these are
    /// smaller than those that are asked for.
    /// </summary>
    private const int Spare = 12;

    /// <summary>A v and λ v may differ by this, relative to the largest eigenvalue, or more if many rounds do not bring it about.</summary>
    private const double Tolerance = 1e-8;

    /// <summary>The eigenvalues that are farthest from 0.</summary>
    /// <param name="matrix">The matrix, whose upper half alone is used if it is small.</param>
    /// <param name="count">The maximum number of eigenvalues; there are no more than rows.</param>
    /// <param name="cancellation">Stops the search in a large matrix.</param>
    /// <exception cref="ArgumentException">The matrix is not square.</exception>
    public static SymmetricEigen Leading(double[,] matrix, int count, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int size = matrix.GetLength(0);
        int block = (2 * Math.Min(size, count)) + Spare;
        SymmetricEigen found = size <= Math.Max(SolvedWhole, 2 * block) ? Of(matrix)
            : Iterated(matrix, Math.Min(size, count), block, cancellation);
        return new SymmetricEigen([.. found.Values.Take(count)], [.. found.Vectors.Take(count)]);
    }

    /// <summary>
    /// All eigenvalues. Each rotation makes one number off the diagonal 0; the others grow less than it shrinks, until only the diagonal
    /// is left. Golub and Van Loan, "Matrix Computations", section 8.5 (cyclic Jacobi).
    /// </summary>
    /// <param name="matrix">The matrix, whose upper half alone is used.</param>
    /// <exception cref="ArgumentException">The matrix is not square.</exception>
    public static SymmetricEigen Of(double[,] matrix)
    {
        int size = matrix.GetLength(0);
        if (matrix.GetLength(1) != size)
        {
            throw new ArgumentException($"a matrix of {size} by {matrix.GetLength(1)}", nameof(matrix));
        }

        var a = new double[size][];
        var vectors = new double[size][]; // row i becomes eigenvector i
        for (int i = 0; i < size; i++)
        {
            a[i] = new double[size];
            vectors[i] = new double[size];
            vectors[i][i] = 1;
            for (int j = 0; j < size; j++)
            {
                a[i][j] = i <= j ? matrix[i, j] : matrix[j, i];
            }
        }

        double all = a.Sum(row => row.Sum(x => x * x));
        for (int sweep = 0; sweep < MostSweeps && OffDiagonal(a) > 1e-32 * all; sweep++)
        {
            for (int p = 0; p < size; p++)
            {
                for (int q = p + 1; q < size; q++)
                {
                    Rotate(a, vectors, p, q);
                }
            }
        }

        int[] order = [.. Enumerable.Range(0, size).OrderByDescending(i => Math.Abs(a[i][i]))];
        return new SymmetricEigen([.. order.Select(i => a[i][i])], [.. order.Select(i => vectors[i])]);
    }

    /// <summary>
    /// The values with a sign that is the same everywhere: the one farthest from 0 is positive, of equally far ones the first.
    /// </summary>
    /// <returns>1 or −1, to be multiplied with.</returns>
    public static int SignOf(IReadOnlyList<double> values)
    {
        double most = values.Count == 0 ? 0 : values.Max(Math.Abs);
        return values.FirstOrDefault(value => Math.Abs(value) >= most * (1 - 1e-9)) < 0 ? -1 : 1;
    }

    private static double OffDiagonal(double[][] a)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            for (int j = i + 1; j < a.Length; j++)
            {
                sum += 2 * a[i][j] * a[i][j];
            }
        }

        return sum;
    }

    private static void Rotate(double[][] a, double[][] vectors, int p, int q)
    {
        if (a[p][q] == 0)
        {
            return;
        }

        double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        double t = (theta < 0 ? -1 : 1) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1)); // the smaller of both angles
        double c = 1 / Math.Sqrt((t * t) + 1), s = t * c;
        Turn(a[p], a[q], c, s);
        for (int i = 0; i < a.Length; i++)
        {
            (a[i][p], a[i][q]) = ((c * a[i][p]) - (s * a[i][q]), (s * a[i][p]) + (c * a[i][q]));
        }

        a[p][q] = a[q][p] = 0;
        Turn(vectors[p], vectors[q], c, s);
    }

    private static void Turn(double[] x, double[] y, double c, double s)
    {
        for (int i = 0; i < x.Length; i++)
        {
            (x[i], y[i]) = ((c * x[i]) - (s * y[i]), (s * x[i]) + (c * y[i]));
        }
    }

    /// <summary>
    /// Multiplies a few directions with the matrix again and again, so that they turn towards the leading eigenvectors, and solves the
    /// matrix as seen in these directions. Golub and Van Loan, section 8.2.4 (orthogonal iteration with a Ritz acceleration).
    /// </summary>
    private static SymmetricEigen Iterated(double[,] matrix, int count, int block, CancellationToken cancellation)
    {
        int size = matrix.GetLength(0);
        var random = new RandomGenerator(1);
        double[][] basis = [.. Enumerable.Range(0, block).Select(_ => Enumerable.Range(0, size).Select(_ => random.NextNormal()).ToArray())];
        for (int round = 1; ; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            Orthonormalise(basis);
            double[][] product = [.. basis.Select(vector => Multiply(matrix, vector))];
            var seen = new double[block, block];
            for (int i = 0; i < block; i++)
            {
                for (int j = 0; j < block; j++)
                {
                    seen[i, j] = VectorGeometry.Dot(basis[i], product[j]);
                }
            }

            SymmetricEigen small = Of(seen);
            double[][] vectors = [.. small.Vectors.Select(weights => Combine(basis, weights))];
            double[][] next = [.. small.Vectors.Select(weights => Combine(product, weights))];
            double error = Enumerable.Range(0, count).Max(i => VectorGeometry.Distance(next[i], [.. vectors[i].Select(x => small.Values[i] * x)]));
            if (error <= Tolerance * Math.Abs(small.Values[0]) || round == MostRounds)
            {
                return new SymmetricEigen(small.Values, vectors);
            }

            basis = next;
        }
    }

    /// <summary>Gram and Schmidt, twice, since once leaves rounding errors. A direction that is lost becomes 0.</summary>
    private static void Orthonormalise(double[][] basis)
    {
        for (int i = 0; i < basis.Length; i++)
        {
            double before = VectorGeometry.Length(basis[i]);
            for (int again = 0; again < 2; again++)
            {
                for (int j = 0; j < i; j++)
                {
                    AddScaled(basis[j], -VectorGeometry.Dot(basis[j], basis[i]), basis[i]);
                }
            }

            double length = VectorGeometry.Length(basis[i]);
            double scale = length > 1e-14 * before ? 1 / length : 0;
            basis[i] = [.. basis[i].Select(x => x * scale)];
        }
    }

    private static double[] Multiply(double[,] matrix, double[] vector)
    {
        var product = new double[vector.Length];
        for (int i = 0; i < product.Length; i++)
        {
            double sum = 0;
            for (int j = 0; j < vector.Length; j++)
            {
                sum += matrix[i, j] * vector[j];
            }

            product[i] = sum;
        }

        return product;
    }

    private static double[] Combine(double[][] vectors, double[] weights)
    {
        var sum = new double[vectors[0].Length];
        for (int i = 0; i < vectors.Length; i++)
        {
            AddScaled(vectors[i], weights[i], sum);
        }

        return sum;
    }

    private static void AddScaled(double[] source, double scale, double[] destination)
    {
        for (int i = 0; i < source.Length; i++)
        {
            destination[i] += scale * source[i];
        }
    }
}
