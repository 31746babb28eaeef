// Lesson 13: Prices. 25 minutes. Page: docs/lessons/13-prices.md
// A language model that answers with a number: its probabilities say more than its best guess.

namespace Exercises;

public static class Lesson13Prices
{
    // 13.1 The price in the middle of the guesses
    /// <summary>
    /// The mean of the k most probable prices, weighted by their probabilities: Σ price · probability / Σ probability over these k.
    /// Example: prices 100, 200, 900 with 0.3, 0.1, 0.05 and k = 2: (30 + 20) / 0.4 = 125.
    /// </summary>
    /// <param name="prices">The price that each token stands for.</param>
    /// <param name="probabilities">The probability of each; they need not sum to 1.</param>
    /// <param name="k">How many are counted, at least 1.</param>
    public static double MeanOfTopPrices(double[] prices, double[] probabilities, int k)
    {
        throw new NotImplementedException("the mean of the k most probable prices, weighted by their probabilities");
    }

    // 13.2 The error in money
    /// <summary>
    /// The mean absolute error: the mean of |prediction − truth|.
    /// Example: predictions 100 and 300 for the prices 150 and 250: 50.
    /// </summary>
    public static double MeanAbsoluteError(double[] predictions, double[] truths)
    {
        throw new NotImplementedException("the mean of the absolute differences");
    }

    // 13.3 Better than the mean?
    /// <summary>
    /// The share of the error that a model saves, compared with always saying the mean of the known prices: 1 − error / error of the mean.
    /// Example: known prices 100 and 300, so 200 is always said; truths 100 and 250: its error is 75. A model with error 15 saves 0.8.
    /// </summary>
    /// <param name="predictions">What the model says.</param>
    /// <param name="truths">The prices that were to be predicted.</param>
    /// <param name="known">The prices of the examples that it learned from.</param>
    public static double ErrorSaved(double[] predictions, double[] truths, double[] known)
    {
        throw new NotImplementedException("1 − the model's mean absolute error / that of always saying the mean of `known`");
    }
}
