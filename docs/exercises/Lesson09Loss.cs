// Lesson 9: Loss and perplexity. 30 minutes. Page: docs/lessons/09-loss.md
// The loss is one number that says how badly the model predicts. Training does nothing but make it smaller.

namespace Exercises;

public static class Lesson09Loss
{
    // 9.1 The loss of one token
    /// <summary>
    /// The loss of a prediction: −ln of the probability that was given to the token that really comes next.
    /// Example: probabilities (0.1, 0.7, 0.2), target 1: −ln 0.7 = 0.357.
    /// </summary>
    /// <param name="probabilities">[vocabulary]</param>
    /// <param name="target">The id of the token that comes next.</param>
    public static double TokenLoss(float[] probabilities, int target)
    {
        throw new NotImplementedException("minus the natural logarithm of the target's probability");
    }

    // 9.2 Inputs and targets
    /// <summary>
    /// Splits a text into what the model sees and what it is to predict at each position: the token one further on.
    /// Example: the ids 7 8 9 give the inputs 7 8 and the targets 8 9.
    /// </summary>
    public static (int[] Inputs, int[] Targets) InputsAndTargets(int[] ids)
    {
        throw new NotImplementedException("the inputs are all ids but the last, the targets all ids but the first");
    }

    // 9.3 Perplexity
    /// <summary>
    /// The perplexity of a text: e^loss, where loss is the mean of −ln p over its tokens.
    /// Example: probabilities 1/2 and 1/8: the mean of ln 2 and ln 8 is ln 4, the perplexity 4.
    /// </summary>
    /// <param name="targetProbabilities">For each position, the probability that was given to the token that came next.</param>
    public static double Perplexity(double[] targetProbabilities)
    {
        throw new NotImplementedException("e to the power of the mean of -ln p");
    }

    // 9.4 Binary cross-entropy
    /// <summary>
    /// The loss of yes-or-no predictions: −1/N · Σ [y · ln p + (1 − y) · ln(1 − p)].
    /// Example: p = 0.9 where the truth is yes (1), and p = 0.2 where it is no (0): −(ln 0.9 + ln 0.8) / 2 = 0.164.
    /// </summary>
    /// <param name="probabilities">p: the predicted probability of yes, above 0 and below 1.</param>
    /// <param name="labels">y: 1 for yes, 0 for no.</param>
    public static double BinaryCrossEntropy(double[] probabilities, int[] labels)
    {
        throw new NotImplementedException("minus the mean of ln p where the label is 1 and of ln(1 − p) where it is 0");
    }
}
