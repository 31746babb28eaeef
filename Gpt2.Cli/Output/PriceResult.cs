// The results of gpt2 price as JSON.

namespace Gpt2.Cli.Output;

/// <summary>
/// The least error is the mean absolute error to be expected of who knows the rule, and null if the file has products of another rule.
/// The methods are the three readings of each model, the first model first, and what is predicted without one.
/// </summary>
internal sealed record PriceResult(string File, int Prices, double? LeastError, PriceMethodResult[] Methods, string? Svg);

/// <summary>
/// Model and the share of the probability that prices have are null for a method without a model; r² is null if all prices are equal.
/// The interval is that of the mean absolute error. The predictions are in the order of the file.
/// </summary>
internal sealed record PriceMethodResult(
    string? Model, string Reading, double? Share, double MeanAbsoluteError, double Low, double High, double RootMeanSquareError, double? RSquared,
    int Green, int Orange, int Red, double[] Predicted);

/// <summary>The price of one description; the rule's is null if the description is not one of its products.</summary>
internal sealed record PriceTextResult(
    string Model, string Prompt, double Share, double MostProbable, int TopK, double MeanOfTop, double Median, int? Rule, PriceProbability[] Top);

/// <summary>A price and its probability among prices.</summary>
internal sealed record PriceProbability(int Price, double Probability);
