// Lesson 13: Prices. 25 minutes. Page: docs/lessons/13-prices.md
// A language model that answers with a number: its probabilities say more than its best guess.

namespace Exercises;

public static class Lesson13Prices
{
    // 13.1 The price in the middle of the guesses
    // hint: Sort the places by probability, largest first, and take k of them.
    // hint: Σ price · probability, divided by Σ probability of the same k.
    // meaning: A model that gives 180 and 200 half its belief each knows more than its best guess says. For an error in money the mean
    //   is the better answer; for "which word comes next" a mean would make no sense.
    /// <summary>
    /// The mean of the k most probable prices, weighted by their probabilities: Σ price · probability / Σ probability over these k.
    /// Example: prices 100, 200, 900 with 0.3, 0.1, 0.05 and k = 2: (30 + 20) / 0.4 = 125.
    /// </summary>
    /// <param name="prices">The price that each token stands for.</param>
    /// <param name="probabilities">The probability of each; they need not sum to 1.</param>
    /// <param name="k">How many are counted, at least 1.</param>
    public static double MeanOfTopPrices(double[] prices, double[] probabilities, int k)
    {
        // write: the mean of the k most probable prices, weighted by their probabilities
        int[] best = [.. Enumerable.Range(0, prices.Length).OrderByDescending(place => probabilities[place]).Take(k)];
        return best.Sum(place => prices[place] * probabilities[place]) / best.Sum(place => probabilities[place]);
        // end
    }

    // 13.2 The error in money
    // hint: Math.Abs: an error of −50 is as bad as one of 50.
    // meaning: The loss of the model is in logarithms of probabilities; whoever sets prices asks how many euros it is off. Both go down
    //   together, but only one of them can be explained to a customer.
    /// <summary>
    /// The mean absolute error: the mean of |prediction − truth|.
    /// Example: predictions 100 and 300 for the prices 150 and 250: 50.
    /// </summary>
    public static double MeanAbsoluteError(double[] predictions, double[] truths)
    {
        // write: the mean of the absolute differences
        double sum = 0;
        for (int i = 0; i < truths.Length; i++)
        {
            sum += Math.Abs(predictions[i] - truths[i]);
        }

        return sum / truths.Length;
        // end
    }

    // 13.3 Better than the mean?
    // hint: MeanAbsoluteError can measure both. What is predicted without a model is the mean of the known prices, for every product.
    // hint: The known prices are the training examples', not those that are to be predicted.
    // meaning: No figure means anything alone. An error of 80 is poor if always saying 250 is off by 85. Measure every model against
    //   something that has learned nothing.
    /// <summary>
    /// The share of the error that a model saves, compared with always saying the mean of the known prices: 1 − error / error of the mean.
    /// Example: known prices 100 and 300, so 200 is always said; truths 100 and 250: its error is 75. A model with error 15 saves 0.8.
    /// </summary>
    /// <param name="predictions">What the model says.</param>
    /// <param name="truths">The prices that were to be predicted.</param>
    /// <param name="known">The prices of the examples that it learned from.</param>
    public static double ErrorSaved(double[] predictions, double[] truths, double[] known)
    {
        // write: 1 − the model's mean absolute error / that of always saying the mean of `known`
        double mean = known.Average();
        return 1 - MeanAbsoluteError(predictions, truths) / MeanAbsoluteError(Array.ConvertAll(truths, _ => mean), truths);
        // end
    }
}
