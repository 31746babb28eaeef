// What a workbook would be too large for: the columns and rows of Excel, and the patience of its user.

using Gpt2.Cli.Workbook.Cells;
using Gpt2.Core;
using static System.FormattableString;

namespace Gpt2.Cli.Workbook;

/// <summary>Refuses workbooks that no program opens.</summary>
internal static class WorkbookSize
{
    /// <summary>The largest file that is written, in bytes.</summary>
    public const long Largest = 100_000_000;

    // What a cell takes in the compressed file, measured; a weight with nine digits takes more, one with seven less.
    private const double BytesOfWeight = 8.2, BytesOfFormula = 9;

    /// <summary>The size that a workbook will have, in bytes, within a quarter.</summary>
    public static long Of(WorkbookPlan plan)
    {
        (long weights, long formulas) = plan.Cells();
        return (long)((weights * BytesOfWeight) + (formulas * BytesOfFormula));
    }

    /// <exception cref="Gpt2Exception">The workbook would be too large.</exception>
    public static void Require(WorkbookPlan plan, string model)
    {
        (long columns, long rows) = (plan.Widest, plan.Tallest);
        if (columns > Reference.MostColumns || rows > Reference.MostRows)
        {
            throw new Gpt2Exception(columns > Reference.MostColumns
                ? Invariant($"a table would have {columns:N0} columns") : Invariant($"a sheet would have {rows:N0} rows"))
            {
                Where = model,
                Expected = Invariant($"at most {Reference.MostColumns:N0} columns and {Reference.MostRows:N0} rows, which is what Excel has"),
                Remedy = "a smaller --length",
            };
        }

        long size = Of(plan);
        if (size > Largest)
        {
            var one = new WorkbookPlan(plan.Config, plan.Length, (0, 0));
            string remedy = plan.Blocks is (int first, int last) && first < last ? "fewer blocks"
                : Of(one) <= Largest && plan.IsWholeModel ? Invariant($"--blocks 0 writes one block, about {Of(one) / 1e6:0} MB")
                : "a smaller model, or a shorter prompt";
            throw new Gpt2Exception(Invariant($"the workbook would have about {size / 1e6:N0} MB"))
            {
                Where = model,
                Expected = Invariant($"at most {Largest / 1e6:0} MB, since spreadsheet programs keep all of it in memory"),
                Remedy = remedy,
            };
        }
    }
}
