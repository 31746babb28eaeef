// The formulas of the sheet tokenize: from typed texts to tokens, by byte-pair encoding. A pass finds the lowest rank of two neighbouring pieces of
// a word, and joins the neighbours that have it.

using Gpt2.Cli.Workbook.Cells;
using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Cli.Workbook.Tokenize;

/// <summary>Writes the formulas.</summary>
/// <param name="plan">Where everything is.</param>
/// <param name="vocabulary">The vocabulary.</param>
internal sealed class TokenizeFormulas(WorkbookPlan plan, Vocabulary vocabulary)
{
    private const int Longest = TokenizeLayout.LongestText;
    private const string WrittenSpace = "\u0120", WrittenLineEnd = "\u010A";

    /// <summary>What a character that is not ASCII becomes: a piece that is in no merge.</summary>
    private const string Unsplit = "\uFFFD";

    /// <summary>Files name functions that came with Excel 2013 or later like this; the program shows UNICODE.</summary>
    private const string Unicode = "_xlfn.UNICODE";

    private readonly TokenizeLayout layout = new(plan.Length);

    // The table on top: a row for each typed text.

    /// <summary>The typed text. Some programs turn a straight apostrophe into a curly one.</summary>
    public string Text(int i)
    {
        string typed = Typed(i), straight = $"SUBSTITUTE({typed},\"\u2019\",\"'\")";
        return $"IF(ISTEXT({typed}),IF({TokensThatAre(typed)}>0,{typed},{straight}),\"\")";
    }

    public string Meaning(int i)
    {
        string text = Local(layout.Texts, i), tooLong = $"{FormulaText.Wrong} too long: at most {Longest} characters in a cell";
        string ofText = $"IF({text}=\"\",\"{FormulaText.Wrong} neither text nor number\",IF({Local(layout.OneTokenIds, i)}>=0,\"a token\","
            + Invariant($"IF(LEN({text})>{Longest},\"{tooLong}\",{MeaningOfSplit(i, text)})))");
        return FormulaText.MeaningOf(Typed(i), FormulaText.MeaningOfNumber(Typed(i), plan.Config.Vocabulary, ofText));
    }

    /// <summary>The id of a text that is one token, −1 of any other.</summary>
    public string OneTokenId(int i)
    {
        string text = Local(layout.Texts, i);
        return FormulaText.UnlessEmpty(text, IdOf(text, VocabularySheets.Typed(vocabulary)));
    }

    public string Count(int i) => $"IF({FormulaText.IsWrong(Local(layout.Meanings, i))},0,COUNT({Local(layout.Ids, i)}))";

    public string Offset(int i) => i == 0
        ? "0" : $"{Reference.Local(layout.Offsets.RowAt(i - 1))}+{Reference.Local(layout.Counts.RowAt(i - 1))}";

    /// <summary>The k-th id: the typed one, that of the whole text, or of a token into which the text is split.</summary>
    public string Id(int i, int k)
    {
        string typed = Typed(i), text = Local(layout.Texts, i), oneToken = Local(layout.OneTokenIds, i), split = Cell(layout.SectionOf(i).Ids, k);
        return k == 0
            ? $"IF(ISNUMBER({typed}),{typed},{FormulaText.UnlessEmpty(text, $"IF({oneToken}>=0,{oneToken},{split})")})"
            : FormulaText.UnlessEmpty(text, $"IF({oneToken}>=0,\"\",{split})");
    }

    // The section of a text.

    public string Heading(int i)
    {
        string text = TextOf(i);
        return FormulaText.UnlessEmpty(text, Invariant($"IF(LEN({text})>{Longest},\"too long to split\",\"\"\"\"&{text}&\"\"\"\")"));
    }

    /// <summary>The label of a row, empty if the row is not in use.</summary>
    public static string Label(TextSection section, int row, string label) =>
        FormulaText.UnlessEmpty(Cell(section.PiecesFor(row), 0), $"\"{label}\"");

    /// <summary>The kind of the k-th character.</summary>
    public string Kind(int i, int k) => WordBeginnings.KindFormula(TextOf(i), Number(i, k), Longest);

