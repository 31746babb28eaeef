// Lesson 9: Loss and perplexity. 30 minutes. Page: docs/lessons/09-loss.md
// The loss is one number that says how badly the model predicts. Training does nothing but make it smaller.

namespace Exercises;

public static class Lesson09Loss
{
    // 9.1 The loss of one token
    // hint: Math.Log is the natural logarithm.
    // hint: Only one number of the row matters: the probability of the target. Mind the sign: the loss is not negative.
    // meaning: Certain and right costs 0; a half costs 0.69; one in fifty thousand, a blind guess of GPT-2, costs 10.8. To be certain
    //   and wrong costs without limit, so a model learns not to be.
    /// <summary>
    /// The loss of a prediction: −ln of the probability that was given to the token that really comes next.
    /// Example: probabilities (0.1, 0.7, 0.2), target 1: −ln 0.7 = 0.357.
    /// </summary>
    /// <param name="probabilities">[vocabulary]</param>
    /// <param name="target">The id of the token that comes next.</param>
    public static double TokenLoss(float[] probabilities, int target)
    {
        // write: minus the natural logarithm of the target's probability
        return -Math.Log(probabilities[target]);
        // end
    }

    // 9.2 Inputs and targets
    // hint: The target of a token is the one after it. The last token has none.
    // hint: Ranges cut arrays: ids[..^1] is all but the last, ids[1..] all but the first.
    // meaning: No one has to label the data: every text says itself what comes next, at every position. That is why a model can learn
    //   from all the text there is.
    /// <summary>
    /// Splits a text into what the model sees and what it is to predict at each position: the token one further on.
    /// Example: the ids 7 8 9 give the inputs 7 8 and the targets 8 9.
    /// </summary>
    public static (int[] Inputs, int[] Targets) InputsAndTargets(int[] ids)
    {
        // write: the inputs are all ids but the last, the targets all ids but the first
        return (ids[..^1], ids[1..]);
        // end
    }

    // 9.3 Perplexity
    // hint: First the mean of −ln p, then e to the power of it.
    // hint: Math.Exp belongs to Math.Log. If you take the logarithm with another base, the power has to have it, too.
    // meaning: Perplexity reads the loss as a number of choices: a perplexity of 8 is as unsure as someone who guesses between eight
    //   equally good words. A model that has learned nothing has the size of its vocabulary.
    /// <summary>
    /// The perplexity of a text: e^loss, where loss is the mean of −ln p over its tokens.
    /// Example: probabilities 1/2 and 1/8: the mean of ln 2 and ln 8 is ln 4, the perplexity 4.
    /// </summary>
    /// <param name="targetProbabilities">For each position, the probability that was given to the token that came next.</param>
    public static double Perplexity(double[] targetProbabilities)
    {
        // write: e to the power of the mean of -ln p
        double sum = 0;
        foreach (double probability in targetProbabilities)
        {
            sum -= Math.Log(probability);
        }

        return Math.Exp(sum / targetProbabilities.Length);
        // end
    }

    // 9.4 Binary cross-entropy
    // hint: For a label of 1 the term is ln p, for a label of 0 it is ln(1 − p).
    // hint: Sum the terms, divide by their number, change the sign.
    // meaning: It is the same loss for a choice of two: −ln of the probability of what really was. Reward models are trained with it
    //   (lesson 15): is this answer better than that one, yes or no?
    /// <summary>
    /// The loss of yes-or-no predictions: −1/N · Σ [y · ln p + (1 − y) · ln(1 − p)].
    /// Example: p = 0.9 where the truth is yes (1), and p = 0.2 where it is no (0): −(ln 0.9 + ln 0.8) / 2 = 0.164.
    /// </summary>
    /// <param name="probabilities">p: the predicted probability of yes, above 0 and below 1.</param>
    /// <param name="labels">y: 1 for yes, 0 for no.</param>
    public static double BinaryCrossEntropy(double[] probabilities, int[] labels)
    {
        // write: minus the mean of ln p where the label is 1 and of ln(1 − p) where it is 0
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            sum -= labels[i] * Math.Log(probabilities[i]) + (1 - labels[i]) * Math.Log(1 - probabilities[i]);
        }

        return sum / labels.Length;
        // end
    }
}
