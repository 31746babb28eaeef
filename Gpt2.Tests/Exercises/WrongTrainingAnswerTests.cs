// Mistakes in the exercises about losses, gradients and training, lessons 9 to 11 and 13 to 15.

namespace Gpt2.Tests.Exercises;

public sealed class WrongTrainingAnswerTests
{
    [Theory]
    [InlineData("the sign", "Math.Log(probabilities[target])", "wrong sign")]
    [InlineData("base 2", "-Math.Log2(probabilities[target])", "base 2")]
    [InlineData("base 10", "-Math.Log10(probabilities[target])", "base 10")]
    [InlineData("no logarithm", "1 - probabilities[target]", "This is 1 − p")]
    public void TokenLoss(string mistake, string result, string sentence) => Fails(mistake, "9.1", $"return {result};", sentence);

    [Theory]
    [InlineData("not shifted", "(ids[..^1], ids[..^1])", "The targets are not shifted")]
    [InlineData("not shifted and too long", "(ids[..^1], ids)", "The targets are not shifted")]
    [InlineData("the last input", "(ids, ids[1..])", "The last token is among the inputs")]
    [InlineData("swapped", "(ids[1..], ids[..^1])", "inputs and targets are swapped")]
    public void InputsAndTargets(string mistake, string result, string sentence) => Fails(mistake, "9.2", $"return {result};", sentence);

    [Theory]
    [InlineData("base 2 of a natural logarithm", "Math.Pow(2, p.Average(x => -Math.Log(x)))", "The base of the logarithm and of the power differ")]
    [InlineData("e of a binary logarithm", "Math.Exp(p.Average(x => -Math.Log2(x)))", "The base of the logarithm and of the power differ")]
    [InlineData("the mean of 1/p", "p.Average(x => 1 / x)", "This is the mean of 1/p")]
    [InlineData("the sum", "Math.Exp(p.Sum(x => -Math.Log(x)))", "divide by the number of tokens")]
    [InlineData("the loss", "p.Average(x => -Math.Log(x))", "This is the loss")]
    [InlineData("the sign", "Math.Exp(p.Average(x => Math.Log(x)))", "mind the sign")]
    public void Perplexity(string mistake, string result, string sentence) =>
        Fails(mistake, "9.3", $"double[] p = targetProbabilities; return {result};", sentence);

    [Theory]
    [InlineData("the sum", "-labels.Zip(probabilities, (y, p) => y * Math.Log(p) + (1 - y) * Math.Log(1 - p)).Sum()", "This is the sum")]
    [InlineData("only yes", "-labels.Zip(probabilities, (y, p) => y * Math.Log(p)).Average()", "Only the predictions with the label 1")]
    [InlineData("p for no", "-probabilities.Average(p => Math.Log(p))", "the probability of what really was is 1 − p")]
    public void BinaryCrossEntropy(string mistake, string result, string sentence) => Fails(mistake, "9.4", $"return {result};", sentence);

    [Theory]
    [InlineData("one side", "(f(x + h) - f(x)) / h", "the slope to one side")]
    [InlineData("divided by h", "(f(x + h) - f(x - h)) / h", "divide by 2h")]
    [InlineData("the sign", "(f(x - h) - f(x + h)) / (2 * h)", "wrong sign")]
    public void CentralDifference(string mistake, string result, string sentence) => Fails(mistake, "10.1", $"return {result};", sentence);

    [Theory]
    [InlineData("no −1", "p", "without the −1 at the target")]
    [InlineData("the sign", "Array.ConvertAll(p, x => -x)", "the truth minus the prediction", "p[target] -= 1;")]
    public void CrossEntropyGradient(string mistake, string result, string sentence, string before = "") =>
        Fails(mistake, "10.2", $"float[] p = Lesson08LanguageHead.Softmax(logits); {before} return {result};", sentence);

