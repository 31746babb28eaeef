// Checks of lesson 9: logarithms that any calculator gives, and the losses of the workshop's model.

using Exercises.Support;
using Gpt2.Core.Evaluation;

namespace Exercises.Checks;

public sealed class Lesson09LossChecks
{
    [Fact(DisplayName = "9.1 The loss of one token")]
    public void TokenLoss()
    {
        Check.Same(
            "The loss of a token with probability 0.7", Lesson09Loss.TokenLoss([0.1f, 0.7f, 0.2f], 1), 0.356675,
            ("This has the wrong sign: the logarithm of a probability is negative, the loss is minus that.", -0.356675),
            ("This is the logarithm with base 2. The loss takes the natural one, Math.Log with one argument.", 0.514573),
            ("This is the logarithm with base 10. The loss takes the natural one, Math.Log.", 0.154902),
            ("This is 1 − p. The loss is −ln p, which grows without limit as p goes to 0.", 0.3));
        Check.Same("The loss of a certain, right prediction", Lesson09Loss.TokenLoss([0, 1], 1), 0);
        Check.Same("The loss of a certain, wrong prediction", Lesson09Loss.TokenLoss([0, 1], 0), double.PositiveInfinity);
        float[] logits = Workshop.Row(Workshop.Trace.Activations.Logits, 5);
        float[] probabilities = Workshop.Row(Workshop.Trace.Activations.Probabilities, 5);
        int quickly = Workshop.Model.Tokenizer.Encode(" quickly")[0];
        Check.Same(
            "The loss of \" quickly\" after \"Mike is quick. He moves\"",
            Lesson09Loss.TokenLoss(probabilities, quickly), CrossEntropy.OfToken(logits, quickly));
    }

    [Fact(DisplayName = "9.2 Inputs and targets")]
    public void InputsAndTargets()
    {
        // The vocabulary a, effort, every, forward, moves, you, zoo: "every effort moves you" is 2 1 4 5.
        (int[] inputs, int[] targets) = Lesson09Loss.InputsAndTargets([2, 1, 4, 5]);
        Check.Same(
            "The inputs of 2 1 4 5 (every effort moves you)", inputs, (int[])[2, 1, 4],
            ("These are the targets: inputs and targets are swapped, or both are shifted.", (int[])[1, 4, 5]),
            ("The last token is among the inputs, but nothing comes after it that could be predicted.", (int[])[2, 1, 4, 5]));
        Check.Same(
            "The targets of 2 1 4 5", targets, (int[])[1, 4, 5],
            ("The targets are not shifted: they are the inputs, and the model would learn to repeat what it sees.", (int[])[2, 1, 4]),
            ("The targets are not shifted: the first input has itself as its target.", (int[])[2, 1, 4, 5]));
        (inputs, targets) = Lesson09Loss.InputsAndTargets([3]);
        Check.Same("The inputs of a single token", inputs, Array.Empty<int>());
        Check.Same("The targets of a single token", targets, Array.Empty<int>());
    }

    [Fact(DisplayName = "9.3 Perplexity")]
    public void Perplexity()
    {
        Check.Same(
            "The perplexity of probabilities 1/2 and 1/8", Lesson09Loss.Perplexity([0.5, 0.125]), 4,
            ("The base of the logarithm and of the power differ: this is 2^(mean of −ln p). Perplexity is e^loss.", Math.Pow(2, Math.Log(4))),
            ("The base of the logarithm and of the power differ: this is e^(mean of −log₂ p).", Math.Exp(2)),
            ("This is the mean of 1/p. Perplexity takes the mean of the logarithms, and then e to the power of it.", 5),
            ("This is e^(sum of −ln p): divide by the number of tokens first.", 16),
            ("This is the loss, the mean of −ln p. Perplexity is e to the power of it.", Math.Log(4)),
            ("This is 1 divided by the perplexity: mind the sign.", 0.25));
        double[] six = [7.4541e-5, 3.1061e-5, 1.1563e-5, 1.0337e-5, 5.6776e-5, 4.7559e-6];
        Check.Same("The perplexity of six tokens of an untrained GPT-2 (its loss is 10.7940)", Lesson09Loss.Perplexity(six), 48725, 1e-3);
        Check.Same("The perplexity of a blind guess among 50257 tokens", Lesson09Loss.Perplexity([1 / 50257d, 1 / 50257d, 1 / 50257d]), 50257);
    }

    [Fact(DisplayName = "9.4 Binary cross-entropy")]
    public void BinaryCrossEntropy()
    {
        Check.Same(
            "The binary cross-entropy of 0.9 (yes) and 0.2 (no)", Lesson09Loss.BinaryCrossEntropy([0.9, 0.2], [1, 0]), 0.164252,
            ("This is the sum; divide by the number of predictions.", 0.328504),
            ("Only the predictions with the label 1 are counted. Where the label is 0, the term is ln(1 − p).", 0.0526803),
            ("Where the label is 0, the probability of what really was is 1 − p, not p.", 0.857399),
            ("This has the wrong sign.", -0.164252));
        Check.Same("The binary cross-entropy of two coin tosses", Lesson09Loss.BinaryCrossEntropy([0.5, 0.5], [1, 0]), 0.693147);
    }
}
