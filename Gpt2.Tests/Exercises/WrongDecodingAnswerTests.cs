// Mistakes in the exercises about choosing tokens, about speed, and about newer models, lessons 12, 16 and 17.

namespace Gpt2.Tests.Exercises;

public sealed class WrongDecodingAnswerTests
{
    private const string ByProbability = "Enumerable.Range(0, probabilities.Length).OrderByDescending(id => probabilities[id])";

    [Theory]
    [InlineData("the prompt only", "prompt", "if (next == endOfText) break; ids.Add(next);", "Skip(prompt.Length)",
        "The model was asked about the prompt each time")]
    [InlineData("with the prompt", "[.. ids]", "if (next == endOfText) break; ids.Add(next);", "Skip(0)", "The prompt is part of the result")]
    [InlineData("with the end", "[.. ids]", "ids.Add(next); if (next == endOfText) break;", "Skip(prompt.Length)",
        "The end token is part of the result")]
    [InlineData("no end", "[.. ids]", "ids.Add(next);", "Skip(prompt.Length)", "The end token was ignored")]
    public void Greedy(string mistake, string asked, string add, string result, string sentence) => Fails(mistake, "12.1", $$"""
                var ids = new List<int>(prompt);
                while (ids.Count < prompt.Length + newTokens)
                {
                    int next = Lesson08LanguageHead.ArgMax(logits({{asked}}));
                    {{add}}
                }
                return [.. ids.{{result}}];
        """, sentence);

    [Theory]
    [InlineData("multiplied", "Lesson08LanguageHead.Softmax(Array.ConvertAll(logits, x => x * temperature))", "The logits were multiplied")]
    [InlineData("after softmax", "Array.ConvertAll(Lesson08LanguageHead.Softmax(logits), p => p / temperature)", "divide the logits, before softmax")]
    [InlineData("none", "Lesson08LanguageHead.Softmax(logits)", "The temperature changed nothing")]
    public void WithTemperature(string mistake, string result, string sentence) => Fails(mistake, "12.2", $"return {result};", sentence);

    [Theory]
    [InlineData("no sum", ByProbability, "1", "What is left does not sum to 1")]
    [InlineData("the first ids", "Enumerable.Range(0, probabilities.Length)", "kept.Sum(id => probabilities[id])", "These are the first k ids")]
    public void TopK(string mistake, string order, string sum, string sentence) => Fails(mistake, "12.3", $$"""
                var kept = {{order}}.Take(k).ToArray();
                float sum = {{sum}};
                return [.. Enumerable.Range(0, probabilities.Length).Select(id => kept.Contains(id) ? probabilities[id] / sum : 0)];
        """, sentence);

    [Theory]
    [InlineData("the crossing token dropped", ByProbability, "sum + probabilities[id] > p", "sum",
        "The token that takes the sum over p was dropped. It is kept")]
    [InlineData("no sum", ByProbability, "sum >= p", "1", "What is left does not sum to 1")]
    [InlineData("by id", "Enumerable.Range(0, probabilities.Length)", "sum >= p", "sum", "begin with the most probable")]
    public void TopP(string mistake, string order, string end, string divisor, string sentence) => Fails(mistake, "12.4", $$"""
                float[] result = new float[probabilities.Length];
                float sum = 0;
                foreach (int id in {{order}})
                {
                    if ({{end}}) break;
                    result[id] = probabilities[id];
                    sum += probabilities[id];
                }
                return Array.ConvertAll(result, x => x / {{divisor}});
        """, sentence);

    [Theory]
    [InlineData("as large", "(sum += probabilities[id]) >= random", "its sum is as large as the number")]
    [InlineData("no running sum", "probabilities[id] > random", "compare their running sum")]
    public void Draw(string mistake, string found, string sentence) => Fails(mistake, "12.5", $$"""
                double sum = 0;
                for (int id = 0; id < probabilities.Length; id++)
                    if ({{found}}) return id;
                return probabilities.Length - 1;
        """, sentence);

    [Theory]
    [InlineData("the token alone", "next[b][t]", "This is the probability of the next token alone")]
    [InlineData("added", "beams[b] + next[b][t]", "their product")]
    public void BeamStep(string mistake, string probability, string sentence) => Fails(mistake, "12.6", $$"""
                var all = from b in Enumerable.Range(0, beams.Length) from t in Enumerable.Range(0, next[b].Length)
                          let p = {{probability}} orderby p descending select (b, t, p);
                return [.. all.Take(count)];
        """, sentence);

    [Fact]
    public void BeamStep_OneOfEachBeam() => Fails("one each", "12.6", """
                var best = Enumerable.Range(0, beams.Length).Select(b =>
                {
                    int t = Enumerable.Range(0, next[b].Length).MaxBy(t => next[b][t]);
                    return (b, t, beams[b] * next[b][t]);
                });
                return [.. best.OrderByDescending(one => one.Item3).Take(count)];
        """, "One candidate of each beam was kept");

    [Fact]
    public void DotProduct_WithoutTheRest() => Fails("no rest", "16.1", """
                var sums = Vector<float>.Zero;
                for (int i = 0; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
                    sums += new Vector<float>(a[i..]) * new Vector<float>(b[i..]);
                return Vector.Sum(sums);
        """, "the rest was forgotten");

