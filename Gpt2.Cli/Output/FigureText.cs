// Numbers for tables of small experiments: as many digits as tell them apart, and no more.

using System.Globalization;

namespace Gpt2.Cli.Output;

/// <summary>Formats numbers.</summary>
internal static class FigureText
{
    private const int Digits = 5;

    /// <summary>Four digits: 0.8333, 0.003255, 8.333e-9, 12,340.</summary>
    public static string Of(double number) => number switch
    {
        0 => "0",
        _ when !double.IsFinite(number) => number.ToString(CultureInfo.InvariantCulture),
        _ when Math.Abs(number) is < 1e-4 or >= 1e6 => number.ToString("0.000e0", CultureInfo.InvariantCulture),
        _ => number.ToString("N" + Math.Max(0, 3 - Exponent(number)), CultureInfo.InvariantCulture),
    };

    /// <summary>The format of a column: the same decimals for all, as many as its greatest number allows, but none that are 0 in all.</summary>
    public static Func<double, string> ForColumn(IEnumerable<double> numbers)
    {
        double[] all = [.. numbers.Where(double.IsFinite)];
        double most = all.Select(Math.Abs).DefaultIfEmpty(0).Max();
        if (most is >= 1e7 or (> 0 and < 1e-3))
        {
            return Of;
        }

        int decimals = most == 0 ? 0 : Math.Clamp(Digits - 1 - Exponent(most), 0, Digits);
        while (decimals > 0 && all.All(number => Fixed(number, decimals).EndsWith('0')))
        {
            decimals--;
        }

        return number => Fixed(number, decimals);
    }

    /// <summary>A number with some decimals, and 0 without a sign.</summary>
    public static string Fixed(double number, int decimals) =>
        (Math.Round(number, decimals) + 0.0).ToString("F" + decimals, CultureInfo.InvariantCulture); // + 0 leaves no −0

    private static int Exponent(double number) => (int)Math.Floor(Math.Log10(Math.Abs(number)));
}
