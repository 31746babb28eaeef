// Where words begin in a text: the formulas of GPT-2's pre-tokenization. Of every character its kind, whether it is the apostrophe of a
// contraction such as 's, and whether it begins a word. Merges never cross the beginning of a word.

namespace Gpt2.Cli.Workbook;

/// <summary>The rows above the passes: a formula and what it shows, for each character.</summary>
/// <param name="text">The cell of the text.</param>
/// <param name="numbers">The row with the numbers of the characters; below it are the kinds, the contractions, and the beginnings of words.</param>
/// <param name="firstColumn">The column of the first character.</param>
/// <param name="most">The longest text that is split.</param>
internal sealed class WordFormulas(string text, int numbers, int firstColumn, int most)
{
    /// <summary>Number of these rows.</summary>
    public const int Rows = 3;

    private const string Space = "space", LineEnd = "line end", Letter = "letter", Digit = "digit", Other = "other";
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", Digits = "0123456789";

    // With the curly apostrophe, which some programs put in place of the straight one.
    private const string Apostrophe = "'", CurlyApostrophe = "\u2019";

    /// <summary>A character of the text, with a straight apostrophe for a curly one.</summary>
    public string Character(int k) => $"SUBSTITUTE(MID({text},{Number(k)},1),\"{CurlyApostrophe}\",\"{Apostrophe}\")";

    /// <summary>Whether the text has this character and is not too long.</summary>
    public string IsThere(int k) => $"AND(LEN({text})>={Number(k)},LEN({text})<={most})";

    /// <summary>The cell that says whether a character begins a word: 1 if it does and is not the first.</summary>
    public string BeginsWord(int k) => A1.Cell(numbers + 3, firstColumn + k);

    /// <summary>What kind of character it is.</summary>
    public (string Formula, Shown Shown) Kind(int k, string? shown)
    {
        string c = Character(k);
        return (
            $"IF({IsThere(k)},IF({c}=\" \",\"{Space}\",IF({c}=CHAR(10),\"{LineEnd}\",IF(ISNUMBER(FIND({c},\"{Letters}\")),\"{Letter}\","
            + $"IF(ISNUMBER(FIND({c},\"{Digits}\")),\"{Digit}\",\"{Other}\")))),\"\")",
            shown is not null && k < shown.Length ? KindOf(shown[k]) : "");
    }

    /// <summary>
    /// Number of letters after an apostrophe that make a contraction with it: 's, 't, 'm, 'd, 're, 've, 'll. Not after a space or another sign, to
    /// which the apostrophe belongs.
    /// </summary>
    public (string Formula, Shown Shown) Contraction(int k, string? shown)
    {
        string next = $"MID({text},{Number(k)}+1,1)", two = $"MID({text},{Number(k)}+1,2)";
        string isBegun = k == 0 ? "TRUE" : $"OR({KindCell(k - 1)}=\"{Letter}\",{KindCell(k - 1)}=\"{Digit}\",{KindCell(k - 1)}=\"{LineEnd}\")";
        return (
            $"IF({KindCell(k)}=\"\",\"\",IF(AND({Character(k)}=\"{Apostrophe}\",{isBegun},LEN({text})>{Number(k)}),"
            + $"IF(ISNUMBER(FIND({next},\"stmd\")),1,IF(OR(EXACT({two},\"re\"),EXACT({two},\"ve\"),EXACT({two},\"ll\")),2,0)),0))",
            shown is null || k >= shown.Length ? Shown.Nothing : k == 0 && shown is ['\'', 's' or 't' or 'm' or 'd', ..] ? 1
                : k == 0 && shown is "'re" or "'ve" or "'ll" ? 2 : 0);
    }

    /// <summary>Whether a word begins with a character.</summary>
    public (string Formula, Shown Shown) Beginning(int k, string? shown)
    {
        string kind = KindCell(k), before = k == 0 ? "" : KindCell(k - 1), after = KindCell(k + 1);
        string formula = k == 0 ? "0"
            : $"IF({IsBlank(kind)},IF({IsBlank(before)},IF(OR({after}=\"\",{IsBlank(after)}),0,1),1),"
                + $"{OfContraction(k)}IF(OR({before}={kind},{before}=\"{Space}\"),0,1){new string(')', ContractionsBefore(k))})";
        return ($"IF({kind}=\"\",\"\",{formula})", shown is null || k >= shown.Length ? Shown.Nothing : 0);
    }

    /// <summary>Letters of a contraction belong to it, and the one after them begins a word.</summary>
    private string OfContraction(int k)
    {
        string letter = $"{KindCell(k)}=\"{Letter}\"";
        string formula = k >= 1 ? $"IF(AND({letter},N({ContractionCell(k - 1)})>=1),0," : "";
        formula += k >= 2 ? $"IF(AND({letter},N({ContractionCell(k - 2)})>=1),2-{ContractionCell(k - 2)}," : "";
        return formula + (k >= 3 ? $"IF(AND({letter},N({ContractionCell(k - 3)})=2),1," : "");
    }

    private static int ContractionsBefore(int k) => Math.Min(k, 3);

    private static string IsBlank(string kind) => $"OR({kind}=\"{Space}\",{kind}=\"{LineEnd}\")";

    private static string KindOf(char c) => c switch
    {
        ' ' => Space,
        '\n' => LineEnd,
        _ when char.IsAsciiLetter(c) => Letter,
        _ when char.IsAsciiDigit(c) => Digit,
        _ => Other,
    };

    private string Number(int k) => A1.Cell(numbers, firstColumn + k, Fixed.Row);

    /// <summary>The cell with a character's kind; empty after the last.</summary>
    private string KindCell(int k) => A1.Cell(numbers + 1, firstColumn + k);

    private string ContractionCell(int k) => A1.Cell(numbers + 2, firstColumn + k);
}
