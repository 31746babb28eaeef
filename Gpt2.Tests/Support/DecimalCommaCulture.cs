// A culture that writes 0,5 for a half, to run tests under. Built by hand: it needs no culture data of the system.

using System.Globalization;

namespace Gpt2.Tests.Support;

/// <summary>
/// Makes the current culture one with a decimal comma until disposed: for this test and the tasks it starts, not for
/// the tests beside it.
/// </summary>
public sealed class DecimalCommaCulture : IDisposable
{
    private readonly CultureInfo before = CultureInfo.CurrentCulture;

    public DecimalCommaCulture()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        culture.NumberFormat.NegativeSign = "−";
        culture.TextInfo.ListSeparator = ";";
        CultureInfo.CurrentCulture = culture;
    }

    public void Dispose() => CultureInfo.CurrentCulture = before;
}
