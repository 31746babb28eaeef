// A model's workbook in a temporary folder: written, changed as its user would, computed by LibreOffice, and compared with the trace.

using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Workbook;
using Gpt2.Cli.Workbook.Cells;
using Gpt2.Cli.Workbook.Start;
using Gpt2.Core;
using Gpt2.Core.Explaining;
using Gpt2.Core.Numerics;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Workbook;

internal sealed class WorkbookCase(LanguageModel model, int length, (int, int)? blocks = null) : IDisposable
{
    private const double Tolerance = 1e-4;

    private readonly TemporaryFolder folder = new();
    private static int files;

    public WorkbookPlan Plan { get; } = new(model.Config, length, blocks);

    private Gpt2.Core.Text.Vocabulary? Vocabulary => model.HasText ? model.Tokenizer.Vocabulary : null;

    /// <summary>Writes the workbook for a prompt.</summary>
    public string Write(params int[] ids)
    {
        string path = NewPath("model");
        using FileStream stream = File.Create(path);
        var content = new WorkbookContent(Plan, PassExplanation.Run(model.Model, ids), model.Name, Vocabulary, model.Shown);
        WorkbookFile.Write(stream, content, progress: null, CancellationToken.None);
        return path;
    }

    /// <summary>
    /// Copies a workbook and types a prompt into its first sheet: texts, ids as numbers, and what is neither. All other cells stay as they are.
    /// </summary>
    /// <returns>The path of the copy.</returns>
    public string Typed(string original, params object[] typed)
    {
        string path = NewPath("typed");
        File.Copy(original, path);
        using var document = SpreadsheetDocument.Open(path, isEditable: true);
        WorkbookPart workbook = document.WorkbookPart!;
        Sheet start = workbook.Workbook.Sheets!.Elements<Sheet>().First();
        Worksheet sheet = ((WorksheetPart)workbook.GetPartById(start.Id!)).Worksheet;
        Dictionary<string, Cell> cells = sheet.Descendants<Cell>().ToDictionary(cell => cell.CellReference!.Value!);
        for (int i = 0; i < length; i++)
        {
            Cell cell = cells[Reference.Local(Plan.Typed.RowAt(i))];
            cell.RemoveAllChildren();
            object? content = i < typed.Length ? typed[i] : null;
            cell.DataType = content switch
            {
                string => CellValues.InlineString,
                bool => CellValues.Boolean,
                null => null,
                _ => CellValues.Number,
            };
            OpenXmlElement[] children = content switch
            {
                null => [],
                string text => [new InlineString(new Text(text) { Space = SpaceProcessingModeValues.Preserve })],
                bool isTrue => [new CellValue(isTrue)],
                int number => [new CellValue(number)],
                double number => [new CellValue(number)],
                _ => throw new ArgumentException($"'{content}' cannot be typed", nameof(typed)),
            };
            cell.Append(children);
        }

        sheet.Save();
        return path;
    }

    /// <summary>Workbooks as LibreOffice computes them, also such of other cases: one start of the program takes all of them.</summary>
    public async Task<WorkbookCells[]> RecalculateAsync(params string[] paths) =>
        [.. (await LibreOffice.RecalculateAsync(paths, folder.PathOf("office"))).Select(WorkbookCells.Of)];

    /// <summary>Compares every matrix of the pass with the trace of a prompt, and checks that there is nothing where there is no token.</summary>
    /// <returns>Number of numbers compared.</returns>
    public int Compare(WorkbookCells cells, params int[] ids)
    {
        var pass = PassExplanation.Run(model.Model, ids);
        cells.Errors().Should().BeEmpty();
        int compared = 0;
        foreach (MatrixDescription matrix in Plan.Stages.SelectMany(stage => stage.Matrices))
        {
            Matrix numbers = pass.NumbersOf(matrix.Name);
            CellRange range = Plan.RangeOf(matrix.Name);
            bool areTokens = matrix.Columns == ColumnKind.HeadsAndTokens;
            for (int row = 0; row < range.Rows; row++)
            {
                for (int column = 0; column < range.Columns; column++)
                {
                    int head = column / length, token = column % length;
                    bool isThere = row < numbers.Rows && (!areTokens || token < ids.Length);
                    double? found = cells.Number(range.Part(row, column));
                    string what = $"{matrix.Name}[{row}, {column}] of [{string.Join(' ', ids)}]";
                    if (!isThere)
                    {
                        found.Should().BeNull(what);
                        continue;
                    }

                    float expected = numbers[row, areTokens ? (head * ids.Length) + token : column];
                    RequireClose(found, expected, what);
                    compared++;
                }
            }
        }

        foreach (MatrixDescription matrix in Plan.OverVocabulary)
        {
            ReadOnlySpan<float> numbers = pass.NumbersOf(matrix.Name).Row(0);
            for (int id = 0; id < numbers.Length; id++)
            {
                RequireClose(cells.Number(Plan.RangeOf(matrix.Name).Part(id, 0)), numbers[id], $"{matrix.Name}[{id}]");
                compared++;
            }
        }

        return compared;
    }

    /// <summary>The ids and tokens of the prompt, as the first sheet has them.</summary>
    public (int Id, string Token)[] PromptIn(WorkbookCells cells) =>
        [.. Enumerable.Range(0, length).Where(i => cells.Number(Plan.Ids.RowAt(i)) is not null)
            .Select(i => ((int)cells.Number(Plan.Ids.RowAt(i))!.Value, cells.Text(Plan.Tokens.RowAt(i))))];

    /// <summary>What the first sheet says about a typed text.</summary>
    public string MeaningIn(WorkbookCells cells, int i) => cells.Text(Plan.Typed.RowAt(i).Part(0, 1));

    /// <summary>The line about the next token.</summary>
    public static string AnswerIn(WorkbookCells cells) => cells.Text(new CellRange(WorkbookPlan.StartSheet, StartLayout.AnswerRow, 0));

    /// <summary>The most probable tokens, in their order.</summary>
    public static int[] TopIn(WorkbookCells cells, int count) =>
        [.. Enumerable.Range(0, count)
            .Select(k => (int)cells.Number(new CellRange(WorkbookPlan.StartSheet, StartLayout.FirstRow + k, StartLayout.NextIdColumn))!.Value)];

    public void Dispose() => folder.Dispose();

    /// <summary>A path whose file name no other workbook has, so that LibreOffice can save all of them in one folder.</summary>
    private string NewPath(string name) => folder.PathOf(FormattableString.Invariant($"{name}{Interlocked.Increment(ref files)}.xlsx"));

    private static void RequireClose(double? found, float expected, string what)
    {
        // Not with FluentAssertions for each of a hundred thousand numbers.
        if (!(found is double number && Math.Abs(number - expected) <= Tolerance * Math.Max(1, Math.Abs(expected))))
        {
            Assert.Fail(FormattableString.Invariant($"{what} is '{found}', expected {expected}"));
        }
    }
}
