// The address of a cell as people write it: h0.step7[5, 0], or h0.step7[' moves', head 0, 'Mike']. Here a parsed address gets its
// meaning in a model and a prompt; AddressText takes the text apart.

using System.Text.RegularExpressions;
using Gpt2.Core.Model;
using static System.FormattableString;

namespace Gpt2.Core.Explaining;

/// <summary>
/// A cell of a forward pass: MATRIX[ROW, COLUMN] or MATRIX[ROW, head H, COLUMN]. Everything is counted from 0, and a negative number from
/// the end, −1 being the last. A token's row, and a column that stands for a token, may also be its text in quotes.
/// </summary>
/// <param name="Matrix">The matrix's name.</param>
/// <param name="Row">The row: the token's position in the prompt.</param>
/// <param name="Column">The column of the matrix, over all heads.</param>
public sealed partial record CellAddress(string Matrix, int Row, int Column)
{
    /// <summary>Parses an address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="config">The model's sizes.</param>
    /// <param name="tokens">The prompt.</param>
    /// <exception cref="Gpt2Exception">
    /// It has another form, or names a matrix, row, head or column that does not exist, or a token that is not there or occurs twice.
    /// </exception>
    public static CellAddress Parse(string text, Gpt2Config config, PromptTokens tokens)
    {
        try
        {
            AddressText parts = FormOf(text);
            MatrixDescription matrix = MatrixOf(parts.Matrix, config);
            int row = parts.Row.Text is byte[] token
                ? tokens.PositionOf(token)
                : Index(parts.Row, "row", tokens.Ids.Count);
            return new CellAddress(matrix.Name, row, ColumnOf(parts, matrix, config, tokens));
        }
        catch (Gpt2Exception e) when (e.Where is null)
        {
            throw e.At(Place(text));
        }
    }

    /// <summary>The rows that a pass must compute after the blocks for the cell to be there.</summary>
    /// <param name="tokens">Number of tokens of the prompt.</param>
    /// <param name="config">The model's sizes.</param>
    public HeadRows RowsNeeded(int tokens, Gpt2Config config) =>
        MatrixOf(Matrix, config).IsAfterBlocks && Row < tokens - 1 ? HeadRows.All : HeadRows.Last;

    public override string ToString() => Written(Matrix, Row, Column);

    /// <summary>An address taken apart, before there is a model to look it up in.</summary>
    /// <exception cref="Gpt2Exception">It has another form.</exception>
    internal static AddressText FormOf(string text)
    {
        try
        {
            return AddressText.Parse(text);
        }
        catch (Gpt2Exception e)
        {
            throw e.At(Place(text));
        }
    }

    internal static string Written(string matrix, int row, int column) => Invariant($"{matrix}[{row}, {column}]");

    private static ErrorPlace Place(string text) => string.IsNullOrWhiteSpace(text) ? "cell" : VisibleText.Brief(text.Trim());

    private static MatrixDescription MatrixOf(string name, Gpt2Config config)
    {
        MatrixDescription[] all = [.. MatrixTable.Of(config)];
        if (all.FirstOrDefault(description => description.Name == name) is MatrixDescription found)
        {
            return found;
        }

        Match step = StepForm().Match(name);
        string last = Invariant($"h{config.Layers - 1}");
        if (!step.Success)
        {
            throw new Gpt2Exception($"there is no matrix '{VisibleText.Brief(name)}'")
            {
                Expected = $"h0.step1 to {last}.step{BlockStep.Count}, or one of "
                    + string.Join(", ", all.Where(description => description.Block is null).Select(description => description.Name)),
            };
        }

        string block = step.Groups[1].Value;
        if (!all.Any(description => description.Name.StartsWith(block + ".", StringComparison.Ordinal)))
        {
            throw new Gpt2Exception($"there is no block {block}") { Expected = config.Layers == 1 ? "h0" : $"h0 to {last}" };
        }

        throw name.EndsWith(".step5", StringComparison.Ordinal)
            ? new Gpt2Exception("step 5 is three matrices") { Expected = $"{name}.queries, {name}.keys or {name}.values" }
            : new Gpt2Exception($"there is no matrix '{VisibleText.Brief(name)}'")
            {
                Expected = Invariant($"{block}.step1 to {block}.step{BlockStep.Count}, of which step5 has .queries, .keys and .values"),
            };
    }

    private static int ColumnOf(AddressText parts, MatrixDescription matrix, Gpt2Config config, PromptTokens tokens)
    {
        int total = tokens.Ids.Count, perHead = matrix.Columns switch
        {
            ColumnKind.HeadsAndTokens => total,
            ColumnKind.HeadsAndChannels => config.HeadSize,
            _ => 0,
        };
        int head = 0;
        if (parts.Head is AddressPart given)
        {
            if (perHead == 0)
            {
                throw new Gpt2Exception($"{matrix.Name} is not divided among heads")
                {
                    Expected = $"{matrix.Name}[ROW, COLUMN]",
                    Remedy = $"the heads' matrices are h{matrix.Block ?? 0}.step5.queries, .keys, .values, step6, step7 and step8",
                };
            }

            head = Index(given, "head", config.Heads);
        }

        AddressPart column = parts.Column;
        if (column.Text is not byte[] token)
        {
            return parts.Head is null
                ? Index(column, "column", Columns(matrix.Columns, config, total))
                : (head * perHead) + Index(column, matrix.Columns == ColumnKind.HeadsAndTokens ? "token" : "channel", perHead);
        }

        return matrix.Columns switch
        {
            ColumnKind.Vocabulary => tokens.IdOf(token),
            ColumnKind.HeadsAndTokens when parts.Head is null && config.Heads > 1 =>
                throw new Gpt2Exception("the head is missing") { Expected = $"head 0 to head {config.Heads - 1} before the token" },
            ColumnKind.HeadsAndTokens => (head * total) + tokens.PositionOf(token),
            _ => throw new Gpt2Exception($"the columns of {matrix.Name} are not tokens") { Expected = "a column's number" },
        };
    }

    private static int Columns(ColumnKind kind, Gpt2Config config, int total) => kind switch
    {
        ColumnKind.QueriesKeysValues => 3 * config.Channels,
        ColumnKind.HeadsAndTokens => config.Heads * total,
        ColumnKind.Hidden => config.Hidden,
        ColumnKind.Vocabulary => config.Vocabulary,
        _ => config.Channels,
    };

    /// <summary>A number from 0 to <paramref name="count"/> − 1, or a negative one counted from the end.</summary>
    internal static int Index(AddressPart part, string what, int count)
    {
        int index = part.Number < 0 ? part.Number + count : part.Number;
        return index >= 0 && index < count ? index : throw new Gpt2Exception(Invariant($"there is no {what} {part.Number}"))
        {
            Expected = count == 1 ? "0" : Invariant($"0 to {count - 1}, or -1 to -{count} counted from the end"),
        };
    }

    [GeneratedRegex("^(h[0-9]+)\\.step[0-9]+(\\.[a-z]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex StepForm();
}
