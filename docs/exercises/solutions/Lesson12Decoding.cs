// Lesson 12: Choosing a token. 60 minutes. Page: docs/lessons/12-decoding.md
// The model gives probabilities. Which token is then taken is a decision of its own, and changes the text as much as the model does.

namespace Exercises;

public static class Lesson12Decoding
{
    // 12.1 Greedy
    // hint: Keep a List of the ids so far, ask the model for the logits of all of them, and add the id of the largest.
    // hint: Lesson08LanguageHead.ArgMax finds the largest. The end token ends the text and is not part of the result.
    // meaning: The loop around the model is this short. A model only ever predicts one token; a text is what comes of asking again
    //   and again, each time with its own words as part of the prompt.
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
        // write: append the most probable id again and again, until the end token or newTokens ids
        var ids = new List<int>(prompt);
        while (ids.Count < prompt.Length + newTokens)
        {
            int next = Lesson08LanguageHead.ArgMax(logits([.. ids]));
            if (next == endOfText)
            {
                break;
            }

            ids.Add(next);
        }

        return [.. ids.Skip(prompt.Length)];
        // end
    }

    // 12.2 Temperature
    // hint: Divide every logit by the temperature, then softmax (Lesson08LanguageHead.Softmax).
    // meaning: Below 1 the differences between logits grow, and the best token takes nearly all; above 1 they shrink, and odd words get
    //   their chance. Temperature 0 is what greedy does.
    /// <summary>
    /// The probabilities at a temperature: softmax(logits / temperature).
    /// Example: logits (0, ln 3): at 1 the probabilities are (0.25, 0.75), at 0.5 they are (0.1, 0.9).
    /// </summary>
    /// <param name="logits">[vocabulary]; must not be changed.</param>
    /// <param name="temperature">Above 0.</param>
    public static float[] WithTemperature(float[] logits, float temperature)
    {
        // write: softmax of the logits, each divided by the temperature
        return Lesson08LanguageHead.Softmax(Array.ConvertAll(logits, logit => logit / temperature));
        // end
    }

    // 12.3 Top-k
    // hint: Sort the ids by probability, largest first, and take the first k: Enumerable.Range(0, n).OrderByDescending(…).Take(k).
    // hint: Divide what is left by its sum.
    // meaning: A vocabulary has thousands of improbable tokens, and together they are not improbable at all. Top-k keeps a long text
    //   from stumbling over one of them, but it always keeps k: too many where one word is clear, too few where fifty would do.
    /// <summary>
    /// Keeps the k most probable tokens, gives all others 0, and divides by the sum of what is left, so that it is 1 again.
    /// Example: (0.5, 0.3, 0.2) with k = 2 becomes (0.625, 0.375, 0).
    /// </summary>
    /// <param name="probabilities">[vocabulary], no two alike; must not be changed.</param>
    /// <param name="k">At least 1.</param>
    public static float[] TopK(float[] probabilities, int k)
    {
        // write: the k largest probabilities divided by their sum, and 0 for all others
        var kept = Enumerable.Range(0, probabilities.Length).OrderByDescending(id => probabilities[id]).Take(k).ToArray();
        float sum = kept.Sum(id => probabilities[id]);
        float[] result = new float[probabilities.Length];
        foreach (int id in kept)
        {
            result[id] = probabilities[id] / sum;
        }

        return result;
        // end
    }

    // 12.4 Top-p
    // hint: Go through the ids from the most probable on, and add up.
    // hint: Keep a token if the sum of those before it is still below p. So the token that takes the sum over p is kept.
    // meaning: Top-p keeps few tokens where the model is sure and many where it is not. For code a low p is good, for stories a high
    //   one. The token that crosses p stays, or nothing would be left where one token has more than p.
    /// <summary>
    /// Keeps the most probable tokens until their sum reaches p, the one that reaches it included; gives all others 0, and divides by the
    /// sum of what is left.
    /// Example: (0.5, 0.3, 0.2) with p = 0.6 keeps two: (0.625, 0.375, 0).
    /// </summary>
    /// <param name="probabilities">[vocabulary], no two alike; must not be changed.</param>
    /// <param name="p">Above 0, at most 1.</param>
    public static float[] TopP(float[] probabilities, float p)
    {
        // write: keep tokens, the most probable first, while the sum of those before is below p; divide by their sum
        float[] result = new float[probabilities.Length];
        double sum = 0;
        foreach (int id in Enumerable.Range(0, probabilities.Length).OrderByDescending(id => probabilities[id]))
        {
            if (sum >= p)
            {
                break;
            }

            result[id] = probabilities[id];
            sum += probabilities[id];
        }

        return Array.ConvertAll(result, value => (float)(value / sum));
        // end
    }

    // 12.5 Draw a token
    // hint: Add up the probabilities from id 0 on, and take the first id at which the sum is larger than the random number.
    // meaning: Lay the probabilities side by side on a line from 0 to 1 and drop a needle: long pieces are hit often. With the same
    //   random numbers you get the same text, which is what a seed is for.
    /// <summary>
    /// The token at which the running sum of the probabilities, from id 0 on, first exceeds a random number.
    /// Example: (0.5, 0.3, 0.2): numbers below 0.5 give 0, those from 0.5 to below 0.8 give 1, the rest 2.
    /// </summary>
    /// <param name="probabilities">[vocabulary]; they sum to 1.</param>
    /// <param name="random">From 0 to below 1.</param>
    public static int Draw(float[] probabilities, double random)
    {
        // write: the first id at which the running sum of the probabilities is larger than random
        double sum = 0;
        for (int id = 0; id < probabilities.Length; id++)
        {
            sum += probabilities[id];
            if (sum > random)
            {
                return id;
            }
        }

        return probabilities.Length - 1;
        // end
    }

    // 12.6 A step of beam search
    // hint: Make every candidate first: each beam with each token of the vocabulary.
    // hint: The probability of a candidate is that of its beam times that of the token. Then take the best, whatever beam they are from.
    // meaning: Greedy takes the best word now; beam search looks for the best sentence. A word that is second now may lead to
    //   something better. All beams of the next step may well come from the same one.
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
        // write: the `count` largest products of a beam's probability and a next token's, largest first
        var candidates =
            from beam in Enumerable.Range(0, beams.Length)
            from token in Enumerable.Range(0, next[beam].Length)
            let probability = beams[beam] * next[beam][token]
            orderby probability descending
            select (beam, token, probability);
        return [.. candidates.Take(count)];
        // end
    }
}
