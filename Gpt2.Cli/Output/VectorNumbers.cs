// Cosines, distances and coordinates as text, with as many decimals as a column needs, and what is said of them.

using System.Globalization;
using Gpt2.Core.Laboratory.Embeddings;

namespace Gpt2.Cli.Output;

/// <summary>Numbers about vectors.</summary>
internal static class VectorNumbers
{
    /// <summary>What stands for a number that does not exist.</summary>
    public const string None = "–";

    /// <summary>Explains a missing cosine.</summary>
    public const string NoCosine = $"{None} A vector of zeros has no direction, and so no cosine.";

    /// <summary>A cosine with three decimals.</summary>
    public static string Cosine(double? cosine) => Fixed(cosine, 3);

    /// <summary>The decimals with which all numbers of a column are shown: those of the largest with four digits, 1 to 4.</summary>
    public static int Decimals(IEnumerable<double> numbers)
    {
        double most = numbers.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
        return most >= 100 ? 1 : most >= 10 ? 2 : most >= 0.1 || most == 0 ? 3 : 4;
    }

    /// <summary>A number with some decimals, if there is one.</summary>
    public static string Fixed(double? number, int decimals) =>
        number is double value && double.IsFinite(value) ? FigureText.Fixed(value, decimals) : None;

    /// <summary>What the two axes of a map are.</summary>
    /// <param name="map">The map.</param>
    /// <param name="points">What its points are.</param>
    public static string Axes(PrincipalComponents map, string points) => map.TotalVariance == 0 ? $"all {points} are the same"
        : $"axis 1 has {Share(map.ShareOf(0))} of the variance, axis 2 {Share(map.ShareOf(1))}";

    /// <summary>A share in per cent.</summary>
    public static string Share(double? share) => share is double value ? value.ToString("0.0 %", CultureInfo.InvariantCulture) : None;
}
