// The sheet where typed texts become tokens. On top, what each text is; below, pass by pass, how byte-pair encoding joins the pieces of a
// short text: of all neighbours that are in the merges, those with the lowest rank.

using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Cli.Workbook;

/// <summary>Writes the sheet.</summary>
/// <param name="plan">Where everything is.</param>
/// <param name="vocabulary">The vocabulary.</param>
internal sealed class TokenizeSheet(WorkbookPlan plan, Vocabulary vocabulary)
{
    /// <summary>The longest text that is split, in characters.</summary>
    public const int LongestText = 12;

    private const int PassRows = 3;

    // Columns of the table on top.
    private const int TextColumn = 1, MeaningColumn = 2, WholeColumn = 3, CountColumn = 4, OffsetColumn = 5, FirstId = 6;

    // Columns of the passes: what the row is, the rank of the pass, the pieces.
    private const int LabelColumn = 1, BestColumn = 2, FirstPiece = 3;

    private const string Written = "Ġ", LineEnd = "Ċ";

    /// <summary>Before the first piece of every word but the first, so that a reader sees the words and no merge crosses their beginnings.</summary>
    private const string WordMark = "\u2502";

    /// <summary>Files name functions that came with Excel 2013 or later like this; the program shows UNICODE.</summary>
    private const string Unicode = "_xlfn.UNICODE";

    public static SheetLook Look { get; } = new(WorkbookPlan.ListRow, WorkbookPlan.FirstColumn, Palette.TextTab, [5, 20, 34], 9);

    /// <summary>What each typed text is, for the first sheet.</summary>
    public Place Meanings => Top(MeaningColumn);

    /// <summary>The number of tokens of each.</summary>
    public Place Counts => Top(CountColumn);

    /// <summary>The number of tokens before each.</summary>
    public Place Offsets => Top(OffsetColumn);

    /// <summary>The ids of each.</summary>
    public Place Ids => new(WorkbookPlan.TokenizeSheet, WorkbookPlan.ListRow, FirstId, plan.Length, LongestText);

    /// <summary>Writes the sheet.</summary>
    /// <param name="typed">What is typed when the workbook is opened: texts and ids.</param>
    /// <param name="sheet">Where to write.</param>
    public void Write(IReadOnlyList<TypedToken> typed, SheetWriter sheet)
    {
        sheet.Head("tokenize: from what you type to tokens");
        sheet.Text(
            2, "Change the yellow cells of the first sheet. A text that is a token is that token; a short one is split into words, and these as below.",
            CellLook.Words);
        sheet.Row(WorkbookPlan.ListRow - 1);
        IEnumerable<string> ids = Enumerable.Range(1, LongestText).Select(i => Invariant($"id {i}"));
        string[] heads = ["", "text", "what it is", "as a whole", "tokens", "before it", .. ids];
        for (int column = 0; column < heads.Length; column++)
        {
            sheet.Text(column, heads[column], column is TextColumn or MeaningColumn ? CellLook.GroupHead : CellLook.ColumnHead);
        }

        for (int i = 0; i < plan.Length; i++)
        {
            WriteTop(i, i < typed.Count ? typed[i] : null, Math.Min(i, typed.Count), sheet);
        }

        for (int i = 0; i < plan.Length; i++)
        {
            WritePasses(i, i < typed.Count ? typed[i].Text : null, sheet);
        }

        sheet.Warn(Meanings, Invariant($"LEFT({A1.Cell(WorkbookPlan.ListRow, MeaningColumn, Fixed.Column)},1)=\"{StartSheet.Wrong}\""));
    }

