// Probabilities as shown to a reader: in per cent, with as many digits as needed to tell them apart.

using System.Globalization;

namespace Gpt2.Cli.Output;

/// <summary>Probabilities as text.</summary>
internal static class Probability
{
    private const int MinDecimals = 2, MaxDecimals = 6, Digits = 3;

    /// <summary>
    /// At least two decimals and, below 1 %, three significant digits; a probability close to 1 gets enough decimals,
    /// up to six, not to read 100 %. Below 0.0001 % with an exponent: 42.77 %, 0.0105 %, 99.9995 %, 3.21e-7 %.
    /// </summary>
    public static string Shown(double probability)
    {
        double percent = 100 * probability;
        if (percent == 0 || percent > 100 - 1e-6 || !double.IsFinite(percent))
        {
            return percent.ToString("0.00 '%'", CultureInfo.InvariantCulture);
        }

        if (percent < 1e-4)
        {
            return percent.ToString("0.00e-0 '%'", CultureInfo.InvariantCulture);
        }

        int decimals = percent < 1 ? Digits - 1 - (int)Math.Floor(Math.Log10(percent)) : MinDecimals;
        int besideOne = percent > 99 ? (int)Math.Ceiling(-Math.Log10(100 - percent)) : 0;
        decimals = Math.Clamp(Math.Max(decimals, besideOne), MinDecimals, MaxDecimals);
        return percent.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) + " %";
    }

    /// <summary>The same for a logarithm.</summary>
    public static string OfLog(double logProbability) => Shown(Math.Exp(logProbability));

    /// <summary>A bar whose length is proportional to a share from 0 to 1.</summary>
    public static string Bar(double share, int width = 20)
    {
        const string Eighths = " ▏▎▍▌▋▊▉";
        int eighths = (int)Math.Round(Math.Clamp(share, 0, 1) * width * 8);
        string rest = eighths % 8 == 0 ? "" : Eighths[eighths % 8].ToString();
        return new string('█', eighths / 8) + rest;
    }
}
