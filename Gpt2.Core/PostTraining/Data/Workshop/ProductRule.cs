// What the prices of products follow from: a price without noise, the product of factors, and noise that nobody can know. So the least
// error that any model can reach is known too.

using Gpt2.Core.Numerics;
using Gpt2.Core.Training.Corpus;

namespace Gpt2.Core.PostTraining.Data.Workshop;

/// <summary>
/// price = level · e^(0.2 z), rounded to dollars, at least 1 and at most 999. level = thing × material × brand × size × condition, and
/// z is normal with mean 0 and deviation 1.
/// </summary>
internal static class ProductRule
{
    /// <summary>The deviation of the logarithm of a price, given the attributes.</summary>
    public const double Sigma = 0.2;

    /// <summary>What old things of a kind that is collected cost more than other old things.</summary>
    public const double OfCollectors = 2.5;

    private static readonly (string, double)[]
        Fine = [("golden", 1.9), ("silver", 1.4), ("glass", 0.8)],
        Worn = [("leather", 1.6), ("wool", 1.1), ("paper", 0.6)],
        Plain = [("stone", 1.3), ("wooden", 1), ("paper", 0.6)];

    /// <summary>Things with their usual prices in dollars, whether old ones are collected, and their materials.</summary>
    public static readonly (string Name, double Price, bool IsCollected, (string Name, double Factor)[] Materials)[] Things =
    [
        ("pen", 36, false, Fine), ("cup", 42, false, Fine), ("ball", 40, false, Worn), ("map", 48, true, Worn), ("hat", 60, false, Worn),
        ("box", 54, false, Plain), ("book", 50, true, Worn), ("bag", 90, false, Worn), ("lamp", 110, false, Fine), ("chair", 120, false, Plain),
        ("dress", 130, false, Worn), ("clock", 140, true, Fine), ("coat", 170, false, Worn), ("table", 230, true, Plain), ("ring", 260, true, Fine),
        ("boat", 380, false, Plain),
    ];

    public static readonly (string Name, double Factor)[] Brands =
    [
        ("Paris", 1.7), ("Rome", 1.45), ("London", 1.3), ("Vienna", 1.15), ("Oslo", 1.05), ("Berlin", 0.95), ("Madrid", 0.85), ("Dublin", 0.75),
        ("Lisbon", 0.65), ("Athens", 0.55),
    ];

    /// <summary>The middle size is not named.</summary>
    public static readonly (string Name, double Factor)[] Sizes = [("small", 0.7), ("", 1), ("large", 1.4)];

    public static readonly (string Name, double Factor)[] Conditions = [("new", 1), ("nice", 0.8), ("old", 0.5), ("broken", 0.3)];

    /// <summary>Some product of a part, every combination with the same probability.</summary>
    public static Product Some(Dice dice, ProductPart part)
    {
        while (true)
        {
            var product = new Product(
                dice.Below(Things.Length), dice.Below(3), dice.Below(Brands.Length), dice.Below(Sizes.Length), dice.Below(Conditions.Length));
            if (product.Part == part)
            {
                return product;
            }
        }
    }

    /// <summary>The price without noise, neither rounded nor limited.</summary>
    public static double Level(Product product)
    {
        (string _, double price, bool collected, (string, double Factor)[] materials) = Things[product.Thing];
        (string condition, double byCondition) = Conditions[product.Condition];
        return price * materials[product.Material].Factor * Brands[product.Brand].Factor * Sizes[product.Size].Factor * byCondition
            * (collected && condition == "old" ? OfCollectors : 1);
    }

    /// <summary>The price of a product with noise.</summary>
    /// <param name="product">The product.</param>
    /// <param name="noise">z.</param>
    public static int Price(Product product, double noise) => Rounded(Level(product) * PortableMath.Exp(Sigma * noise));

    /// <summary>The median of the prices of such products: the answer with the least mean absolute error.</summary>
    public static int Median(Product product) => Rounded(Level(product));

    /// <summary>
    /// The mean absolute error of the median: Σ P(p) · |p − median| over all prices p, where P(p) = Φ(b) − Φ(a) with the z at which
    /// rounding gives p from a to b.
    /// </summary>
    public static double LeastError(Product product)
    {
        double level = Level(product), error = 0, below = 0;
        int median = Median(product);
        for (int price = PriceRange.Least; price <= PriceRange.Most; price++)
        {
            double upTo = price == PriceRange.Most ? 1 : NormalDistribution.Cumulative(Math.Log((price + 0.5) / level) / Sigma);
            error += (upTo - below) * Math.Abs(price - median);
            below = upTo;
        }

        return error;
    }

    private static int Rounded(double price) => (int)Math.Clamp(Math.Round(price, MidpointRounding.AwayFromZero), PriceRange.Least, PriceRange.Most);
}
