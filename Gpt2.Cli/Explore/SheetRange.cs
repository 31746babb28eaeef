// A rectangle of a sheet, as requests name it: rows r0 to r1 and columns c0 to c1, the last ones excluded.

using System.Globalization;
using Gpt2.Cli.Http;
using Gpt2.Core;
using Microsoft.AspNetCore.Http;
using static System.FormattableString;

namespace Gpt2.Cli.Explore;

/// <summary>Rows [<paramref name="Row"/>, <paramref name="RowEnd"/>) and columns [<paramref name="Column"/>, <paramref name="ColumnEnd"/>).</summary>
internal readonly record struct SheetRange(int Row, int RowEnd, int Column, int ColumnEnd)
{
    public int Rows => RowEnd - Row;

    public int Columns => ColumnEnd - Column;

    public long Count => (long)Rows * Columns;

    /// <summary>Reads a range from a query. What is absent is the sheet's edge.</summary>
    /// <exception cref="ApiException">It is not within the sheet, or empty.</exception>
    public static SheetRange Read(IQueryCollection query, Sheet sheet) => Read(query, sheet.Matrix.Rows, sheet.Matrix.Columns);

    /// <summary>The same of numbers that are no sheet.</summary>
    /// <exception cref="ApiException">It is not within them, or empty.</exception>
    public static SheetRange Read(IQueryCollection query, int rows, int columns)
    {
        int row = Whole(query, "r0", 0, rows - 1, 0), column = Whole(query, "c0", 0, columns - 1, 0);
        return new SheetRange(row, Whole(query, "r1", row + 1, rows, rows), column, Whole(query, "c1", column + 1, columns, columns));
    }

    /// <summary>The numbers that a query asks for with of=before, of=difference, or of=after, which may be left out.</summary>
    /// <exception cref="ApiException">It is something else.</exception>
    public static SheetVersion VersionOf(IQueryCollection query) => query["of"].ToString() switch
    {
        "" or "after" => SheetVersion.After,
        "before" => SheetVersion.Before,
        "difference" => SheetVersion.Difference,
        string other => throw ApiException.BadValue("of", $"'{VisibleText.Brief(other)}'", "after, before or difference"),
    };

    /// <summary>A whole number of a query, within inclusive bounds.</summary>
    /// <exception cref="ApiException">It is something else.</exception>
    public static int Whole(IQueryCollection query, string name, int least, int most, int standard)
    {
        string? given = query[name];
        if (given is null)
        {
            return standard;
        }

        return int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw ApiException.BadValue(name, $"'{VisibleText.Brief(given)}'", Invariant($"a whole number from {least} to {most}"));
    }
}
