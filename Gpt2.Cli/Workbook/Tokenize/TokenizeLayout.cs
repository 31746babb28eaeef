// Where things are in the sheet tokenize: on top a table with a row for each typed text, below it a section for each, in which the text is split.

using Gpt2.Cli.Workbook.Cells;

namespace Gpt2.Cli.Workbook.Tokenize;

/// <summary>The ranges of the sheet.</summary>
/// <param name="length">The number of texts that can be typed.</param>
internal sealed class TokenizeLayout(int length)
{
    /// <summary>The longest text that is split, in characters.</summary>
    public const int LongestText = 12;

    /// <summary>The columns of the table on top; those of the ids begin with the last one.</summary>
    public const int TextColumn = 1, MeaningColumn = 2, OneTokenColumn = 3, CountColumn = 4, OffsetColumn = 5, FirstIdColumn = 6;

    /// <summary>The columns of the sections: what a row is, the lowest rank of a pass, and the pieces, or characters, side by side.</summary>
    public const int LabelColumn = 1, LowestRankColumn = 2, FirstPieceColumn = 3;

    /// <summary>The typed texts; empty where an id is typed.</summary>
    public CellRange Texts => Top(TextColumn);

    /// <summary>What is typed, in words.</summary>
    public CellRange Meanings => Top(MeaningColumn);

    /// <summary>The id of each text that is one token, −1 of any other.</summary>
    public CellRange OneTokenIds => Top(OneTokenColumn);

    /// <summary>The number of tokens of each.</summary>
    public CellRange Counts => Top(CountColumn);

    /// <summary>The number of tokens before each.</summary>
    public CellRange Offsets => Top(OffsetColumn);

    /// <summary>The ids of each.</summary>
    public CellRange Ids => new(WorkbookPlan.TokenizeSheet, WorkbookPlan.ListRow, FirstIdColumn, length, LongestText);

    /// <summary>The section of a text.</summary>
    public TextSection SectionOf(int text) => new(WorkbookPlan.ListRow + length + 1 + (text * TextSection.Rows));

    private CellRange Top(int column) => new(WorkbookPlan.TokenizeSheet, WorkbookPlan.ListRow, column, length);
}

/// <summary>The rows of a text's section.</summary>
/// <param name="Heading">Its first row, with the text.</param>
internal sealed record TextSection(int Heading)
{
    private const int RowsBeforePasses = 4, RowsOfPass = 3, RowsAfterPasses = 3; // the last one is empty

    /// <summary>Number of rows of a section. A text of n characters needs at most n passes, the last of which joins nothing.</summary>
    public const int Rows = RowsBeforePasses + (RowsOfPass * TokenizeLayout.LongestText) + RowsAfterPasses;

    /// <summary>The numbers of characters and pieces, from 1.</summary>
    public int Numbers => Heading + 1;

    /// <summary>The kind of each character.</summary>
    public int Kinds => Heading + 2;

    /// <summary>Where words begin.</summary>
    public int Begins => Heading + 3;

    /// <summary>The tokens: the pieces that the last pass has left.</summary>
    public int Tokens => Pieces(TokenizeLayout.LongestText);

    /// <summary>The ids of the tokens.</summary>
    public int Ids => Tokens + 1;

    /// <summary>The pieces before a pass.</summary>
    public int Pieces(int pass) => Heading + RowsBeforePasses + (RowsOfPass * pass);

    /// <summary>The rank of each piece with the next one.</summary>
    public int Ranks(int pass) => Pieces(pass) + 1;

    /// <summary>Which piece of the next pass each becomes.</summary>
    public int Becomes(int pass) => Pieces(pass) + 2;

    /// <summary>The row whose first piece says whether a row is in use: that of its pass, of the first one, or of the tokens.</summary>
    public int PiecesFor(int row) => row >= Tokens ? Tokens : Pieces(Math.Max(0, row - Pieces(0)) / RowsOfPass);
}