    /// <summary>Whether a word begins with the k-th character: merges do not join two words.</summary>
    public string Begins(int i, int k)
    {
        TextSection section = layout.SectionOf(i);
        string?[] before = [.. Enumerable.Range(1, 3).Select(back => k < back ? null : Cell(section.Begins, k - back))];
        string? kindBefore = k == 0 ? null : Cell(section.Kinds, k - 1);
        return WordBeginnings.Formula(
            TextOf(i), Number(i, k), Cell(section.Kinds, k), kindBefore, Cell(section.Kinds, k + 1), before);
    }

    /// <summary>The k-th piece before a pass: a character of the text in the byte alphabet, or what the pass before has made.</summary>
    public string Piece(int i, int pass, int k) => pass == 0 ? FirstPiece(i, k) : NextPiece(layout.SectionOf(i), pass - 1, Number(i, k));

    /// <summary>The lowest rank of two neighbours; empty if none can be joined.</summary>
    public string LowestRank(int i, int pass)
    {
        string ranks = Reference.Local(Pieces(layout.SectionOf(i).Ranks(pass)) with { Columns = Longest - 1 }, Absolute.Column);
        return $"IF(COUNTIF({ranks},\">=0\")=0,\"\",SMALL({ranks},COUNTIF({ranks},\"<0\")+1))";
    }

