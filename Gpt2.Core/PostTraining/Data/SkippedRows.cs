// Rows that cannot be used: how many, why, and the first of them by line. A few bad rows must not stop a run, and many must not
// pass unnoticed.

using static System.FormattableString;

namespace Gpt2.Core.PostTraining.Data;

/// <summary>Why a row is not used.</summary>
internal enum SkipReason
{
    /// <summary>It cannot be read, or lacks a field.</summary>
    Malformed,

    /// <summary>A field that must have a text has none, or white space alone.</summary>
    Empty,

    /// <summary>It is longer than a row may be, or has more tokens than the model can read.</summary>
    Long,
}

/// <summary>How many rows may be skipped: a share of all, or a number.</summary>
internal sealed record SkipLimit
{
    /// <summary>The limit if nothing else is said.</summary>
    public static readonly SkipLimit Standard = Parse("5%");

    private readonly Func<int, int, bool> allows;

    private SkipLimit(string text, Func<int, int, bool> allows)
    {
        Text = text;
        this.allows = allows;
    }

    /// <summary>As it is written: "5%" or "20".</summary>
    public string Text { get; }

    /// <summary>Reads "5%" or "20".</summary>
    /// <exception cref="Gpt2Exception">It is neither.</exception>
    public static SkipLimit Parse(string text)
    {
        string number = text.EndsWith('%') ? text[..^1] : text;
        if (number.Length is > 0 and < 10 && number.All(char.IsAsciiDigit))
        {
            int limit = int.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
            if (number == text)
            {
                return new SkipLimit(text, (skipped, _) => skipped <= limit);
            }

            if (limit <= 100)
            {
                return new SkipLimit(text, (skipped, rows) => 100L * skipped <= (long)limit * rows);
            }
        }

        throw new Gpt2Exception($"found '{VisibleText.Brief(text)}'") { Expected = "a number of rows such as 20, or a share such as 5%" };
    }

    public bool Allows(int skipped, int rows) => allows(skipped, rows);
}

/// <summary>A count of rows that are not used.</summary>
internal sealed class SkippedRows
{
    private const int Named = 5;

    private readonly List<string> named = [];
    private readonly int[] counts = new int[Enum.GetValues<SkipReason>().Length];

    public int Count => counts.Sum();

    /// <summary>The first of them: "line 3: output is a number, expected a text".</summary>
    public IReadOnlyList<string> First => named;

    /// <summary>"3 malformed, 1 long"; empty if there are none.</summary>
    public string Reasons => string.Join(", ", Enum.GetValues<SkipReason>().Where(reason => CountOf(reason) > 0)
        .Select(reason => Invariant($"{CountOf(reason)} {reason.ToString().ToLowerInvariant()}")));

    public int CountOf(SkipReason reason) => counts[(int)reason];

    public void Add(SkipReason reason, long line, string problem)
    {
        counts[(int)reason]++;
        if (named.Count < Named)
        {
            named.Add(Invariant($"line {line}: {problem}"));
        }
    }

    /// <summary>The same count, to which others can be added.</summary>
    public SkippedRows Copy()
    {
        var copy = new SkippedRows();
        copy.named.AddRange(named);
        counts.CopyTo(copy.counts, 0);
        return copy;
    }

    /// <summary>Throws if too many rows are skipped, or all are.</summary>
    /// <param name="limit">How many may be.</param>
    /// <param name="rows">The number of rows, with those that are skipped.</param>
    /// <param name="name">The name of their file.</param>
    /// <exception cref="Gpt2Exception">They are; the message names the first of them.</exception>
    public void RequireFew(SkipLimit limit, int rows, string name)
    {
        if (Count > 0 && (Count == rows || !limit.Allows(Count, rows)))
        {
            string more = Count > Named ? Invariant($"; and {Count - Named} more") : "";
            throw new Gpt2Exception(Invariant($"{Count} of {Plural.Of(rows, "row")} cannot be used: {Reasons} ({string.Join("; ", named)}{more})"))
            {
                Where = name,
                Expected = Count == rows ? "one that can" : $"at most {limit.Text}",
                Remedy = Count == rows ? "fix them" : "fix them, or allow more with --max-skipped",
            };
        }
    }
}
