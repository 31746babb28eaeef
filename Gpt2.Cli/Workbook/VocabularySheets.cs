// The sheets of the vocabulary: its tokens, and the merges as they are in vocab.bpe.

using System.Text;
using System.Text.Unicode;
using Gpt2.Cli.Workbook.Cells;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Workbook;

/// <summary>Writes tokens and merges.</summary>
internal static class VocabularySheets
{
    /// <summary>In both sheets the first column is the id or the rank.</summary>
    private const int NumberColumn = 0, WrittenColumn = 1, ShownColumn = 2, TypedColumn = 3;

    public static SheetLook Look { get; } = new(WorkbookPlan.ListRow, 1, Palette.TextTab, [8, 22, 22, 22], 12);

    /// <summary>The ids of the tokens.</summary>
    public static CellRange Ids(Vocabulary vocabulary) => Column(WorkbookPlan.VocabularySheet, NumberColumn, vocabulary.TokenCount);

    /// <summary>The tokens that merges make, in the byte alphabet, as vocab.bpe has them.</summary>
    public static CellRange Written(Vocabulary vocabulary) => Column(WorkbookPlan.VocabularySheet, WrittenColumn, vocabulary.EndOfText);

    /// <summary>The tokens as one types them; empty if that is not possible.</summary>
    public static CellRange Typed(Vocabulary vocabulary) => Column(WorkbookPlan.VocabularySheet, TypedColumn, vocabulary.TokenCount);

    /// <summary>The ranks of the merges.</summary>
    public static CellRange Ranks(Vocabulary vocabulary) => Column(WorkbookPlan.MergesSheet, NumberColumn, vocabulary.Merges.Count);

    /// <summary>The merges: two tokens with a space between them.</summary>
    public static CellRange Pairs(Vocabulary vocabulary) => Column(WorkbookPlan.MergesSheet, WrittenColumn, vocabulary.Merges.Count);

    /// <summary>A token as one types it into a cell; null if that is not possible.</summary>
    public static string? TypedFormOf(Vocabulary vocabulary, int id)
    {
        ReadOnlySpan<byte> bytes = vocabulary.BytesOf(id); // none of an id without a token
        string text = Encoding.UTF8.GetString(bytes);
        bool isShort = text.Length is > 0 and <= SheetText.Longest;
        return isShort && Utf8.IsValid(bytes) && !text.Any(c => char.IsControl(c) && c != '\n') ? text : null;
    }

    public static void WriteTokens(Vocabulary vocabulary, Func<int, string> tokenLabel, SheetWriter sheet)
    {
        WriteTop(
            sheet, "vocabulary", "Every token with its id: as vocab.bpe writes it, with \u0120 for a space; in quotes; and as you type it.",
            "id", "in vocab.bpe", "token", "typed");
        for (int id = 0; id < vocabulary.TokenCount; id++)
        {
            sheet.Row(WorkbookPlan.ListRow + id);
            sheet.Number(NumberColumn, id, CellLook.RowHeader);
            sheet.Text(WrittenColumn, vocabulary.WrittenForm(id), CellLook.Token);
            sheet.Text(ShownColumn, tokenLabel(id), CellLook.Token);
            if (TypedFormOf(vocabulary, id) is string typed)
            {
                sheet.Text(TypedColumn, typed, CellLook.Normal);
            }
        }
    }

    public static void WriteMerges(Vocabulary vocabulary, SheetWriter sheet)
    {
        WriteTop(sheet, "merges", "The lines of vocab.bpe: two pieces that are joined; the lower the rank, the sooner.", "rank", "pair", "becomes");
        for (int rank = 0; rank < vocabulary.Merges.Count; rank++)
        {
            Merge merge = vocabulary.Merges[rank];
            sheet.Row(WorkbookPlan.ListRow + rank);
            sheet.Number(NumberColumn, rank, CellLook.RowHeader);
            sheet.Text(WrittenColumn, $"{vocabulary.WrittenForm(merge.Left)} {vocabulary.WrittenForm(merge.Right)}", CellLook.Token);
            sheet.Text(ShownColumn, vocabulary.WrittenForm(256 + rank), CellLook.Normal);
        }
    }

    private static void WriteTop(SheetWriter sheet, string title, string words, params string[] columns)
    {
        sheet.Title(title, WorkbookPlan.Start);
        sheet.Text(1, words, CellLook.Words);
        sheet.Row(WorkbookPlan.ListRow - 1);
        for (int column = 0; column < columns.Length; column++)
        {
            sheet.Text(column, columns[column], column == 0 ? CellLook.ColumnHeader : CellLook.GroupHeader);
        }
    }

    private static CellRange Column(string sheet, int column, int rows) => new(sheet, WorkbookPlan.ListRow, column, rows, 1);
}
