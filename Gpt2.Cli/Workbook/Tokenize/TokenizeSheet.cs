// The sheet where typed texts become tokens. On top, what each text is; below, pass by pass, how byte-pair encoding joins the pieces of a
// short text: of all neighbours in a word that are in the merges, those with the lowest rank. What is written here is what the cells show before
// anything is computed; TokenizeFormulas has their formulas.

using Gpt2.Cli.Workbook.Cells;
using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Cli.Workbook.Tokenize;

/// <summary>What is typed into a cell: a text, or an id if the token has none that can be typed.</summary>
internal sealed record TypedToken(string? Text, int Id)
{
    /// <summary>What the sheets say it is.</summary>
    public string Meaning => Text is null ? "an id" : "a token";
}

/// <summary>Writes the sheet.</summary>
/// <param name="plan">Where everything is.</param>
/// <param name="vocabulary">The vocabulary.</param>
internal sealed class TokenizeSheet(WorkbookPlan plan, Vocabulary vocabulary)
{
    private const int Longest = TokenizeLayout.LongestText;

    private readonly TokenizeLayout layout = new(plan.Length);
    private readonly TokenizeFormulas formulas = new(plan, vocabulary);

    public static SheetLook Look { get; } = new(WorkbookPlan.ListRow, WorkbookPlan.FirstColumn, Palette.TextTab, [5, 20, 40], 9);

    /// <summary>Writes the sheet.</summary>
    /// <param name="typed">What is typed when the workbook is opened: texts and ids.</param>
    /// <param name="sheet">Where to write.</param>
    public void Write(IReadOnlyList<TypedToken> typed, SheetWriter sheet)
    {
        sheet.Title("tokenize: from what you type to tokens", WorkbookPlan.Start);
        sheet.Text(
            2, "Change the yellow cells of the first sheet. A text that is a token is that token; a short one is split as below, word by word.",
            CellLook.Words);
        sheet.Row(WorkbookPlan.ListRow - 1);
        IEnumerable<string> ids = Enumerable.Range(1, Longest).Select(i => Invariant($"id {i}"));
        string[] headers = ["", "text", "what it is", "as a whole", "tokens", "before it", .. ids];
        for (int column = 0; column < headers.Length; column++)
        {
            bool isText = column is TokenizeLayout.TextColumn or TokenizeLayout.MeaningColumn;
            sheet.Text(column, headers[column], isText ? CellLook.GroupHeader : CellLook.ColumnHeader);
        }

        for (int i = 0; i < plan.Length; i++)
        {
            WriteTop(i, i < typed.Count ? typed[i] : null, Math.Min(i, typed.Count), sheet);
        }

        for (int i = 0; i < plan.Length; i++)
        {
            WriteSection(i, i < typed.Count ? typed[i].Text : null, sheet);
        }

        sheet.Colours.Warn(layout.Meanings, FormulaText.FirstIsWrong(layout.Meanings));
    }

    private void WriteTop(int i, TypedToken? typed, int before, SheetWriter sheet)
    {
        int row = WorkbookPlan.ListRow + i;
        sheet.Row(row);
        sheet.Number(0, i + 1, CellLook.Link);
        sheet.Link(row, 0, new CellRange(sheet.Name, layout.SectionOf(i).Heading, 0));
        sheet.Formula(TokenizeLayout.TextColumn, formulas.Text(i), typed?.Text ?? "", CellLook.Token);
        sheet.Formula(TokenizeLayout.MeaningColumn, formulas.Meaning(i), typed?.Meaning ?? "", CellLook.Normal);
        sheet.Formula(TokenizeLayout.OneTokenColumn, formulas.OneTokenId(i), typed?.Text is null ? CachedValue.Nothing : typed.Id, CellLook.Integer);
        sheet.Formula(TokenizeLayout.CountColumn, formulas.Count(i), typed is null ? 0 : 1, CellLook.Integer);
        sheet.Formula(TokenizeLayout.OffsetColumn, formulas.Offset(i), before, CellLook.Integer);
        for (int k = 0; k < Longest; k++)
        {
            CachedValue id = k == 0 && typed is not null ? typed.Id : CachedValue.Nothing;
            sheet.Formula(TokenizeLayout.FirstIdColumn + k, formulas.Id(i, k), id, CellLook.Integer);
        }
    }

