// Where things are in the first sheet: three tables side by side, with the prompt, its tokens, and what comes next; below them a list of the sheets.

using Gpt2.Cli.Workbook.Cells;

namespace Gpt2.Cli.Workbook.Start;

/// <summary>The rows and columns of the first sheet.</summary>
internal static class StartLayout
{
    public const int TitleRow = 0, SizesRow = 1, AdviceRow = 2, AnswerRow = 3, HeadingRow = 5, CountRow = 6, HeaderRow = 7;

    /// <summary>The first row of the three tables.</summary>
    public const int FirstRow = 8;

    /// <summary>The prompt: a number, what is typed, and what that is.</summary>
    public const int NumberColumn = 0, TypedColumn = 1, MeaningColumn = 2;

    /// <summary>Its tokens.</summary>
    public const int PositionColumn = 4, IdColumn = 5, TokenColumn = 6;

    /// <summary>What comes next.</summary>
    public const int RankColumn = 8, NextColumn = 9, ProbabilityColumn = 10, LogitColumn = 11, NextIdColumn = 12;

    /// <summary>Tokens in the table of what comes next.</summary>
    public const int Candidates = 10;

    public static SheetLook Look { get; } = new(0, 0, Palette.StartTab, [5, 22, 38, 3, 9, 8, 18, 3, 5, 22, 12, 10, 8], 9);

    /// <summary>The first row of the list of sheets.</summary>
    /// <param name="length">The longest prompt.</param>
    public static int ContentsRow(int length) => FirstRow + Math.Max(length, Candidates) + 2;
}
