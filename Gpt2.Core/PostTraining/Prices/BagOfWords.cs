// The baseline that knows which words a description has and not what belongs to what: ridge regression of ln(price) on counts of words.

using System.Text.RegularExpressions;

namespace Gpt2.Core.PostTraining.Prices;

/// <summary>
/// ln(price) = b + Σ weight · count, fitted by the least Σ (error²) + λ Σ (weight²): (XᵀX + λI) w = Xᵀy on centred columns, solved by
/// Cholesky's decomposition.
/// </summary>
internal sealed partial class BagOfWords
{
    private const int MostWords = 2000; // of more, the most frequent: the cost grows with the third power

    private readonly Dictionary<string, int> columns;
    private readonly double[] weights;
    private readonly double intercept;

    /// <param name="texts">Descriptions with their prices, at least one.</param>
    /// <param name="ridge">λ, more than 0.</param>
    public BagOfWords(IReadOnlyList<(string Text, double Price)> texts, double ridge = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ridge);
        columns = texts.SelectMany(text => Words(text.Text)).GroupBy(word => word).OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal).Take(MostWords).Select((group, column) => (group.Key, column))
            .ToDictionary(pair => pair.Key, pair => pair.column, StringComparer.Ordinal);
        int count = columns.Count;
        double[][] rows = [.. texts.Select(text => Counts(text.Text))];
        double[] logs = [.. texts.Select(text => Math.Log(text.Price))];
        double[] means = [.. Enumerable.Range(0, count).Select(j => rows.Average(row => row[j]))];
        double meanLog = logs.Average();
        var matrix = new double[count, count];
        var right = new double[count];
        var centred = new double[count];
        foreach ((double[] row, double log) in rows.Zip(logs))
        {
            for (int j = 0; j < count; j++)
            {
                centred[j] = row[j] - means[j];
            }

            for (int j = 0; j < count; j++)
            {
                right[j] += centred[j] * (log - meanLog);
                for (int k = 0; k <= j; k++)
                {
                    matrix[j, k] += centred[j] * centred[k];
                }
            }
        }

        for (int j = 0; j < count; j++)
        {
            matrix[j, j] += ridge;
        }

        weights = Solve(matrix, right);
        intercept = meanLog - weights.Zip(means, (weight, mean) => weight * mean).Sum();
    }

    /// <summary>Number of different words.</summary>
    public int WordCount => columns.Count;

    /// <summary>The price of a description.</summary>
    public double Predict(string text) => Math.Exp(intercept + Counts(text).Zip(weights, (count, weight) => count * weight).Sum());

    /// <summary>The weight of a word; 0 for one that was not seen.</summary>
    public double WeightOf(string word) => columns.TryGetValue(word, out int column) ? weights[column] : 0;

    /// <summary>Solves a system with a symmetric positive definite matrix.</summary>
    /// <param name="matrix">Its lower triangle, which becomes its factor L.</param>
    /// <param name="right">The right side.</param>
    internal static double[] Solve(double[,] matrix, double[] right)
    {
        int count = right.Length;
        for (int j = 0; j < count; j++)
        {
            for (int i = j; i < count; i++)
            {
                double sum = matrix[i, j];
                for (int k = 0; k < j; k++)
                {
                    sum -= matrix[i, k] * matrix[j, k];
                }

                matrix[i, j] = i == j ? Math.Sqrt(sum) : sum / matrix[j, j];
            }
        }

        double[] solution = [.. right];
        for (int i = 0; i < count; i++)
        {
            for (int k = 0; k < i; k++)
            {
                solution[i] -= matrix[i, k] * solution[k];
            }

            solution[i] /= matrix[i, i];
        }

        for (int i = count - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < count; k++)
            {
                solution[i] -= matrix[k, i] * solution[k];
            }

            solution[i] /= matrix[i, i];
        }

        return solution;
    }

    private double[] Counts(string text)
    {
        var counts = new double[columns.Count];
        foreach (string word in Words(text))
        {
            if (columns.TryGetValue(word, out int column))
            {
                counts[column]++;
            }
        }

        return counts;
    }

    private static IEnumerable<string> Words(string text) => Word().Matches(text).Select(word => word.Value.ToLowerInvariant());

    [GeneratedRegex(@"[\p{L}\p{N}]+")]
    private static partial Regex Word();
}
