// Where the words of a typed text begin, since merges never join two words: GPT-2's pattern as formulas, for ASCII. The numbers that cells show
// before anything is computed come from PreTokenizer, which has the pattern itself.

using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Cli.Workbook.Tokenize;

/// <summary>
/// Numbers the beginnings of words: 0 inside of a word, 1 where one begins, 2 where 's, 't, 'm or 'd does, 3 where 're, 've or 'll does.
/// </summary>
internal static class WordBeginnings
{
    private const string Space = "space", Letter = "letter", Digit = "digit", Other = "other";

    /// <summary>The number for each character of a text in ASCII.</summary>
    public static int[] Of(string text)
    {
        int[] begins = new int[text.Length];
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = PreTokenizer.WordEnd(text, start);
            begins[start] = text[start] == '\'' && end - start > 1 && char.IsAsciiLetter(text[start + 1]) ? end - start : 1;
        }

        return begins;
    }

    public static string KindOf(char c) => char.IsWhiteSpace(c) ? Space : char.IsAsciiLetter(c) ? Letter : char.IsAsciiDigit(c) ? Digit : Other;

    /// <summary>The formula of a character's kind, empty after the text and where the text is too long to be split.</summary>
    /// <param name="text">The cell with the text.</param>
    /// <param name="number">The cell with the character's number, from 1.</param>
    /// <param name="longest">The longest text that is split.</param>
    public static string KindFormula(string text, string number, int longest)
    {
        string character = $"MID({text},{number},1)";
        return Invariant($"IF(OR(LEN({text})<{number},LEN({text})>{longest}),\"\",IF(OR({character}=\" \",{character}=CHAR(10)),")
            + $"\"{Space}\",IF(NOT(EXACT(UPPER({character}),LOWER({character}))),\"{Letter}\","
            + $"IF(ISNUMBER(FIND({character},\"0123456789\")),\"{Digit}\",\"{Other}\"))))";
    }

    /// <summary>The formula of a character's number.</summary>
    /// <param name="text">The cell with the text.</param>
    /// <param name="number">The cell with the character's number, from 1.</param>
    /// <param name="kind">The cell with its kind.</param>
    /// <param name="kindBefore">That of the character before; null if it is the first.</param>
    /// <param name="kindAfter">That of the character after, or an empty cell.</param>
    /// <param name="before">The cells with the numbers of the three characters before, the nearest first; null if there are none.</param>
    public static string Formula(string text, string number, string kind, string? kindBefore, string kindAfter, string?[] before)
    {
        // Where a contraction begins, the number of letters after its apostrophe; otherwise 0.
        string contraction = $"IF(MID({text},{number},1)<>\"'\",0,"
            + $"IF({Follows(text, number, 1, "|s|t|m|d|")},1,IF({Follows(text, number, 2, "|re|ve|ll|")},2,0)))";
        if (kindBefore is null)
        {
            return $"IF({kind}=\"\",\"\",1+{contraction})";
        }

        // A space belongs to the word after it; of several, the last one does.
        string begins = $"IF({kind}=\"{Space}\",OR({kindBefore}<>\"{Space}\",AND({kindAfter}<>\"\",{kindAfter}<>\"{Space}\")),"
            + $"IF({kindBefore}=\"{Space}\",MID({text},{number}-1,1)<>\" \",{kindBefore}<>{kind}))";
        string isInContraction = before[1] is null ? $"{before[0]}>1" : $"OR({before[0]}>1,{before[1]}=3)";
        string isAfterContraction = before[1] is null ? "" : before[2] is null ? $"{before[1]}=2," : $"{before[1]}=2,{before[2]}=3,";
        return $"IF({kind}=\"\",\"\",IF({isInContraction},0,IF(OR({isAfterContraction}{begins}),1+{contraction},0)))";
    }

    private static string Follows(string text, string number, int length, string choices) =>
        Invariant($"ISNUMBER(FIND(\"|\"&MID({text},{number}+1,{length})&\"|\",\"{choices}\"))");
}
