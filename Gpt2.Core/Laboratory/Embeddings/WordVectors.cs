// Word vectors by counting: the co-occurrence matrix has a column for every word, and singular value decomposition compresses it to the few
// columns that keep most of it.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Laboratory.Embeddings;

/// <summary>
/// Vectors U_k √Σ_k, where U Σ Vᵀ is the singular value decomposition of the weights, and k the number of columns. Levy and Goldberg,
/// "Neural Word Embedding as Implicit Matrix Factorization" (2014), section 5.
/// </summary>
/// <param name="Vectors">The vectors, a row for each word of the counts.</param>
/// <param name="SingularValues">The k largest singular values, the largest first.</param>
/// <param name="Kept">The share of the squared weights that the k columns keep: Σ σ² of these, divided by the sum of all squares.</param>
internal sealed record WordVectors(NamedVectors Vectors, IReadOnlyList<double> SingularValues, double Kept)
{
    /// <summary>Compresses counts. The weights are symmetric, so that their singular values are the eigenvalues without signs.</summary>
    /// <param name="counts">The counts.</param>
    /// <param name="weighting">How they are weighted.</param>
    /// <param name="columns">Number of columns, at least 1. There are no more than words.</param>
    /// <param name="cancellation">Stops the compression of a large matrix.</param>
    public static WordVectors Of(
        CooccurrenceCounts counts, CooccurrenceWeighting weighting, int columns, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        double[,] weights = counts.Weighted(weighting);
        SymmetricEigen eigen = SymmetricEigen.Leading(weights, columns, cancellation);
        double[] singular = [.. eigen.Values.Select(Math.Abs)];
        var matrix = new Matrix("word vectors", counts.Words.Count, singular.Length);
        for (int column = 0; column < singular.Length; column++)
        {
            double scale = Math.Sqrt(singular[column]) * SymmetricEigen.SignOf(eigen.Vectors[column]);
            for (int row = 0; row < matrix.Rows; row++)
            {
                matrix[row, column] = (float)(scale * eigen.Vectors[column][row]);
            }
        }

        double all = weights.Cast<double>().Sum(weight => weight * weight);
        return new WordVectors(
            new NamedVectors(matrix, counts.Words), singular, all == 0 ? 0 : Math.Min(1, singular.Sum(value => value * value) / all));
    }
}