    /// <summary>The section of a text: where its words begin, the passes, then its tokens and their ids.</summary>
    private void WriteSection(int i, string? typed, SheetWriter sheet)
    {
        TextSection section = layout.SectionOf(i);
        bool isSplit = typed is { Length: > 0 and <= Longest };
        sheet.Row(section.Heading, 20);
        sheet.Number(0, i + 1, CellLook.Heading);
        string heading = typed is null ? "" : isSplit ? $"\"{typed}\"" : "too long to split";
        sheet.Formula(TokenizeLayout.LabelColumn, formulas.Heading(i), heading, CellLook.Heading);
        sheet.Empty(TokenizeLayout.LowestRankColumn, CellLook.Heading, 1 + Longest);
        sheet.Row(section.Numbers);
        sheet.Text(TokenizeLayout.LowestRankColumn, "lowest rank", CellLook.ColumnHeader);
        for (int k = 0; k < Longest; k++)
        {
            sheet.Number(TokenizeLayout.FirstPieceColumn + k, k + 1, CellLook.ColumnHeader);
        }

        EncodingPass[] passes = EncodingPass.Of(isSplit ? typed : null, vocabulary);
        var rows = new SectionRows(section, sheet);
        WriteWords(i, section, passes.Length == 0 ? "" : typed!, rows);
        for (int pass = 0; pass < Longest; pass++)
        {
            WritePass(i, pass, passes.ElementAtOrDefault(pass), rows);
        }

        EncodingPass? last = passes.LastOrDefault();
        rows.Write(section.Tokens, "tokens", last is not null, CellLook.Piece, k => (formulas.Token(i, k), last?.PieceAt(k) ?? ""));
        rows.Write(section.Ids, "ids", last is not null, CellLook.Integer, k => (formulas.TokenId(i, k), CachedValue.Of(last?.IdAt(k))));
    }

    private void WriteWords(int i, TextSection section, string shown, SectionRows rows)
    {
        int[] begins = WordBeginnings.Of(shown);
        rows.Write(
            section.Kinds, "kind", shown.Length > 0, CellLook.Piece,
            k => (formulas.Kind(i, k), k < shown.Length ? WordBeginnings.KindOf(shown[k]) : ""));
        rows.Write(
            section.Begins, "begins a word", shown.Length > 0, CellLook.Integer,
            k => (formulas.Begins(i, k), k < shown.Length ? begins[k] : CachedValue.Nothing));
    }

    private void WritePass(int i, int pass, EncodingPass? shown, SectionRows rows)
    {
        TextSection section = layout.SectionOf(i);
        bool isInUse = shown is not null;
        rows.Write(
            section.Pieces(pass), Invariant($"pass {pass + 1}: pieces"), isInUse, CellLook.Piece,
            k => (formulas.Piece(i, pass, k), shown?.PieceAt(k) ?? ""));
        rows.WriteLabel(section.Ranks(pass), "rank with the next", isInUse);
        rows.Sheet.Formula(TokenizeLayout.LowestRankColumn, formulas.LowestRank(i, pass), CachedValue.Of(shown?.LowestRank), CellLook.Integer);
        rows.WriteCells(Longest - 1, CellLook.Integer, k => (formulas.Rank(i, pass, k), CachedValue.Of(shown?.RankAt(k))));
        rows.Write(
            section.Becomes(pass), "becomes piece", isInUse, CellLook.Integer,
            k => (formulas.Becomes(i, pass, k), CachedValue.Of(shown?.NextPieceAt(k))));
    }

    /// <summary>Writes rows of a section: a label if the row is in use, and a cell for each piece or character.</summary>
    private sealed record SectionRows(TextSection Section, SheetWriter Sheet)
    {
        public void Write(int row, string label, bool isInUse, CellLook look, Func<int, (string Formula, CachedValue Cached)> cellOf)
        {
            WriteLabel(row, label, isInUse);
            WriteCells(Longest, look, cellOf);
        }

        public void WriteLabel(int row, string label, bool isInUse)
        {
            Sheet.Row(row);
            Sheet.Formula(TokenizeLayout.LabelColumn, TokenizeFormulas.Label(Section, row, label), isInUse ? label : "", CellLook.Words);
        }

        public void WriteCells(int count, CellLook look, Func<int, (string Formula, CachedValue Cached)> cellOf)
        {
            for (int k = 0; k < count; k++)
            {
                (string formula, CachedValue cached) = cellOf(k);
                Sheet.Formula(TokenizeLayout.FirstPieceColumn + k, formula, cached, look);
            }
        }
    }
}