    [Fact]
    public void DotProduct_WithoutTheRestOfLongOnes() => Fails("no rest after vectors", "16.1", """
                var sums = Vector<float>.Zero;
                if (a.Length < Vector<float>.Count) { float sum = 0; for (int k = 0; k < a.Length; k++) sum += a[k] * b[k]; return sum; }
                for (int i = 0; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
                    sums += new Vector<float>(a[i..]) * new Vector<float>(b[i..]);
                return Vector.Sum(sums);
        """, "The rest was forgotten");

    [Fact]
    public void MultiplyTransposed_NotTransposed() => Fails("not transposed", "16.2", """
                int columns = weights.Length / inner;
                for (int r = 0; r < input.Length / inner; r++)
                    for (int c = 0; c < columns; c++)
                    {
                        product[r * columns + c] = 0;
                        for (int i = 0; i < inner; i++) product[r * columns + c] += input[r * inner + i] * weights[i * columns + c];
                    }
        """, "the product with the weights themselves");

    [Fact]
    public void Multiply_AddedToWhatWasThere() => Fails("not cleared", "16.3", """
                for (int r = 0; r < input.Length / inner; r++)
                    for (int c = 0; c < columns; c++)
                        for (int i = 0; i < inner; i++)
                            product[r * columns + c] += input[r * inner + i] * weights[i * columns + c];
        """, "set it to 0 first");

    [Theory]
    [InlineData("layer norm", "mean", "Math.Sqrt(squares - mean * mean + 1e-5)", "* gain[i]", "as in layer norm")]
    [InlineData("no gain", "0", "Math.Sqrt(squares + 1e-5)", "", "The gain is missing")]
    [InlineData("the sum", "0", "Math.Sqrt(squares * row.Length + 1e-5)", "* gain[i]", "take their mean")]
    [InlineData("epsilon outside", "0", "(Math.Sqrt(squares) + 1e-5)", "* gain[i]", "outside the root")]
    public void RmsNorm(string mistake, string subtracted, string root, string gain, string sentence) => Fails(mistake, "17.1", $$"""
                double mean = row.Average(), squares = row.Average(x => (double)x * x);
                return [.. Enumerable.Range(0, row.Length).Select(i => (float)((row[i] - {{subtracted}}) / {{root}} {{gain}}))];
        """, sentence);

    [Theory]
    [InlineData("the other way", "-position", "-2.0 * i / row.Length", "2 * i", "2 * i + 1", "It was turned the other way")]
    [InlineData("degrees", "Math.PI / 180 * position", "-2.0 * i / row.Length", "2 * i", "2 * i + 1", "in degrees")]
    [InlineData("one angle", "position", "0", "2 * i", "2 * i + 1", "by the same angle")]
    [InlineData("halves", "position", "-2.0 * i / row.Length", "i", "i + row.Length / 2", "The first half was paired with the second")]
    public void Rotate(string mistake, string turned, string power, string first, string second, string sentence) => Fails(mistake, "17.2", $$"""
                float[] result = new float[row.Length];
                for (int i = 0; i < row.Length / 2; i++)
                {
                    double angle = {{turned}} * Math.Pow(10000, {{power}}), x = row[{{first}}], y = row[{{second}}];
                    result[{{first}}] = (float)(x * Math.Cos(angle) - y * Math.Sin(angle));
                    result[{{second}}] = (float)(x * Math.Sin(angle) + y * Math.Cos(angle));
                }
                return result;
        """, sentence);

    [Theory]
    [InlineData("all", "99", "Lesson08LanguageHead.Softmax([.. best.Select(e => routerLogits[e])])[i]", "All experts were mixed")]
    [InlineData("weights over all", "2", "Lesson08LanguageHead.Softmax(routerLogits)[best[i]]", "do not sum to 1")]
    [InlineData("the best alone", "1", "1", "it is the two best")]
    [InlineData("equal weights", "2", "0.5f", "Both have the same weight")]
    public void MixtureOfExperts(string mistake, string count, string weight, string sentence) => Fails(mistake, "17.3", $$"""
                int[] best = [.. Enumerable.Range(0, experts.Length).OrderByDescending(e => routerLogits[e]).Take({{count}})];
                float[] result = new float[row.Length];
                for (int i = 0; i < best.Length; i++)
                {
                    float[] one = experts[best[i]](row);
                    for (int c = 0; c < result.Length; c++) result[c] += {{weight}} * one[c];
                }
                return result;
        """, sentence);

    [Fact]
    public void MixtureOfExperts_AllComputed() => Fails("computed for nothing", "17.3", """
                float[][] outputs = [.. experts.Select(expert => expert(row))];
                int[] best = [.. Enumerable.Range(0, experts.Length).OrderByDescending(e => routerLogits[e]).Take(2)];
                float[] weights = Lesson08LanguageHead.Softmax([routerLogits[best[0]], routerLogits[best[1]]]);
                return [.. Enumerable.Range(0, row.Length).Select(c => weights[0] * outputs[best[0]][c] + weights[1] * outputs[best[1]][c])];
        """, "not to compute the others is the point");

    private static void Fails(string mistake, string exercise, string body, string sentence)
    {
        mistake.Should().NotBeEmpty();
        WrongAnswer.FailsWith(exercise, body, sentence);
    }
}