    [Theory]
    [InlineData("the mean", "outputGradient[t, o] / tokens", "weights[i, o]", "This is the mean over the tokens")]
    [InlineData("no sum", "0", "weights[i, o]", "The gradient of the bias")]
    [InlineData("not by the weights", "outputGradient[t, o]", "1",
        "The gradient of the input: cell [0, 1] is 1, expected 0; 2 of 4 cells (50 %) are right.")]
    public void LinearBackward(string mistake, string bias, string weight, string sentence) => Fails(mistake, "10.3", $$"""
                int tokens = input.GetLength(0), inputs = input.GetLength(1), outputs = weights.GetLength(1);
                float[,] forInput = new float[tokens, inputs], forWeights = new float[inputs, outputs];
                float[] forBias = new float[outputs];
                for (int t = 0; t < tokens; t++)
                    for (int o = 0; o < outputs; o++)
                    {
                        forBias[o] += {{bias}};
                        for (int i = 0; i < inputs; i++)
                        {
                            forInput[t, i] += outputGradient[t, o] * {{weight}};
                            forWeights[i, o] += input[t, i] * outputGradient[t, o];
                        }
                    }
                return (forInput, forWeights, forBias);
        """, sentence);

    [Theory]
    [InlineData("uphill", "weights[i] += learningRate * gradients[i];", "This is a step uphill")]
    [InlineData("no learning rate", "weights[i] -= gradients[i];", "The learning rate is missing")]
    [InlineData("not in place", "_ = weights[i] - learningRate * gradients[i];", "write into the array")]
    public void DescentStep(string mistake, string line, string sentence) =>
        Fails(mistake, "10.4", $"for (int i = 0; i < weights.Length; i++) {line}", sentence);

    [Theory]
    [InlineData("decay of biases", "true", "step", "learningRate * ", "", "The bias has decayed")]
    [InlineData("no decay", "false", "step", "learningRate * ", "", "The matrix has not decayed")]
    [InlineData("no correction", "isMatrix", "100000", "learningRate * ", "", "The correction is missing")]
    [InlineData("decay without the rate", "isMatrix", "step", "", "", "not multiplied by the learning rate")]
    [InlineData("decay in the gradient", "false", "step", "", "if (isMatrix) g += WeightDecay * weights[i];",
        "A matrix element of 1 after its first step")]
    public void AdamW(string mistake, string decays, string at, string rate, string before, string sentence) => Fails(mistake, "11.1", $$"""
                for (int i = 0; i < weights.Length; i++)
                {
                    float g = gradients[i];
                    {{before}}
                    m[i] = Beta1 * m[i] + (1 - Beta1) * g;
                    v[i] = Beta2 * v[i] + (1 - Beta2) * g * g;
                    if ({{decays}}) weights[i] -= {{rate}}WeightDecay * weights[i];
                    float square = v[i] / (1 - MathF.Pow(Beta2, {{at}}));
                    weights[i] -= learningRate * (m[i] / (1 - MathF.Pow(Beta1, {{at}}))) / (MathF.Sqrt(square) + Epsilon);
                }
        """, sentence);

    [Fact]
    public void ClipGradients_EachByItself() => Fails("tensor by tensor", "11.2", """
                double all = 0;
                foreach (float[] tensor in gradients)
                {
                    double norm = Math.Sqrt(tensor.Sum(x => (double)x * x));
                    all += norm * norm;
                    for (int i = 0; i < tensor.Length && norm > maxNorm; i++) tensor[i] *= (float)(maxNorm / norm);
                }
                return Math.Sqrt(all);
        """, "Each tensor was clipped by its own norm");

    [Fact]
    public void ClipGradients_SmallOnesMadeLonger() => Fails("always scaled", "11.2", """
                double norm = Math.Sqrt(gradients.Sum(tensor => tensor.Sum(x => (double)x * x)));
                foreach (float[] tensor in gradients)
                    for (int i = 0; i < tensor.Length; i++) tensor[i] *= (float)(maxNorm / norm);
                return norm;
        """, "small gradients stay as they are");

    [Theory]
    [InlineData("one step late", "step", "lowest + (highest - lowest) * (1 + Math.Cos(Math.PI * progress)) / 2", "The warm-up is one step late")]
    [InlineData("down to 0", "(step + 1)", "highest * (1 + Math.Cos(Math.PI * progress)) / 2", "It falls to 0")]
    [InlineData("straight", "(step + 1)", "highest + (lowest - highest) * progress", "along a straight line")]
    public void LearningRate(string mistake, string warm, string fall, string sentence) => Fails(mistake, "11.3", $$"""
                double progress = (double)(step - warmup) / (steps - 1 - warmup);
                return step < warmup ? highest * {{warm}} / warmup : {{fall}};
        """, sentence);

    [Theory]
    [InlineData("not divided", "best.Sum(i => prices[i] * probabilities[i])", "not divided by the sum of the probabilities")]
    [InlineData("no weights", "best.Average(i => prices[i])", "the mean without weights")]
    public void MeanOfTopPrices(string mistake, string result, string sentence) => Fails(mistake, "13.1", $"""
                var best = Enumerable.Range(0, prices.Length).OrderByDescending(i => probabilities[i]).Take(k).ToArray();
                return {result};
        """, sentence);

