// Lesson 12: Choosing a token. 60 minutes. Page: docs/lessons/12-decoding.md
// The model gives probabilities. Which token is then taken is a decision of its own, and changes the text as much as the model does.

namespace Exercises;

public static class Lesson12Decoding
{
    // 12.1 Greedy
    /// <summary>
    /// Continues a prompt with the most probable token each time, until there are newTokens of them or the end token was chosen.
    /// Example: if the model says 5 after (1 2), and the end token after (1 2 5), the result is (5).
    /// </summary>
    /// <param name="logits">The model: the logits of the next token, for the ids so far.</param>
    /// <param name="prompt">The ids of the prompt.</param>
    /// <param name="newTokens">How many tokens at most.</param>
    /// <param name="endOfText">The id that ends the text.</param>
    /// <returns>The new ids only, without the end token.</returns>
    public static int[] Greedy(Func<int[], float[]> logits, int[] prompt, int newTokens, int endOfText)
    {
        throw new NotImplementedException("append the most probable id again and again, until the end token or newTokens ids");
    }

    // 12.2 Temperature
    /// <summary>
    /// The probabilities at a temperature: softmax(logits / temperature).
    /// Example: logits (0, ln 3): at 1 the probabilities are (0.25, 0.75), at 0.5 they are (0.1, 0.9).
    /// </summary>
    /// <param name="logits">[vocabulary]; must not be changed.</param>
    /// <param name="temperature">Above 0.</param>
    public static float[] WithTemperature(float[] logits, float temperature)
    {
        throw new NotImplementedException("softmax of the logits, each divided by the temperature");
    }

    // 12.3 Top-k
    /// <summary>
    /// Keeps the k most probable tokens, gives all others 0, and divides by the sum of what is left, so that it is 1 again.
    /// Example: (0.5, 0.3, 0.2) with k = 2 becomes (0.625, 0.375, 0).
    /// </summary>
    /// <param name="probabilities">[vocabulary], no two alike; must not be changed.</param>
    /// <param name="k">At least 1.</param>
    public static float[] TopK(float[] probabilities, int k)
    {
        throw new NotImplementedException("the k largest probabilities divided by their sum, and 0 for all others");
    }

    // 12.4 Top-p
    /// <summary>
    /// Keeps the most probable tokens until their sum reaches p, the one that reaches it included; gives all others 0, and divides by the
    /// sum of what is left.
    /// Example: (0.5, 0.3, 0.2) with p = 0.6 keeps two: (0.625, 0.375, 0).
    /// </summary>
    /// <param name="probabilities">[vocabulary], no two alike; must not be changed.</param>
    /// <param name="p">Above 0, at most 1.</param>
    public static float[] TopP(float[] probabilities, float p)
    {
        throw new NotImplementedException("keep tokens, the most probable first, while the sum of those before is below p; divide by their sum");
    }

    // 12.5 Draw a token
    /// <summary>
    /// The token at which the running sum of the probabilities, from id 0 on, first exceeds a random number.
    /// Example: (0.5, 0.3, 0.2): numbers below 0.5 give 0, those from 0.5 to below 0.8 give 1, the rest 2.
    /// </summary>
    /// <param name="probabilities">[vocabulary]; they sum to 1.</param>
    /// <param name="random">From 0 to below 1.</param>
    public static int Draw(float[] probabilities, double random)
    {
        throw new NotImplementedException("the first id at which the running sum of the probabilities is larger than random");
    }

    // 12.6 A step of beam search
    /// <summary>
    /// One step of beam search: from each beam with each next token, the count most probable, best first.
    /// Example: beams a (0.6) and b (0.4); after a the tokens have 0.5 and 0.5, after b 0.9 and 0.1: the best is b with its first token, 0.36.
    /// </summary>
    /// <param name="beams">The probability of each beam so far.</param>
    /// <param name="next">For each beam the probability of each next token: [beams][vocabulary].</param>
    /// <param name="count">How many are kept.</param>
    /// <returns>The place of the beam, the token, and the probability of both together.</returns>
    public static (int Beam, int Token, double Probability)[] BeamStep(double[] beams, double[][] next, int count)
    {
        throw new NotImplementedException("the `count` largest products of a beam's probability and a next token's, largest first");
    }
}
