// Where everything in the workbook is: which sheets there are, and the range of each matrix of the pass and of each weight. Formulas are
// written from it, and so are the sheets.

using Gpt2.Cli.Workbook.Cells;
using Gpt2.Cli.Workbook.Start;
using Gpt2.Core.Explaining;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using static System.FormattableString;

namespace Gpt2.Cli.Workbook;

/// <summary>A sheet with some matrices of the pass, one below the other.</summary>
/// <param name="Name">The name of the sheet.</param>
/// <param name="Title">What it is.</param>
/// <param name="Words">What is in it, for the list of sheets.</param>
/// <param name="Matrices">The matrices, from top to bottom.</param>
internal sealed record Stage(string Name, string Title, string Words, MatrixDescription[] Matrices);

/// <summary>A sheet with weights that belong together.</summary>
/// <param name="Name">The name of the sheet, which is that of their files without the last letter: model_h0_attn_c_attn.</param>
/// <param name="Matrices">The weights, from top to bottom, vectors first.</param>
internal sealed record WeightGroup(string Name, MatrixShape[] Matrices)
{
    /// <summary>What the weights are.</summary>
    public string Words => string.Join(" ", Matrices.Select(matrix => WeightDescription.Of(matrix.Name)));
}

/// <summary>The plan of a workbook.</summary>
internal sealed class WorkbookPlan
{
    public const string StartSheet = "start", TokenizeSheet = "tokenize", VocabularySheet = "vocabulary", MergesSheet = "merges";
    public const string StreamSheet = "stream", HeadSheet = "head", LogitsSheet = "logits";

    /// <summary>The name that formulas use for the cell with the number of tokens.</summary>
    public const string Count = "prompt_tokens";

    /// <summary>The columns of positions and tokens before every table, and the first one of its numbers.</summary>
    public const int PositionColumn = 0, TokenColumn = 1, FirstColumn = 2;

    /// <summary>Rows of a table above its numbers: heading, words, groups of columns, columns.</summary>
    public const int HeadingRows = 4;

    /// <summary>Rows of a stage above its first table.</summary>
    public const int TopRows = 3;

    /// <summary>The first row with a number in a sheet of weights, and with a token in those of the vocabulary.</summary>
    public const int ListRow = 4;

    private readonly Dictionary<string, CellRange> ranges = [];

    /// <summary>Plans a workbook.</summary>
    /// <param name="config">The model's sizes.</param>
    /// <param name="length">The longest prompt.</param>
    /// <param name="blocks">The blocks that are wanted; null for the whole model.</param>
    public WorkbookPlan(Gpt2Config config, int length, (int First, int Last)? blocks)
    {
        Config = config;
        Length = length;
        Blocks = blocks;
        IReadOnlyList<MatrixDescription> all = MatrixDescription.AllOf(Config);
        Stages = [.. StagesOf(all)];
        Weights = [.. WeightGroups()];
        OverVocabulary = IsWholeModel ? [.. all.Where(matrix => matrix.Columns == ColumnKind.Vocabulary)] : [];
        foreach (Stage stage in Stages)
        {
            int row = TopRows;
            foreach (MatrixDescription matrix in stage.Matrices)
            {
                int rows = matrix.IsAfterBlocks ? 1 : length;
                ranges.Add(matrix.Name, new CellRange(stage.Name, row + HeadingRows, FirstColumn, rows, ColumnsOf(matrix)));
                row += HeadingRows + rows + 1;
            }
        }

        for (int i = 0; i < OverVocabulary.Length; i++)
        {
            ranges.Add(OverVocabulary[i].Name, new CellRange(LogitsSheet, ListRow, FirstColumn + i, Config.Vocabulary, 1));
        }

        foreach (WeightGroup group in Weights)
        {
            int row = ListRow;
            foreach (MatrixShape matrix in group.Matrices)
            {
                ranges.Add(MatrixTable.NameOfWeight(matrix.Name), new CellRange(group.Name, row, FirstColumn, matrix.Rows, matrix.Columns));
                row += matrix.Rows;
            }
        }
    }

    public Gpt2Config Config { get; }

    /// <summary>The longest prompt, in tokens.</summary>
    public int Length { get; }

    /// <summary>The first and the last block, if not the whole model is there.</summary>
    public (int First, int Last)? Blocks { get; }

    /// <summary>Whether the whole model is there, from the prompt to the prediction.</summary>
    public bool IsWholeModel => Blocks is null;

    /// <summary>The sheets of the pass, in order; that of the logits follows.</summary>
    public Stage[] Stages { get; }

    /// <summary>The sheets of weights.</summary>
    public WeightGroup[] Weights { get; }

    /// <summary>Logits and probabilities, which have a sheet of their own; none if not the whole model is there.</summary>
    public MatrixDescription[] OverVocabulary { get; }

