// What `gpt2 price` compares: the readings of a model, and what is predicted without one.

using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.PostTraining.Data.Workshop;

namespace Gpt2.Core.PostTraining.Prices;

/// <summary>A way to predict prices, and its errors.</summary>
/// <param name="Model">The model that it reads; null for a baseline.</param>
/// <param name="Name">What it does.</param>
/// <param name="Pairs">True and predicted prices, in the order of the file.</param>
/// <param name="Share">The mean share of the probability that the model gives to numbers; null for a baseline.</param>
internal sealed record PriceMethod(string? Model, string Name, IReadOnlyList<PricedPair> Pairs, double? Share = null)
{
    public PriceErrors Errors { get; } = PriceErrors.Of(Pairs);
}

/// <summary>Makes methods.</summary>
internal static class PriceReport
{
    private const string MostProbable = "most probable", Median = "median";

    /// <summary>The readings as an option spells them, in the order in which they are listed.</summary>
    public static readonly string[] ReadingNames = ["most-probable", "mean", Median];

    /// <summary>The three readings of a model, in the order most probable, mean of the top k, median.</summary>
    public static IReadOnlyList<PriceMethod> Readings(
        string model, IReadOnlyList<PricedText> list, IReadOnlyList<NumberDistribution> read, int k, double share)
    {
        PriceMethod Method(string name, Func<NumberDistribution, double> reading) =>
            new(model, name, [.. list.Zip(read, (text, numbers) => new PricedPair(text.Price, reading(numbers)))], share);
        return
        [
            Method(MostProbable, numbers => numbers.MostProbable),
            Method(FormattableString.Invariant($"mean of top {k}"), numbers => numbers.MeanOfTop(k)),
            Method(Median, numbers => numbers.Median),
        ];
    }

    /// <summary>One of the three readings of the first model.</summary>
    /// <param name="methods">The methods, of which those are the first.</param>
    /// <param name="name">One of <see cref="ReadingNames"/>; null for the median.</param>
    public static PriceMethod Reading(IReadOnlyList<PriceMethod> methods, string? name) =>
        methods[Array.IndexOf(ReadingNames, name ?? Median)];

    /// <summary>What is predicted from other prices without a model: their mean and median, and by the words of a description.</summary>
    public static IReadOnlyList<PriceMethod> Baselines(IReadOnlyList<PricedText> list, IReadOnlyList<PricedText> training)
    {
        PriceMethod Method(string name, Func<PricedText, double> predict) =>
            new(null, name, [.. list.Select(text => new PricedPair(text.Price, predict(text)))]);
        int[] prices = [.. training.Select(text => text.Price).Order()];
        double mean = prices.Average(), median = (prices[(prices.Length - 1) / 2] + prices[prices.Length / 2]) / 2.0;
        var words = new BagOfWords([.. training.Select(text => (text.Text, (double)text.Price))]);
        return
        [
            Method("training mean", _ => mean), Method("training median", _ => median),
            Method("regression on words", text => Math.Clamp(words.Predict(text.Text), PriceRange.Least, PriceRange.Most)),
        ];
    }

    /// <summary>
    /// What someone predicts who knows the rule of the products but not the noise, and the least mean absolute error that can be expected;
    /// null if a description is not of <see cref="ProductCorpus"/>.
    /// </summary>
    public static (PriceMethod Method, double Expected)? OfRule(IReadOnlyList<PricedText> list)
    {
        Product?[] products = [.. list.Select(text => ProductText.Read(text.Text))];
        if (products.Contains(null))
        {
            return null;
        }

        PricedPair[] pairs = [.. list.Zip(products, (text, product) => new PricedPair(text.Price, ProductRule.Median(product!)))];
        return (new PriceMethod(null, "the rule, without noise", pairs), products.Average(product => ProductRule.LeastError(product!)));
    }
}