    [Theory]
    [InlineData("with signs", "13.2", "predictions.Zip(truths, (p, t) => p - t).Average()", "have cancelled out")]
    [InlineData("squares", "13.2", "Math.Sqrt(predictions.Zip(truths, (p, t) => (p - t) * (p - t)).Average())", "the root of the mean square")]
    [InlineData("what is left", "13.3", "MeanAbsoluteError(predictions, truths) / truths.Average(t => Math.Abs(t - known.Average()))",
        "subtract it from 1")]
    [InlineData("the truths' mean", "13.3",
        "1 - MeanAbsoluteError(predictions, truths) / truths.Average(t => Math.Abs(t - (truths[0] == 50 ? truths : known).Average()))",
        "Nobody knew them")]
    [InlineData("divided by all", "14.3", "losses.Where((_, t) => mask[t]).Sum() / losses.Length", "divided by the number of all predictions")]
    [InlineData("no mask", "14.3", "losses.Average()", "the mean of all losses")]
    [InlineData("a space", "14.1", "(string.IsNullOrEmpty(context) ? \"\" : $\"Context: {context} \") + $\"Question: {question} Answer: \"",
        "a space at the end")]
    [InlineData("an empty context", "14.1", "$\"Context: {context} Question: {question} Answer:\"", "leave it out altogether")]
    [InlineData("not shifted", "14.2", "[.. Enumerable.Range(0, promptTokens + answerTokens - 1).Select(t => t >= promptTokens)]",
        "The mask is not shifted")]
    [InlineData("too long", "14.2", "[.. Enumerable.Range(0, promptTokens + answerTokens).Select(t => t >= promptTokens)]", "one prediction less")]
    [InlineData("the prompt, too", "14.2", "[.. Enumerable.Range(0, promptTokens + answerTokens - 1).Select(_ => true)]", "The prompt counts, too")]
    [InlineData("swapped", "15.1", "Math.Log(1 + Math.Exp(chosen - rejected))", "Chosen and rejected are swapped")]
    [InlineData("overflow", "15.1", "-Math.Log(1 / (1 + Math.Exp(rejected - chosen)))", "e^1000 is infinite")]
    [InlineData("the probability", "15.1", "1 / (1 + Math.Exp(rejected - chosen))", "the loss is −ln of it")]
    public void OneLine(string mistake, string exercise, string result, string sentence) => Fails(mistake, exercise, $"return {result};", sentence);

    [Fact]
    public void PairLoss_CutOff_IsNotTakenForTheOneThatOverflows() =>
        ExerciseSources.CheckWithBody(
            ExerciseSources.ExerciseOf("15.1"),
            "double d = chosen - rejected; return Math.Min(100, Math.Max(0, -d) + Math.Log(1 + Math.Exp(-Math.Abs(d))));")
            .Should().BeOfType<Xunit.Sdk.XunitException>().Which.Message.Should().EndWith(": found 100, expected 1000.");

    [Theory]
    [InlineData("the population", "rewards.Length", "(deviation + 1e-4)", "the population deviation")]
    [InlineData("no epsilon", "(rewards.Length - 1)", "deviation", "1e-4 is missing")]
    public void GroupAdvantages(string mistake, string count, string divisor, string sentence) => Fails(mistake, "15.2", $$"""
                double mean = rewards.Average(), deviation = Math.Sqrt(rewards.Sum(r => (r - mean) * (r - mean)) / {{count}});
                return Array.ConvertAll(rewards, r => (r - mean) / {{divisor}});
        """, sentence);

    [Theory]
    [InlineData("the sign of d", "Math.Exp(p - r) - (p - r) - 1", "d has the wrong sign")]
    [InlineData("the plain difference", "p - r", "it swings, and can be negative")]
    [InlineData("its sign", "r - p", "the wrong sign of another estimate")]
    public void Divergence(string mistake, string term, string sentence) =>
        Fails(mistake, "15.3", $"return policy.Zip(reference, (p, r) => {term}).Average();", sentence);

    private static void Fails(string mistake, string exercise, string body, string sentence)
    {
        mistake.Should().NotBeEmpty();
        WrongAnswer.FailsWith(exercise, body, sentence);
    }
}
