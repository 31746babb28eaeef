// The number of threads at the end of who computes, as text in the tables: "Tuned 2T".

using System.Globalization;
using System.Text.RegularExpressions;

namespace Gpt2.Benchmarks.Support;

internal static partial class ThreadCount
{
    /// <summary>A name with a number of threads.</summary>
    public static string Append(string name, int threads) => string.Create(CultureInfo.InvariantCulture, $"{name} {threads}T");

    /// <summary>The number, such as " 2T"; empty where there is none.</summary>
    public static string SuffixOf(string by) => Suffix().Match(by).Value;

    /// <summary>The name and the number.</summary>
    public static (string Name, int Threads) Split(string by) =>
        (by[..^SuffixOf(by).Length], int.Parse(SuffixOf(by).Trim('T'), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture));

    [GeneratedRegex(" [0-9]+T$")]
    private static partial Regex Suffix();
}
