// Descriptions with their prices, as they are read from a file of completions.

using System.Globalization;
using Gpt2.Core.PostTraining.Data;

namespace Gpt2.Core.PostTraining.Prices;

/// <summary>A description that ends where its price follows, and the price.</summary>
/// <param name="Text">The description.</param>
/// <param name="Price">The price in dollars.</param>
/// <param name="Where">The file and the line, for messages.</param>
internal readonly record struct PricedText(string Text, int Price, ErrorPlace Where);

internal static class PriceList
{
    /// <summary>The descriptions and prices of examples.</summary>
    /// <exception cref="Gpt2Exception">They are not completions, or one is not a price.</exception>
    public static IReadOnlyList<PricedText> Of(ExampleSet set)
    {
        if (set.Kind != ExampleKind.Completions)
        {
            throw new Gpt2Exception($"has {set.Kind.Name}")
            {
                Where = set.Name,
                Expected = $"{ExampleKind.Completions} in which each completion is a price",
            };
        }

        return [.. set.Examples.Select(example => int.TryParse(example["completion"], NumberStyles.None, CultureInfo.InvariantCulture, out int price)
            && price is >= PriceRange.Least and <= PriceRange.Most
                ? new PricedText(example["prompt"], price, new ErrorPlace(set.Name, example.Line))
                : throw new Gpt2Exception($"found '{VisibleText.Brief(example["completion"])}'")
                {
                    Where = new(set.Name, example.Line),
                    Expected = $"a price in whole dollars from {PriceRange.Least} to {PriceRange.Most}",
                })];
    }
}
