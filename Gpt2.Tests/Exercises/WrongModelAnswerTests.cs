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

    [Fact]
    public void ApplyMerge_TheRightPartStays() => Fails("by one", "1.2", """
                return [.. parts.Select((part, i) => i + 1 < parts.Length && part == left && parts[i + 1] == right ? left + right : part)];
        """, "The s is there twice");

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
    [InlineData("rows and columns swapped", "keys[row, i] * queries[column, i] / MathF.Sqrt(size)", "Rows and columns are swapped")]
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
        """, "Rows and columns of the attention are swapped");

    [Theory]
    [InlineData("no norms", "dot", "without the norms")]
    [InlineData("no roots", "dot / (x * y)", "divided by the squares of the norms")]
    [InlineData("one norm", "dot / Math.Sqrt(x)", "the norm of one of them only")]
    public void Cosine(string mistake, string result, string sentence) => Fails(mistake, "2.1", $$"""
                double dot = 0, x = 0, y = 0;
                for (int i = 0; i < a.Length; i++) (dot, x, y) = (dot + a[i] * b[i], x + a[i] * a[i], y + b[i] * b[i]);
                return {{result}};
        """, sentence);

    [Theory]
    [InlineData("no root", "(x - y) * (x - y)", "This is the square of the distance")]
    [InlineData("no squares", "Math.Abs(x - y)", "the way along the streets")]
    public void Distance(string mistake, string term, string sentence) => Fails(mistake, "2.2", $"""
                return a.Zip(b, (x, y) => {term}).Sum();
        """, sentence);

    [Fact]
    public void Analogy_OneOfTheQuestion() => Fails("not left out", "2.3", """
                int channels = table.GetLength(1);
                float[] Row(int row) => [.. Enumerable.Range(0, channels).Select(i => table[row, i])];
                float[] wanted = [.. Enumerable.Range(0, channels).Select(i => table[b, i] - table[a, i] + table[c, i])];
                return Enumerable.Range(0, table.GetLength(0)).MaxBy(row => Cosine(Row(row), wanted));
        """, "one of the three words of the question");

    [Fact]
    public void LookUp_ByPlace() => Fails("by place", "3.1", """
                float[,] rows = new float[ids.Length, wte.GetLength(1)];
                for (int t = 0; t < ids.Length; t++)
                    for (int i = 0; i < wte.GetLength(1); i++)
                        rows[t, i] = wte[t, i];
                return rows;
        """, "take the row of each token's id");

    [Theory]
    [InlineData("always position 0", "embeddings[t, i] + wpe[first, i]", "Every token got the row of position 0")]
    [InlineData("replaced", "wpe[first + t, i]", "The positions took the place of the embeddings")]
    [InlineData("from 0 on", "embeddings[t, i] + wpe[t, i]", "the first token stands at position `first`")]
    public void AddPositions(string mistake, string cell, string sentence) => Fails(mistake, "3.2", $$"""
                float[,] sum = new float[embeddings.GetLength(0), embeddings.GetLength(1)];
                for (int t = 0; t < sum.GetLength(0); t++)
                    for (int i = 0; i < sum.GetLength(1); i++)
                        sum[t, i] = {{cell}};
                return sum;
        """, sentence);

    [Theory]
    [InlineData("the absolute value", "5.1", "return Math.Abs(x);", "This is the absolute value")]
    [InlineData("the negative ones", "5.1", "return MathF.Min(0, x);", "This keeps the negative numbers")]
    [InlineData("the sigmoid", "5.2", "return x / (1 + Math.Exp(-1.702 * x));", "x · sigmoid(1.702 x)")]
    [InlineData("ReLU", "5.2", "return Math.Max(0, x);", "This is ReLU")]
    [InlineData("no cube", "5.2", "return 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x)));", "The cube is missing")]
    public void Activation(string mistake, string exercise, string body, string sentence) => Fails(mistake, exercise, body, sentence);

    [Fact]
    public void Gelu_WithTheErrorFunction() => Fails("erf", "5.2", """
                double z = x / Math.Sqrt(2), term = z, erf = z;
                for (int n = 1; n < 60; n++)
                {
                    term *= -z * z / n;
                    erf += term / (2 * n + 1);
                }
                return x * (1 + 2 / Math.Sqrt(Math.PI) * erf) / 2;
        """, "with the error function");

    [Theory]
    [InlineData("no bias", "0", "weights[i, unit]", "The bias is missing")]
    [InlineData("transposed", "bias[unit]", "(weights.GetLength(0) == weights.GetLength(1) ? weights[unit, i] : weights[i, unit])",
        "weights are swapped")]
    public void HiddenRow(string mistake, string start, string weight, string sentence) => Fails(mistake, "5.3", $$"""
                float[] hidden = new float[bias.Length];
                for (int unit = 0; unit < hidden.Length; unit++)
                {
                    hidden[unit] = {{start}};
                    for (int i = 0; i < input.Length; i++) hidden[unit] += input[i] * {{weight}};
                }
                return hidden;
        """, sentence);

    [Theory]
    [InlineData("slopes", "/ (x[i + 1] - x[i])", "0", "These are the slopes of the pieces")]
    [InlineData("steps", "", "(i == 0 ? 0 : y[i] - y[i - 1])", "not divided by the steps in x")]
    public void InterpolatingRelus(string mistake, string division, string before, string sentence) => Fails(mistake, "5.4", $"""
                return [.. Enumerable.Range(0, x.Length - 1).Select(i => (y[i + 1] - y[i]) {division} - {before})];
        """, sentence);

    [Theory]
    [InlineData("the sample variance", "row.Length - 1", "Math.Sqrt(variance + 1e-5)", "mean", "This is the sample variance")]
    [InlineData("epsilon outside", "row.Length", "(Math.Sqrt(variance) + 1e-5)", "mean", "outside the root")]
    [InlineData("no epsilon", "row.Length", "Math.Sqrt(variance)", "mean", "1e-5 is missing under the root")]
    [InlineData("no root", "row.Length", "(variance + 1e-5)", "mean", "This is divided by the variance")]
    [InlineData("no mean", "row.Length", "Math.Sqrt(variance + 1e-5)", "0", "The mean was not subtracted")]
    public void Normalise(string mistake, string count, string deviation, string subtracted, string sentence) => Fails(mistake, "6.1", $$"""
                double mean = row.Average();
                double variance = row.Sum(value => (value - mean) * (value - mean)) / ({{count}});
                return Array.ConvertAll(row, value => (float)((value - {{subtracted}}) / {{deviation}}));
        """, sentence);

    [Theory]
    [InlineData("no bias", "normalised[i] * gain[i]", "The bias is missing")]
    [InlineData("bias first", "(normalised[i] + bias[i]) * gain[i]", "first the gain, then the bias")]
    public void GainAndBias(string mistake, string cell, string sentence) => Fails(mistake, "6.2", $"""
                return [.. Enumerable.Range(0, gain.Length).Select(i => {cell})];
        """, sentence);

    [Fact]
    public void AddToStream_Replaced() => Fails("replaced", "6.3", "output.CopyTo(stream, 0);", "The output took the place of the stream");

    [Theory]
    [InlineData("the beginning for all", "blocks[n](stream)", "now[i] + added[i]", "Both blocks got the stream of the beginning")]
    [InlineData("replaced", "blocks[n](now)", "added[i]", "took the place of the stream")]
    public void RunBlocks(string mistake, string call, string cell, string sentence) => Fails(mistake, "7.1", $$"""
                float[] now = [.. stream];
                for (int n = 0; n < blocks.Length; n++)
                {
                    float[] added = {{call}};
                    now = [.. Enumerable.Range(0, now.Length).Select(i => {{cell}})];
                }
                return now;
        """, sentence);

    [Fact]
    public void LogitLens_WithoutTheNorm() => Fails("no layer norm", "7.2", """
                return [.. Enumerable.Range(0, streams.GetLength(0)).Select(depth => Enumerable.Range(0, wte.GetLength(0))
                    .MaxBy(id => Enumerable.Range(0, wte.GetLength(1)).Sum(i => streams[depth, i] * wte[id, i])))];
        """, "they go through the last layer norm first");

    [Fact]
    public void Logits_Divided() => Fails("divided by the root of the channels", "8.1", """
                return [.. Enumerable.Range(0, wte.GetLength(0))
                    .Select(id => Enumerable.Range(0, embedding.Length).Sum(i => wte[id, i] * embedding[i]) / MathF.Sqrt(embedding.Length))];
        """, "divided by √channels");

    [Theory]
    [InlineData("no maximum", "0", "power / powers.Sum()", "Subtract the largest logit")]
    [InlineData("no sum", "logits.Max()", "power", "without the division by their sum")]
    public void Softmax(string mistake, string maximum, string result, string sentence) => Fails(mistake, "8.2", $$"""
                double[] powers = Array.ConvertAll(logits, logit => Math.Exp(logit - {{maximum}}));
                return Array.ConvertAll(powers, power => (float)({{result}}));
        """, sentence);

    [Theory]
    [InlineData("the last of equals", "return Array.LastIndexOf(logits, logits.Max());", "take the lowest id")]
    [InlineData("the value", "return (int)logits.Max();", "This is the number, not its place")]
    [InlineData("from 0",
        "int best = 0; float max = 0; for (int i = 0; i < logits.Length; i++) if (logits[i] > max) (best, max) = (i, logits[i]); return best;",
        "Logits may all be negative")]
    public void ArgMax(string mistake, string body, string sentence) => Fails(mistake, "8.3", body, sentence);

    [Theory]
    [InlineData("null", "return null!;", "The embeddings of the ids 2 0 2: the method returned null.")]
    [InlineData("another shape", "return new float[1, 2];", "found 1 row and 2 columns (0 0), expected 3 rows and 2 columns (5 6 1 2 5 6)")]
    public void Shape(string mistake, string body, string sentence) => Fails(mistake, "3.1", body, sentence);

    private static void Fails(string mistake, string exercise, string body, string sentence)
    {
        mistake.Should().NotBeEmpty();
        WrongAnswer.FailsWith(exercise, body, sentence);
    }
}
