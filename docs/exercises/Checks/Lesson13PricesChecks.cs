// Checks of lesson 13: prices that can be averaged in the head.

using Exercises.Support;

namespace Exercises.Checks;

public sealed class Lesson13PricesChecks
{
    [Fact(DisplayName = "13.1 The price in the middle of the guesses")]
    public void MeanOfTopPrices()
    {
        double[] prices = [900, 100, 200], probabilities = [0.05, 0.3, 0.1];
        Check.Same(
            "The mean of the two most probable of 900 (5 %), 100 (30 %), 200 (10 %)", Lesson13Prices.MeanOfTopPrices(prices, probabilities, 2), 125,
            ("This is not divided by the sum of the probabilities: those of the k prices do not sum to 1.", 50),
            ("This is the mean without weights: a price counts by its probability.", 150),
            ("All prices were counted: take the k most probable.", 95 / 0.45),
            ("The first k prices were counted: take the k most probable.", 75 / 0.35));
        Check.Same("The most probable price alone", Lesson13Prices.MeanOfTopPrices(prices, probabilities, 1), 100);
        Check.Same("The mean of all of them", Lesson13Prices.MeanOfTopPrices(prices, probabilities, 3), 95 / 0.45);
    }

    [Fact(DisplayName = "13.2 The error in money")]
    public void MeanAbsoluteError()
    {
        Check.Same(
            "The error of 100, 300 and 200 for the prices 150, 250 and 230",
            Lesson13Prices.MeanAbsoluteError([100, 300, 200], [150, 250, 230]), 130 / 3.0,
            ("Too high and too low have cancelled out: take the absolute value of each difference.", -10),
            ("Too high and too low have cancelled out: take the absolute value of each difference.", 10),
            ("This is the sum: divide by the number of prices.", 130),
            ("This is the root of the mean square, another measure.", Math.Sqrt(5900 / 3.0)));
    }

    [Fact(DisplayName = "13.3 Better than the mean?")]
    public void ErrorSaved()
    {
        Check.Same(
            "The error saved by 110 and 230 for the prices 100 and 250, where 100 and 300 were known",
            Lesson13Prices.ErrorSaved([110, 230], [100, 250], [100, 300]),
            0.8,
            ("This is the share of the error that is left: subtract it from 1.", 0.2));
        Check.Same(
            "The error saved by predictions that are all right", Lesson13Prices.ErrorSaved([100, 200], [100, 200], [0, 100]), 1);
        Check.Same(
            "The error saved by 40 for the price 50, where 100 and 110 were known",
            Lesson13Prices.ErrorSaved([40, 40], [50, 30], [100, 110]), 1 - (10.0 / 65),
            ("This compares with the mean of the prices that were to be predicted. Nobody knew them: take the known ones.", 0));
        Check.Same("The error saved by who does worse than the mean", Lesson13Prices.ErrorSaved([0], [100], [90]), -9);
    }
}