    /// <summary>The ids of the prompt's tokens, in the first sheet, one below the other.</summary>
    public CellRange Ids => new(StartSheet, StartLayout.FirstRow, StartLayout.IdColumn, Length);

    /// <summary>The prompt's tokens, beside their ids.</summary>
    public CellRange Tokens => Ids with { Column = StartLayout.TokenColumn };

    /// <summary>What the user types.</summary>
    public CellRange Typed => new(StartSheet, StartLayout.FirstRow, StartLayout.TypedColumn, Length);

    /// <summary>The first cell of the first sheet.</summary>
    public static CellRange Start => new(StartSheet, 0, 0);

    /// <summary>The cell with the number of tokens.</summary>
    public static CellRange CountCell => new(StartSheet, StartLayout.CountRow, StartLayout.TokenColumn);

    /// <summary>Cells above the logits: the largest one, and Σ e^(logit − max).</summary>
    public static CellRange LargestLogit => new(LogitsSheet, 1, FirstColumn);

    /// <inheritdoc cref="LargestLogit"/>
    public static CellRange SumOfExponentials => new(LogitsSheet, 1, FirstColumn + 1);

    /// <summary>Number of cells with weights, and with formulas of the pass; those of the logits, which are few, are left out.</summary>
    public (long Weights, long Formulas) Cells() => (
        Weights.Sum(group => group.Matrices.Sum(matrix => matrix.Count)),
        Stages.Where(stage => stage.Name != StreamSheet).SelectMany(stage => stage.Matrices)
            .Sum(matrix => (long)RangeOf(matrix.Name).Rows * ColumnsOf(matrix)));

    /// <summary>The last column and the last row of any table, counted from 1.</summary>
    public int Widest => ranges.Values.Max(range => range.Column + range.Columns);

    /// <inheritdoc cref="Widest"/>
    public int Tallest => ranges.Values.Max(range => range.Row + range.Rows);

    /// <summary>The range of a matrix of the pass, or of a weight by the name of its file.</summary>
    public CellRange RangeOf(string matrix) => ranges[matrix];

    /// <summary>Number of columns of a matrix in the workbook, where attention has room for the longest prompt.</summary>
    public int ColumnsOf(MatrixDescription matrix) => matrix.Columns switch
    {
        ColumnKind.QueriesKeysValues => 3 * Config.Channels,
        ColumnKind.HeadsAndTokens => Config.Heads * Length,
        ColumnKind.Hidden => Config.Hidden,
        ColumnKind.Vocabulary => 1,
        _ => Config.Channels,
    };

    private IEnumerable<Stage> StagesOf(IReadOnlyList<MatrixDescription> all)
    {
        (int first, int last) = Blocks ?? (0, Config.Layers - 1);
        MatrixDescription[] before = [.. all.Where(matrix => matrix.Block is null && !matrix.IsAfterBlocks)];
        yield return IsWholeModel
            ? new Stage("embeddings", "embeddings: what the tokens and their positions are to the model", TitlesOf(before), before)
            : new Stage(
                StreamSheet, Invariant($"the residual stream before block {first}: numbers of the program, not formulas"),
                Invariant($"what enters block {first}: numbers of the program, not formulas"),
                [first == 0 ? before[^1] : all.Single(matrix => matrix.Block == first - 1 && matrix.Step == BlockStep.Count)]);
        for (int block = first; block <= last; block++)
        {
            yield return new Stage(
                Invariant($"h{block}"), Invariant($"block {block}"), Invariant($"block {block}: the sixteen steps"),
                [.. all.Where(matrix => matrix.Block == block)]);
        }

        if (IsWholeModel)
        {
            MatrixDescription[] after = [.. all.Where(matrix => matrix.IsAfterBlocks && matrix.Columns != ColumnKind.Vocabulary)];
            yield return new Stage(HeadSheet, "head: what follows the blocks, for the last token", TitlesOf(after), after);
        }
    }

    private static string TitlesOf(MatrixDescription[] matrices) => string.Join(", ", matrices.Select(matrix => matrix.Title));

    private IEnumerable<WeightGroup> WeightGroups()
    {
        IEnumerable<MatrixShape> all = MatrixShapes.Of(Config);
        IEnumerable<MatrixShape> wanted = Blocks is (int first, int last)
            ? Enumerable.Range(first, last - first + 1).SelectMany(
                block => all.Where(weight => weight.Name.StartsWith(Invariant($"h{block}/"), StringComparison.Ordinal)))
            : all;
        return wanted.GroupBy(GroupOf).Select(group => new WeightGroup(group.Key, [.. group.OrderBy(weight => weight.Rows > 1)]));
    }

    /// <summary>h0/attn/c_attn/w belongs to model_h0_attn_c_attn.</summary>
    private static string GroupOf(MatrixShape weight)
    {
        int slash = weight.Name.LastIndexOf('/');
        return MatrixTable.NameOfWeight(slash < 0 ? weight.Name : weight.Name[..slash]);
    }
}
