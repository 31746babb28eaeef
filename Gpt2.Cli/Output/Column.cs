// A column of a table, and what may happen to it where the screen is narrow.

namespace Gpt2.Cli.Output;

/// <summary>What a column does with a cell that has no room.</summary>
internal enum Flow
{
    /// <summary>The cell is shown whole.</summary>
    Whole,

    /// <summary>It goes on in a further line, broken between words.</summary>
    Wrap,

    /// <summary>The same, broken only where two spaces part what may itself hold a space.</summary>
    WrapItems,

    /// <summary>Its end gives way to an ellipsis.</summary>
    Cut,
}

/// <summary>A column.</summary>
/// <param name="Heading">Its heading; empty for none.</param>
/// <param name="Right">Whether it is right-aligned, as numbers are.</param>
/// <param name="Drop">0 for a column that carries the answer and always stays; of the others the highest is left out first.</param>
/// <param name="Short">The heading where the screen is narrow; null for the same.</param>
/// <param name="Flow">What becomes of long cells on a screen. In files and pipes they are whole.</param>
/// <param name="Least">Its least width: what later rows will need, where that is known.</param>
internal sealed record Column(string Heading, bool Right = false, int Drop = 0, string? Short = null, Flow Flow = Flow.Whole, int Least = 0)
{
    /// <summary>For <see cref="Drop"/>: bars and other decoration, which goes before anything else changes.</summary>
    public const int Decoration = 9;

    /// <summary>Where a cell that wraps may be broken; null for one that does not wrap.</summary>
    public string? Separator => Flow switch { Flow.Wrap => " ", Flow.WrapItems => "  ", _ => null };

    /// <summary>A right-aligned column.</summary>
    public static Column Number(string heading, int drop = 0, string? brief = null, int least = 0) => new(heading, Right: true, drop, brief, Least: least);
}

/// <summary>A cell: its text and, on a screen with colours, its style.</summary>
internal readonly record struct Cell(string Text, Spectre.Console.Style? Style = null)
{
    public static implicit operator Cell(string text) => new(text);
}
