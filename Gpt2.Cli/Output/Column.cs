// A column of a table, and how it adapts to a narrow screen.

namespace Gpt2.Cli.Output;

/// <summary>What happens to a cell that is too long.</summary>
internal enum Flow
{
    /// <summary>The cell is shown whole.</summary>
    Whole,

    /// <summary>The cell continues on the next line, broken between words.</summary>
    Wrap,

    /// <summary>The same, but broken only at two spaces, which separate items that may contain single spaces.</summary>
    WrapItems,

    /// <summary>The end is replaced by an ellipsis.</summary>
    Cut,
}

/// <param name="Heading">The heading; empty for none.</param>
/// <param name="Right">Whether the column is right-aligned, as for numbers.</param>
/// <param name="Drop">
/// 0 for a column that is essential and always stays; of the others, the highest is dropped first.
/// </param>
/// <param name="Short">The heading on a narrow screen; null for the same.</param>
/// <param name="Flow">What happens to long cells on a screen. In files and pipes they are whole.</param>
/// <param name="Least">The minimum width: what later rows will need, if that is known.</param>
internal sealed record Column(string Heading, bool Right = false, int Drop = 0, string? Short = null, Flow Flow = Flow.Whole, int Least = 0)
{
    /// <summary>
    /// A value of <see cref="Drop"/>: bars and other decoration, which are dropped before anything else changes.
    /// </summary>
    public const int Decoration = 9;

    /// <summary>Where a cell that wraps may be broken; null for one that does not wrap.</summary>
    public string? Separator => Flow switch { Flow.Wrap => " ", Flow.WrapItems => "  ", _ => null };

    /// <summary>A right-aligned column.</summary>
    public static Column Number(string heading, int drop = 0, string? brief = null, int least = 0) =>
        new(heading, Right: true, drop, brief, Least: least);
}

/// <summary>A cell: its text and, on a screen with colours, its style.</summary>
internal readonly record struct Cell(string Text, Spectre.Console.Style? Style = null)
{
    public static implicit operator Cell(string text) => new(text);
}