    /// <summary>The rank of the k-th piece with the next one; −1 if there is none, or if a word begins with that.</summary>
    public string Rank(int i, int pass, int k)
    {
        TextSection section = layout.SectionOf(i);
        int pieces = section.Pieces(pass);
        string left = Cell(pieces, k), right = Cell(pieces, k + 1);
        string upToLeft = $"{Reference.Cell(pieces, TokenizeLayout.FirstPieceColumn, Absolute.Column)}:{left}";
        string begins = Reference.Local(Pieces(section.Begins), Absolute.Both);
        string isInOneWord = $"INDEX({begins},1,SUMPRODUCT(LEN({upToLeft}))+1)=0";
        return FormulaText.UnlessEmpty(right, $"IF({isInOneWord},{RankOf($"{left}&\" \"&{right}")},-1)");
    }

    /// <summary>Which piece of the next pass the k-th one becomes: that of its neighbour at the left if the two are joined, else the next.</summary>
    public string Becomes(int i, int pass, int k)
    {
        TextSection section = layout.SectionOf(i);
        int becomes = section.Becomes(pass), ranks = section.Ranks(pass);
        string piece = Cell(section.Pieces(pass), k);
        if (k == 0)
        {
            return FormulaText.UnlessEmpty(piece, "1");
        }

        // Of three that could be joined, the first two are: the left neighbour must not be joined with its own.
        string left = Cell(becomes, k - 1), leftOfLeft = k == 1 ? "0" : Cell(becomes, k - 2);
        string isJoined = $"AND({Cell(ranks, k - 1)}={LowestRankCell(ranks)},{left}<>{leftOfLeft})";
        return FormulaText.UnlessEmpty(piece, $"{left}+IF({isJoined},0,1)");
    }

    /// <summary>The k-th token: a piece before the first pass that joins nothing, and so has no lowest rank.</summary>
    public string Token(int i, int k)
    {
        TextSection section = layout.SectionOf(i);
        int rows = section.Tokens - section.Pieces(0), rowsOfPass = section.Pieces(1) - section.Pieces(0);
        CellRange passes = Pieces(section.Pieces(0)) with { Rows = rows, Columns = 1 };
        string lowestRanks = Reference.Local(passes with { Column = TokenizeLayout.LowestRankColumn }, Absolute.Both);
        string column = Reference.Local(passes.Part(0, k, rows), Absolute.Row);
        return FormulaText.UnlessEmpty(TextOf(i), Invariant($"INDEX({column},{rowsOfPass}*COUNT({lowestRanks})+1)"));
    }

    /// <summary>The id of the k-th token.</summary>
    public string TokenId(int i, int k)
    {
        string token = Cell(layout.SectionOf(i).Tokens, k);
        return FormulaText.UnlessEmpty(token, IdOf(token, VocabularySheets.Written(vocabulary)));
    }

    private string MeaningOfSplit(int i, string text)
    {
        string ids = Local(layout.Ids, i);
        string tokens = $"IF(COUNTIF({ids},\"<0\")>0,\"{FormulaText.Wrong} neither a token nor in ASCII\","
            + $"COUNT({ids})&\" tokens\"&IF({TokensThatAre($"\" \"&{text}")}>0,\"; with a space before it, one\",\"\"))";
        return vocabulary.AddedTokens.Count == 0
            ? tokens : $"IF({HoldsAddedToken(text)},\"{FormulaText.Wrong} holds an added token: type it alone\",{tokens})";
    }

    private string FirstPiece(int i, int k)
    {
        string text = TextOf(i), number = Number(i, k), character = $"MID({text},{number},1)";
        string isVisible = $"IFERROR(AND({Unicode}({character})>32,{Unicode}({character})<127),FALSE)"; // half a surrogate pair has no code
        return Invariant($"IF(OR(LEN({text})<{number},LEN({text})>{Longest}),\"\",IF({character}=\" \",\"{WrittenSpace}\",")
            + $"IF({character}=CHAR(10),\"{WrittenLineEnd}\",IF({isVisible},{character},\"{Unsplit}\"))))";
    }

    /// <summary>One or two pieces of the pass before become the piece with some number.</summary>
    private static string NextPiece(TextSection section, int passBefore, string number)
    {
        string pieces = Reference.Local(Pieces(section.Pieces(passBefore)), Absolute.Column);
        string becomes = Reference.Local(Pieces(section.Becomes(passBefore)), Absolute.Column), found = $"MATCH({number},{becomes},0)";
        return FormulaText.UnlessEmpty(
            LowestRankCell(section.Ranks(passBefore)),
            $"IF(COUNTIF({becomes},{number})=0,\"\",INDEX({pieces},1,{found})&IF(COUNTIF({becomes},{number})=2,INDEX({pieces},1,{found}+1),\"\"))");
    }

    /// <summary>Whether an added token is in a text, where the tokenizer would find it before anything else.</summary>
    private string HoldsAddedToken(string text)
    {
        CellRange added = VocabularySheets.Typed(vocabulary).Part(vocabulary.EndOfText + 1, 0, vocabulary.AddedTokens.Count);
        return $"SUMPRODUCT(ISNUMBER(FIND({From(added)},{text}))*(LEN({From(added)})>0))>0";
    }

    /// <summary>How many tokens are this text, as it is typed: one or none.</summary>
    private string TokensThatAre(string text) => $"SUMPRODUCT(--EXACT({From(VocabularySheets.Typed(vocabulary))},{text}))";

    /// <summary>The id of the token that a cell has, −1 if there is none.</summary>
    private string IdOf(string cell, CellRange tokens) => NumberOf(cell, tokens, VocabularySheets.Ids(vocabulary) with { Rows = tokens.Rows });

    private string RankOf(string pair) => vocabulary.Merges.Count == 0
        ? "-1" : NumberOf(pair, VocabularySheets.Pairs(vocabulary), VocabularySheets.Ranks(vocabulary));

    /// <summary>The number beside a text, −1 if the text is not there. EXACT, since a look-up would not tell a from A.</summary>
    private static string NumberOf(string text, CellRange texts, CellRange numbers) =>
        $"SUMPRODUCT(EXACT({From(texts)},{text})*({From(numbers)}+1))-1";

    private string Typed(int i) => From(plan.Typed.RowAt(i));

    /// <summary>A range of another sheet.</summary>
    private static string From(CellRange range) => Reference.From(WorkbookPlan.TokenizeSheet, range, Absolute.Both);

    /// <summary>What a column of the table on top has for a text, for the same row.</summary>
    private static string Local(CellRange column, int i) => Reference.Local(column.RowAt(i), Absolute.Column);

    /// <summary>A text of the table on top, for its section.</summary>
    private string TextOf(int i) => Reference.Local(layout.Texts.RowAt(i), Absolute.Both);

    /// <summary>The number of the k-th character or piece, above it.</summary>
    private string Number(int i, int k) => Reference.Cell(layout.SectionOf(i).Numbers, TokenizeLayout.FirstPieceColumn + k, Absolute.Row);

    private static string Cell(int row, int k) => Reference.Cell(row, TokenizeLayout.FirstPieceColumn + k);

    private static CellRange Pieces(int row) => new(WorkbookPlan.TokenizeSheet, row, TokenizeLayout.FirstPieceColumn, 1, Longest);

    private static string LowestRankCell(int row) => Reference.Cell(row, TokenizeLayout.LowestRankColumn, Absolute.Column);
}
