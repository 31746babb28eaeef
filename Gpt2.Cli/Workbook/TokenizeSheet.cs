// The sheet where typed texts become tokens. On top, what each text is; below, pass by pass, how byte-pair encoding joins the pieces of a
// short text: of all neighbours in a word that are in the merges, those with the lowest rank.

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

    // Rows of a text above its first pass: the text, numbers of the characters, their kinds, and where words begin.
    private const int HeadRows = 4;

    // Columns of the table on top.
    private const int TextColumn = 1, MeaningColumn = 2, WholeColumn = 3, CountColumn = 4, OffsetColumn = 5, FirstId = 6;

    // Columns of the passes: what the row is, the rank of the pass, the pieces.
    private const int LabelColumn = 1, BestColumn = 2, FirstPiece = 3;

    private const string Written = "Ġ", LineEnd = "Ċ";

    /// <summary>What a character that is not ASCII becomes: a piece that is in no merge.</summary>
    private const string Unsplit = "\uFFFD";

    /// <summary>Files name functions that came with Excel 2013 or later like this; the program shows UNICODE.</summary>
    private const string Unicode = "_xlfn.UNICODE";

    public static SheetLook Look { get; } = new(WorkbookPlan.ListRow, WorkbookPlan.FirstColumn, Palette.TextTab, [5, 20, 40], 9);

    /// <summary>What each typed text is, for the first sheet.</summary>
    public CellRange Meanings => Top(MeaningColumn);

    /// <summary>The number of tokens of each.</summary>
    public CellRange Counts => Top(CountColumn);

    /// <summary>The number of tokens before each.</summary>
    public CellRange Offsets => Top(OffsetColumn);

    /// <summary>The ids of each.</summary>
    public CellRange Ids => new(WorkbookPlan.TokenizeSheet, WorkbookPlan.ListRow, FirstId, plan.Length, LongestText);

    /// <summary>Writes the sheet.</summary>
    /// <param name="typed">What is typed when the workbook is opened: texts and ids.</param>
    /// <param name="sheet">Where to write.</param>
    public void Write(IReadOnlyList<TypedToken> typed, SheetWriter sheet)
    {
        sheet.Head("tokenize: from what you type to tokens");
        sheet.Text(
            2, "Change the yellow cells of the first sheet. A text that is a token is that token; a short one is split as below, word by word.",
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

        sheet.Colours.Warn(Meanings, Invariant($"LEFT({Reference.Cell(WorkbookPlan.ListRow, MeaningColumn, Absolute.Column)},1)=\"{StartSheet.Wrong}\""));
    }

    private void WriteTop(int i, TypedToken? typed, int before, SheetWriter sheet)
    {
        int row = WorkbookPlan.ListRow + i;
        string source = Reference.From(sheet.Name, plan.Typed.RowAt(i), Absolute.Both), text = Reference.Cell(row, TextColumn, Absolute.Column);
        string whole = Reference.Cell(row, WholeColumn, Absolute.Column), ids = Reference.Local(Ids.RowAt(i), Absolute.Column);
        string isId = $"AND({source}>=0,{source}<{plan.Config.Vocabulary},{source}=INT({source}))";
        string noToken = $"{StartSheet.Wrong} too long: {LongestText} characters in a cell";
        string tokens = $"IF(COUNTIF({ids},\"<0\")>0,\"{StartSheet.Wrong} not in ASCII, and no token\","
            + $"COUNT({ids})&\" tokens\"&IF({Count($"\" \"&{text}", sheet.Name)}>0,\"; with a space before it, one\",\"\"))";
        if (vocabulary.AddedTokens.Count > 0)
        {
            tokens = $"IF({HoldsAddedToken(text, sheet.Name)},\"{StartSheet.Wrong} holds an added token: type it alone\",{tokens})";
        }

        sheet.Row(row);
        sheet.Number(0, i + 1, CellLook.Link);
        sheet.Link(row, 0, Pass(i, 0).Part(-HeadRows, 0));
        // Some programs put a curly apostrophe in place of a straight one.
        string straight = $"SUBSTITUTE({source},\"\u2019\",\"'\")";
        sheet.Formula(
            TextColumn, $"IF(ISTEXT({source}),IF({Count(source, sheet.Name)}>0,{source},{straight}),\"\")", typed?.Text ?? "", CellLook.Token);
        sheet.Formula(
            MeaningColumn,
            $"IF(ISERROR({source}),\"{StartSheet.Wrong} an error\",IF({source}=\"\",\"\","
            + $"IF(ISNUMBER({source}),IF({isId},\"id\",\"{StartSheet.Wrong} no id: 0 to {plan.Config.Vocabulary - 1}\"),"
            + $"IF({text}=\"\",\"{StartSheet.Wrong} neither text nor number\",IF({whole}>=0,\"a token\",IF(LEN({text})>{LongestText},\"{noToken}\","
            + $"{tokens}))))))",
            typed is null ? "" : typed.Text is null ? "id" : "a token", CellLook.Normal);
        sheet.Formula(
            WholeColumn,
            $"IF({text}=\"\",\"\",{IdOf(text, VocabularySheets.Typed(vocabulary), sheet.Name)})", typed?.Text is null ? Shown.Nothing : typed.Id,
            CellLook.Whole);
        sheet.Formula(
            CountColumn, $"IF(LEFT({Reference.Cell(row, MeaningColumn, Absolute.Column)},1)=\"{StartSheet.Wrong}\",0,COUNT({ids}))", typed is null ? 0 : 1,
            CellLook.Whole);
        sheet.Formula(
            OffsetColumn, i == 0 ? "0" : $"{Reference.Cell(row - 1, OffsetColumn)}+{Reference.Cell(row - 1, CountColumn)}", before, CellLook.Whole);
        for (int k = 0; k < LongestText; k++)
        {
            string split = Reference.Cell(Pass(i, LongestText).Row + 1, FirstPiece + k);
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
        int head = Pass(i, 0).Row - HeadRows;
        string text = Reference.Cell(WorkbookPlan.ListRow + i, TextColumn, Absolute.Both);
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

        EncodingPass[] passes = EncodingPass.Of(isSplit ? typed : null, vocabulary);
        WriteWords(i, text, passes.Length == 0 ? "" : typed!, sheet);
        for (int pass = 0; pass < LongestText; pass++)
        {
            WritePass(i, pass, text, passes.ElementAtOrDefault(pass), sheet);
        }

        int first = Pass(i, 0).Row, last = Pass(i, LongestText).Row;
        EncodingPass? done = passes.LastOrDefault();
        string bests = Reference.Local(new CellRange("", first, BestColumn, last - first, 1), Absolute.Both);
        WriteRow(last, last, "tokens", done is not null, k =>
        {
            string column = Reference.Local(new CellRange("", first, FirstPiece + k, last - first, 1), Absolute.Row);
            return ($"IF({text}=\"\",\"\",INDEX({column},{PassRows}*COUNT({bests})+1))", done?.PieceAt(k) ?? "");
        }, CellLook.Piece, sheet);
        WriteRow(last + 1, last, "ids", done is not null, k =>
        {
            string piece = Reference.Cell(last, FirstPiece + k);
            string formula = $"IF({piece}=\"\",\"\",{IdOf(piece, VocabularySheets.Written(vocabulary), sheet.Name)})";
            return (formula, done?.IdAt(k) is int id ? id : Shown.Nothing);
        }, CellLook.Whole, sheet);
    }

    /// <summary>The kind of each character, and whether a word begins with it: merges do not join two words.</summary>
    private void WriteWords(int i, string text, string shown, SheetWriter sheet)
    {
        int kinds = Pass(i, 0).Row - 2, begins = kinds + 1;
        int[] words = WordBeginnings.Of(shown);
        WriteRow(kinds, begins + 1, "kind", shown.Length > 0, k =>
        {
            string number = Reference.Cell(kinds - 1, FirstPiece + k, Absolute.Row);
            return (WordBeginnings.KindFormula(text, number, LongestText), k < shown.Length ? WordBeginnings.KindOf(shown[k]) : "");
        }, CellLook.Piece, sheet);
        WriteRow(begins, begins + 1, "begins a word", shown.Length > 0, k =>
        {
            string?[] before = [.. Enumerable.Range(1, 3).Select(back => k < back ? null : Reference.Cell(begins, FirstPiece + k - back))];
            string? kindBefore = k == 0 ? null : Reference.Cell(kinds, FirstPiece + k - 1);
            string formula = WordBeginnings.Formula(
                text, Reference.Cell(kinds - 1, FirstPiece + k, Absolute.Row), Reference.Cell(kinds, FirstPiece + k), kindBefore, Reference.Cell(kinds, FirstPiece + k + 1),
                before);
            return (formula, k < shown.Length ? words[k] : Shown.Nothing);
        }, CellLook.Whole, sheet);
    }

    private void WritePass(int i, int pass, string text, EncodingPass? shown, SheetWriter sheet)
    {
        int pieces = Pass(i, pass).Row, ranks = pieces + 1, places = pieces + 2, last = pieces - PassRows;
        string best = Reference.Cell(ranks, BestColumn, Absolute.Column);
        WriteRow(pieces, pieces, Invariant($"pass {pass + 1}: pieces"), shown is not null, k =>
        {
            string number = Reference.Cell(Pass(i, 0).Row - HeadRows + 1, FirstPiece + k, Absolute.Row);
            return (pass == 0 ? FirstPieces(text, number) : NextPieces(last, number), shown?.PieceAt(k) ?? "");
        }, CellLook.Piece, sheet);

        sheet.Row(ranks);
        WriteLabel(pieces, "rank with the next", shown is not null, sheet);
        CellRange pairs = new("", ranks, FirstPiece, 1, LongestText - 1);
        string range = Reference.Local(pairs, Absolute.Column);
        string begins = Reference.Local(new CellRange("", Pass(i, 0).Row - 1, FirstPiece, 1, LongestText), Absolute.Both);
        sheet.Formula(
            BestColumn, $"IF(COUNTIF({range},\">=0\")=0,\"\",SMALL({range},COUNTIF({range},\"<0\")+1))",
            shown?.LowestRank is int rank ? rank : Shown.Nothing, CellLook.Whole);
        for (int k = 0; k + 1 < LongestText; k++)
        {
            string left = Reference.Cell(pieces, FirstPiece + k), right = Reference.Cell(pieces, FirstPiece + k + 1);
            string before = Reference.Cell(pieces, FirstPiece, Absolute.Column) + ":" + left;
            string isInOneWord = $"INDEX({begins},SUMPRODUCT(LEN({before}))+1)=0";
            sheet.Formula(
                FirstPiece + k, $"IF({right}=\"\",\"\",IF({isInOneWord},{RankOf($"{left}&\" \"&{right}", sheet.Name)},-1))",
                shown?.RankAt(k) is int pair ? pair : Shown.Nothing, CellLook.Whole);
        }

        WriteRow(places, pieces, "becomes piece", shown is not null, k =>
        {
            int column = FirstPiece + k;
            string left = Reference.Cell(places, column - 1);
            string formula = k == 0
                ? $"IF({Reference.Cell(pieces, column)}=\"\",\"\",1)"
                : $"IF({Reference.Cell(pieces, column)}=\"\",\"\",{left}+IF(AND({Reference.Cell(ranks, column - 1)}={best},"
                    + $"{left}<>{(k == 1 ? "0" : Reference.Cell(places, column - 2))}),0,1))";
            return (formula, shown?.NextPieceAt(k) is int next ? next : Shown.Nothing);
        }, CellLook.Whole, sheet);
    }

    /// <summary>A character of the text in the byte alphabet.</summary>
    private static string FirstPieces(string text, string number)
    {
        string character = $"MID({text},{number},1)";
        return $"IF(OR(LEN({text})<{number},LEN({text})>{LongestText}),\"\",IF({character}=\" \",\"{Written}\",IF({character}=CHAR(10),\"{LineEnd}\","
            + $"IF(IFERROR(AND({Unicode}({character})>32,{Unicode}({character})<127),FALSE),{character},\"{Unsplit}\"))))"; // halves have no code
    }

    /// <summary>The pieces that the pass before makes the k-th.</summary>
    private static string NextPieces(int before, string number)
    {
        string pieces = Reference.Local(new CellRange("", before, FirstPiece, 1, LongestText), Absolute.Column);
        string places = Reference.Local(new CellRange("", before + 2, FirstPiece, 1, LongestText), Absolute.Column);
        string found = $"MATCH({number},{places},0)";
        return $"IF({Reference.Cell(before + 1, BestColumn, Absolute.Column)}=\"\",\"\",IF(COUNTIF({places},{number})=0,\"\","
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
        LabelColumn, $"IF({Reference.Cell(pieces, FirstPiece)}=\"\",\"\",\"{label}\")", isLabelled ? label : "", CellLook.Words);

    /// <summary>Whether an added token is in a text, where the tokenizer would find it before anything else.</summary>
    private string HoldsAddedToken(string text, string sheet)
    {
        CellRange typed = VocabularySheets.Typed(vocabulary);
        string added = Reference.From(sheet, typed.Part(vocabulary.EndOfText + 1, 0, vocabulary.AddedTokens.Count), Absolute.Both);
        return $"SUMPRODUCT(ISNUMBER(FIND({added},{text}))*(LEN({added})>0))>0";
    }

    /// <summary>The id of the token that a cell has, −1 if there is none. EXACT, since a look-up would not tell a from A.</summary>
    private string IdOf(string cell, CellRange tokens, string sheet) => NumberOf(
        cell, tokens, VocabularySheets.Ids(vocabulary) with { Rows = tokens.Rows }, sheet);

    /// <summary>How many tokens are this text, as it is typed: one or none.</summary>
    private string Count(string text, string sheet) =>
        $"SUMPRODUCT(--EXACT({Reference.From(sheet, VocabularySheets.Typed(vocabulary), Absolute.Both)},{text}))";

    private string RankOf(string pair, string sheet) => vocabulary.Merges.Count == 0
        ? "-1" : NumberOf(pair, VocabularySheets.Pairs(vocabulary), VocabularySheets.Ranks(vocabulary), sheet);

    private static string NumberOf(string text, CellRange texts, CellRange numbers, string sheet) =>
        $"SUMPRODUCT(EXACT({Reference.From(sheet, texts, Absolute.Both)},{text})*({Reference.From(sheet, numbers, Absolute.Both)}+1))-1";

    private CellRange Top(int column) => new(WorkbookPlan.TokenizeSheet, WorkbookPlan.ListRow, column, plan.Length, 1);

    /// <summary>The first row of a pass of a text; after the last pass, that of its tokens.</summary>
    private CellRange Pass(int text, int pass)
    {
        int first = WorkbookPlan.ListRow + plan.Length + 1 + HeadRows + (text * ((PassRows * LongestText) + HeadRows + 3));
        return new(WorkbookPlan.TokenizeSheet, first + (PassRows * pass), 0);
    }
}

/// <summary>What is typed into a cell: a text, or an id if the token has none that can be typed.</summary>
internal sealed record TypedToken(string? Text, int Id);
