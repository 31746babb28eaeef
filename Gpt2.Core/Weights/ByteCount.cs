// Sizes are shown in powers of ten, as servers and shops count them.

using System.Globalization;

namespace Gpt2.Core.Weights;

/// <summary>Formats numbers of bytes.</summary>
internal static class ByteCount
{
    /// <summary>At most three digits before the point and one after it, with the unit: 548.1 MB.</summary>
    public static string Shown(double bytes)
    {
        string[] units = ["bytes", "kB", "MB", "GB", "TB"];
        int unit = 0;
        while (bytes >= 999.95 && unit < units.Length - 1)
        {
            bytes /= 1000;
            unit++;
        }

        return bytes.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + units[unit];
    }
}
