// What formulas of several sheets have in common, such as that nothing is shown where there is no token. A cell or a range is given as the
// reference by which the formula knows it.

using Gpt2.Cli.Workbook.Cells;
using static System.FormattableString;

namespace Gpt2.Cli.Workbook;

/// <summary>Writes parts of formulas.</summary>
internal static class FormulaText
{
    /// <summary>What a message about a wrong input begins with.</summary>
    public const string Wrong = "\u2717";

    /// <summary>Nothing if a cell is empty or has an empty text, otherwise what a formula says.</summary>
    public static string UnlessEmpty(string cell, string formula) => $"IF({cell}=\"\",\"\",{formula})";

    /// <summary>Nothing if there is no prompt, or a wrong one, otherwise what a formula says.</summary>
    public static string IfThereIsAPrompt(string formula) => $"IF({WorkbookPlan.Count}=0,\"\",{formula})";

    /// <summary>The condition that a cell has a message about a wrong input; of a range, one for each cell.</summary>
    public static string IsWrong(string cells) => $"LEFT({cells},1)=\"{Wrong}\"";

    /// <summary>The condition that the first cell of a column has such a message, for a conditional format of all of them.</summary>
    public static string FirstIsWrong(CellRange column) => IsWrong(Reference.Local(column.RowAt(0), Absolute.Column));

    /// <summary>What a typed cell has: nothing, an error, or what a formula says.</summary>
    public static string MeaningOf(string typed, string formula) => $"IF(ISERROR({typed}),\"{Wrong} an error\",{UnlessEmpty(typed, formula)})";

    /// <summary>Whether a typed number is an id; what a formula says if it is no number. For some programs, TRUE is one.</summary>
    public static string MeaningOfNumber(string typed, int vocabulary, string otherwise) => Invariant(
        $"IF(AND(ISNUMBER({typed}),NOT(ISLOGICAL({typed}))),IF(AND({typed}>=0,{typed}<{vocabulary},{typed}=INT({typed})),\"an id\",")
        + Invariant($"\"{Wrong} not an id: 0 to {vocabulary - 1}\"),{otherwise})");
}
