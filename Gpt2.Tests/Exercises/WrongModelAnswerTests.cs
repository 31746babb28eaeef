// Mistakes in the exercises about the model itself, lessons 1 to 8.

namespace Gpt2.Tests.Exercises;

public sealed class WrongModelAnswerTests
{
    [Theory]
    [InlineData("words counted once", "totals[pair] += 1;", "Every word was counted once")]
    [InlineData("the last of equals", "totals[pair] += counts[word];", "take the pair that is seen first", ">=")]
    public void MostFrequentPair(string mistake, string count, string sentence, string better = ">") => Fails(mistake, "1.1", $$"""
                var totals = new Dictionary<(string, string), int>();
                var order = new List<(string Left, string Right)>();
                for (int word = 0; word < words.Length; word++)
                {
                    for (int i = 0; i + 1 < words[word].Length; i++)
                    {
                        var pair = (words[word][i], words[word][i + 1]);
                        if (totals.TryAdd(pair, 0)) order.Add(pair);
                        {{count}}
                    }
                }

                var best = order[0];
                foreach (var pair in order)
                {
                    best = totals[pair] {{better}} totals[best] ? pair : best;
                }

                return best;
        """, sentence);

    [Fact]
    public void ApplyMerge_OnlyTheFirstPlace() => Fails("once", "1.2", """
                int at = Enumerable.Range(0, Math.Max(0, parts.Length - 1)).FirstOrDefault(i => parts[i] == left && parts[i + 1] == right, -1);
                return at < 0 ? parts : [.. parts[..at], left + right, .. parts[(at + 2)..]];
        """, "Only the first place was merged");

    [Theory]
    [InlineData("the most frequent in the word", "-parts.Zip(parts.Skip(1)).Count(pair => pair == (parts[i], parts[i + 1]))")]
    [InlineData("the first in the word", "i")]
    public void Encode_NotByRank(string mistake, string order) => Fails(mistake, "1.3", $$"""
                string[] parts = [.. word.Select(letter => letter.ToString())];
                while (true)
                {
                    var found = Enumerable.Range(0, parts.Length - 1).Where(i => ranks.ContainsKey((parts[i], parts[i + 1]))).ToArray();
                    if (found.Length == 0) return parts;
                    int best = found.MinBy(i => {{order}});
                    parts = ApplyMerge(parts, parts[best], parts[best + 1]);
                }
        """, "was merged before the pair of the lowest rank");

    [Theory]
    [InlineData("no square root", "return sum;", "without the division by √headSize")]
    [InlineData("no root", "return sum / query.Length;", "divided by headSize")]
    public void Score(string mistake, string end, string sentence) => Fails(mistake, "4.1", $$"""
                float sum = 0;
                for (int i = 0; i < query.Length; i++) sum += query[i] * key[i];
                {{end}}
        """, sentence);

    [Fact]
    public void HeadColumns_EveryFourth() => Fails("interleaved", "4.2", """
                float[,] result = new float[matrix.GetLength(0), matrix.GetLength(1) / heads];
                for (int t = 0; t < result.GetLength(0); t++)
                    for (int i = 0; i < result.GetLength(1); i++)
                        result[t, i] = matrix[t, i * heads + head];
                return result;
        """, "every fourth column");

    [Theory]
    [InlineData("no division", "queries[row, i] * keys[column, i]", "without the division by √headSize")]
    [InlineData("the channels of four heads", "queries[row, i] * keys[column, i] / MathF.Sqrt(size == 32 ? 128 : size)", "divided by √channels")]
    [InlineData("rows and columns exchanged", "keys[row, i] * queries[column, i] / MathF.Sqrt(size)", "Rows and columns are exchanged")]
    public void Scores(string mistake, string term, string sentence) => Fails(mistake, "4.3", $$"""
                int tokens = queries.GetLength(0), size = queries.GetLength(1);
                float[,] scores = new float[tokens, tokens];
                for (int row = 0; row < tokens; row++)
                    for (int column = 0; column < tokens; column++)
                        for (int i = 0; i < size; i++)
                            scores[row, column] += {{term}};
                return scores;
        """, sentence);

    [Theory]
    [InlineData("by the value 0", "column > row || scores[row, column] == 0", "-1e10f", "A score of 0 was masked too")]
    [InlineData("the diagonal, too", "column >= row", "-1e10f", "The diagonal was masked too")]
    [InlineData("the past", "column < row", "-1e10f", "The past was masked")]
    [InlineData("to zero", "column > row", "0", "The future was set to 0")]
    public void MaskFuture(string mistake, string condition, string value, string sentence) => Fails(mistake, "4.4", $$"""
                for (int row = 0; row < scores.GetLength(0); row++)
                    for (int column = 0; column < scores.GetLength(1); column++)
                        if ({{condition}}) scores[row, column] = {{value}};
        """, sentence);

    [Theory]
    [InlineData("over columns", "all", "c == column", "MathF.Exp(scores[r, c])", "These columns sum to 1")]
    [InlineData("over the whole table", "all", "true", "MathF.Exp(scores[r, c])", "The whole table sums to 1")]
    [InlineData("without the maximum", "row", "r == row", "MathF.Exp(scores[r, c])", "Subtract the largest number of the row first")]
    public void SoftmaxRows(string mistake, string over, string counted, string power, string sentence) => Fails(mistake, "4.5", $$"""
                // over {{over}}
                int rows = scores.GetLength(0), columns = scores.GetLength(1);
                float[,] result = new float[rows, columns];
                for (int row = 0; row < rows; row++)
                    for (int column = 0; column < columns; column++)
                    {
                        float sum = 0;
                        for (int r = 0; r < rows; r++)
                            for (int c = 0; c < columns; c++)
                                if ({{counted}}) sum += {{power}};
                        result[row, column] = MathF.Exp(scores[row, column]) / sum;
                    }
                return result;
        """, sentence);

    [Fact]
    public void AttendedValues_OfColumns() => Fails("transposed", "4.6", """
                float[,] result = new float[attention.GetLength(0), values.GetLength(1)];
                for (int row = 0; row < result.GetLength(0); row++)
                    for (int i = 0; i < result.GetLength(1); i++)
                        for (int token = 0; token < result.GetLength(0); token++)
                            result[row, i] += attention[token, row] * values[token, i];
                return result;
        """, "Rows and columns of the attention are exchanged");

    private static void Fails(string mistake, string exercise, string body, string sentence)
    {
        mistake.Should().NotBeEmpty();
        WrongAnswer.FailsWith(exercise, body, sentence);
    }
}