    private void WriteTop(int i, TypedToken? typed, int before, SheetWriter sheet)
    {
        int row = WorkbookPlan.ListRow + i;
        string source = A1.From(sheet.Name, plan.Typed.RowAt(i), Fixed.Both), text = A1.Cell(row, TextColumn, Fixed.Column);
        string whole = A1.Cell(row, WholeColumn, Fixed.Column), ids = A1.Range(Ids.RowAt(i), Fixed.Column);
        string isId = $"AND({source}>=0,{source}<{plan.Config.Vocabulary},{source}=INT({source}))";
        string noToken = $"{StartSheet.Wrong} too long: {LongestText} characters in a cell";
        sheet.Row(row);
        sheet.Number(0, i + 1, CellLook.Link);
        sheet.Link(row, 0, HeadOf(i));
        sheet.Formula(TextColumn, $"IF(ISTEXT({source}),{source},\"\")", typed?.Text ?? "", CellLook.Token);
        sheet.Formula(
            MeaningColumn,
            $"IF(ISERROR({source}),\"{StartSheet.Wrong} an error\",IF({source}=\"\",\"\","
            + $"IF(ISNUMBER({source}),IF({isId},\"id\",\"{StartSheet.Wrong} no id: 0 to {plan.Config.Vocabulary - 1}\"),"
            + $"IF({text}=\"\",\"{StartSheet.Wrong} neither text nor number\",IF({whole}>=0,\"a token\",IF(LEN({text})>{LongestText},\"{noToken}\","
            + $"IF(COUNTIF({ids},\"<0\")>0,\"{StartSheet.Wrong} not in ASCII, and no token\","
            + $"COUNT({ids})&\" tokens\"&IF({Count($"\" \"&{text}", sheet.Name)}>0,\"; with a space before it, one\",\"\"))))))))",
            typed is null ? "" : typed.Text is null ? "id" : "a token", CellLook.Normal);
        sheet.Formula(
            WholeColumn,
            $"IF({text}=\"\",\"\",{IdOf(text, VocabularySheets.Typed(vocabulary), sheet.Name)})", typed?.Text is null ? Shown.Nothing : typed.Id,
            CellLook.Whole);
        sheet.Formula(
            CountColumn, $"IF(LEFT({A1.Cell(row, MeaningColumn, Fixed.Column)},1)=\"{StartSheet.Wrong}\",0,COUNT({ids}))", typed is null ? 0 : 1,
            CellLook.Whole);
        sheet.Formula(
            OffsetColumn, i == 0 ? "0" : $"{A1.Cell(row - 1, OffsetColumn)}+{A1.Cell(row - 1, CountColumn)}", before, CellLook.Whole);
        for (int k = 0; k < LongestText; k++)
        {
            string split = A1.Cell(Pass(i, LongestText).Row + 1, FirstPiece + k);
            sheet.Formula(
                FirstId + k,
                k == 0
                    ? $"IF(ISNUMBER({source}),{source},IF({text}=\"\",\"\",IF({whole}>=0,{whole},{split})))"
                    : $"IF({text}=\"\",\"\",IF({whole}>=0,\"\",{split}))",
                k == 0 && typed is not null ? typed.Id : Shown.Nothing, CellLook.Whole);
        }
    }

    /// <summary>The passes of one text: three rows for each, then its tokens and their ids.</summary>
    private void WritePasses(int i, string? typed, SheetWriter sheet)
    {
        int head = HeadOf(i).Row;
        string text = A1.Cell(WorkbookPlan.ListRow + i, TextColumn, Fixed.Both);
        bool isSplit = typed is { Length: > 0 and <= LongestText };
        sheet.Row(head, 20);
        sheet.Number(0, i + 1, CellLook.Heading);
        sheet.Formula(
            LabelColumn, $"IF({text}=\"\",\"\",IF(LEN({text})>{LongestText},\"too long to split\",\"\"\"\"&{text}&\"\"\"\"))",
            typed is null ? "" : isSplit ? $"\"{typed}\"" : "too long to split", CellLook.Heading);
        sheet.Empty(BestColumn, CellLook.Heading, FirstPiece + LongestText - BestColumn);
        sheet.Row(head + 1);
        sheet.Text(BestColumn, "lowest rank", CellLook.ColumnHead);
        for (int k = 0; k < LongestText; k++)
        {
            sheet.Number(FirstPiece + k, k + 1, CellLook.ColumnHead);
        }

        WordFormulas words = WordsOf(i);
        string? split = isSplit ? typed : null;
        WriteRow(head + 2, head + 2, "kind", isSplit, k => words.Kind(k, split), CellLook.ColumnHead, sheet);
        WriteRow(head + 3, head + 2, "contraction", isSplit, k => words.Contraction(k, split), CellLook.ColumnHead, sheet);
        WriteRow(head + 4, head + 2, "begins a word", isSplit, k => words.Beginning(k, split), CellLook.ColumnHead, sheet);
        EncodingPass[] passes = EncodingPass.Of(split, vocabulary);
        for (int pass = 0; pass < LongestText; pass++)
        {
            WritePass(i, pass, passes.ElementAtOrDefault(pass), sheet);
        }

        int first = Pass(i, 0).Row, last = Pass(i, LongestText).Row;
        EncodingPass? done = passes.LastOrDefault();
        string bests = A1.Range(new Place("", first, BestColumn, last - first, 1), Fixed.Both);
        WriteRow(last, last, "tokens", done is not null, k =>
        {
            string column = A1.Range(new Place("", first, FirstPiece + k, last - first, 1), Fixed.Row);
            string piece = PieceOf($"INDEX({column},{PassRows}*COUNT({bests})+1)");
            return ($"IF({text}=\"\",\"\",{piece})", done?.PieceAt(k) ?? "");
        }, CellLook.Piece, sheet);
        WriteRow(last + 1, last, "ids", done is not null, k =>
        {
            string piece = A1.Cell(last, FirstPiece + k);
            string formula = $"IF({piece}=\"\",\"\",{IdOf(piece, VocabularySheets.Written(vocabulary), sheet.Name)})";
            return (formula, done?.IdAt(k) is int id ? id : Shown.Nothing);
        }, CellLook.Whole, sheet);
    }

    private void WritePass(int i, int pass, EncodingPass? shown, SheetWriter sheet)
    {
        WordFormulas words = WordsOf(i);
        int pieces = Pass(i, pass).Row, ranks = pieces + 1, places = pieces + 2, before = pieces - PassRows;
        string best = A1.Cell(ranks, BestColumn, Fixed.Column);
        WriteRow(pieces, pieces, Invariant($"pass {pass + 1}: pieces"), shown is not null, k =>
        {
            string number = A1.Cell(HeadOf(i).Row + 1, FirstPiece + k, Fixed.Row);
            return (pass == 0 ? FirstPieces(words, k) : NextPieces(before, number), shown?.PieceAt(k) ?? "");
        }, CellLook.Piece, sheet);

        sheet.Row(ranks);
        WriteLabel(pieces, "rank with the next", shown is not null, sheet);
        Place pairs = new("", ranks, FirstPiece, 1, LongestText - 1);
        string range = A1.Range(pairs, Fixed.Column);
        sheet.Formula(
            BestColumn, $"IF(COUNTIF({range},\">=0\")=0,\"\",SMALL({range},COUNTIF({range},\"<0\")+1))",
            shown?.LowestRank is int rank ? rank : Shown.Nothing, CellLook.Whole);
        for (int k = 0; k + 1 < LongestText; k++)
        {
            string left = A1.Cell(pieces, FirstPiece + k), right = A1.Cell(pieces, FirstPiece + k + 1);
            sheet.Formula(
                FirstPiece + k,
                $"IF({right}=\"\",\"\",IF(LEFT({right},1)=\"{WordMark}\",-1,{RankOf($"{PieceOf(left)}&\" \"&{right}", sheet.Name)}))",
                shown?.RankAt(k) is int pair ? pair : Shown.Nothing, CellLook.Whole);
        }

        WriteRow(places, pieces, "becomes piece", shown is not null, k =>
        {
            int column = FirstPiece + k;
            string left = A1.Cell(places, column - 1);
            string formula = k == 0
                ? $"IF({A1.Cell(pieces, column)}=\"\",\"\",1)"
                : $"IF({A1.Cell(pieces, column)}=\"\",\"\",{left}+IF(AND({A1.Cell(ranks, column - 1)}={best},"
                    + $"{left}<>{(k == 1 ? "0" : A1.Cell(places, column - 2))}),0,1))";
            return (formula, shown?.NextPieceAt(k) is int next ? next : Shown.Nothing);
        }, CellLook.Whole, sheet);
    }

    /// <summary>
    /// A character of the text in the byte alphabet, after a mark if it begins a word; one that is not ASCII gets a question mark, with which no
    /// token begins.
    /// </summary>
    private static string FirstPieces(WordFormulas words, int k)
    {
        string c = words.Character(k);
        return $"IF({words.IsThere(k)},IF({words.BeginsWord(k)}=1,\"{WordMark}\",\"\")&IF({c}=\" \",\"{Written}\",IF({c}=CHAR(10),\"{LineEnd}\","
            + $"IF(AND({Unicode}({c})>32,{Unicode}({c})<127),{c},\"?\"&{c}))),\"\")";
    }

    /// <summary>The pieces that the pass before makes the k-th.</summary>
    private static string NextPieces(int before, string number)
    {
        string pieces = A1.Range(new Place("", before, FirstPiece, 1, LongestText), Fixed.Column);
        string places = A1.Range(new Place("", before + 2, FirstPiece, 1, LongestText), Fixed.Column);
        string found = $"MATCH({number},{places},0)";
        return $"IF({A1.Cell(before + 1, BestColumn, Fixed.Column)}=\"\",\"\",IF(COUNTIF({places},{number})=0,\"\","
            + $"INDEX({pieces},{found})&IF(COUNTIF({places},{number})=2,INDEX({pieces},{found}+1),\"\")))";
    }

    /// <summary>Writes a row of a pass, with a label if the pass has pieces.</summary>
    private static void WriteRow(
        int row, int pieces, string label, bool isLabelled, Func<int, (string Formula, Shown Shown)> cellOf, CellLook look, SheetWriter sheet)
    {
        sheet.Row(row);
        WriteLabel(pieces, label, isLabelled, sheet);
        for (int k = 0; k < LongestText; k++)
        {
            (string formula, Shown shown) = cellOf(k);
            sheet.Formula(FirstPiece + k, formula, shown, look);
        }
    }

    private static void WriteLabel(int pieces, string label, bool isLabelled, SheetWriter sheet) => sheet.Formula(
        LabelColumn, $"IF({A1.Cell(pieces, FirstPiece)}=\"\",\"\",\"{label}\")", isLabelled ? label : "", CellLook.Words);

    /// <summary>The id of the token that a cell has, −1 if there is none. EXACT, since a look-up would not tell a from A.</summary>
    private string IdOf(string cell, Place tokens, string sheet) => NumberOf(cell, tokens, VocabularySheets.Ids(vocabulary), sheet);

    /// <summary>A piece without the mark of the word that it begins.</summary>
    private static string PieceOf(string cell) => $"SUBSTITUTE({cell},\"{WordMark}\",\"\")";

    private WordFormulas WordsOf(int text) => new(
        A1.Cell(WorkbookPlan.ListRow + text, TextColumn, Fixed.Both), HeadOf(text).Row + 1, FirstPiece, LongestText);

    private string RankOf(string pair, string sheet) => vocabulary.Merges.Count == 0
        ? "-1" : NumberOf(pair, VocabularySheets.Pairs(vocabulary), VocabularySheets.Ranks(vocabulary), sheet);

    /// <summary>How many tokens are this text, as it is typed: one or none.</summary>
    private string Count(string text, string sheet) =>
        $"SUMPRODUCT(--EXACT({A1.From(sheet, VocabularySheets.Typed(vocabulary), Fixed.Both)},{text}))";

    private static string NumberOf(string text, Place texts, Place numbers, string sheet) =>
        $"SUMPRODUCT(EXACT({A1.From(sheet, texts, Fixed.Both)},{text})*({A1.From(sheet, numbers, Fixed.Both)}+1))-1";

    private Place Top(int column) => new(WorkbookPlan.TokenizeSheet, WorkbookPlan.ListRow, column, plan.Length, 1);

    /// <summary>The first row of a text's section.</summary>
    private Place HeadOf(int text) => new(
        WorkbookPlan.TokenizeSheet, WorkbookPlan.ListRow + plan.Length + 1 + (text * ((PassRows * LongestText) + WordFormulas.Rows + 5)), 0, 1, 1);

    /// <summary>The first row of a pass of a text; after the last pass, that of its tokens.</summary>
    private Place Pass(int text, int pass) => HeadOf(text).Part(2 + WordFormulas.Rows + (PassRows * pass), 0);
}

/// <summary>What is typed into a cell: a text, or an id if the token has none that can be typed.</summary>
internal sealed record TypedToken(string? Text, int Id);
