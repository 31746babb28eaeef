// The file of examples: JSON Lines or CSV, which its first character tells. JsonRows and CsvRows read the two.

namespace Gpt2.Core.PostTraining.Data;

/// <summary>Reads examples.</summary>
internal static class ExampleReader
{
    /// <summary>Characters of a row: far more than any model's context holds.</summary>
    public const int LongestRow = 1 << 20;

    /// <summary>Reads the examples of a file.</summary>
    /// <param name="text">The text of the file, without a byte-order mark.</param>
    /// <param name="name">The name of the file, for messages.</param>
    /// <param name="limit">How many rows may be skipped.</param>
    /// <exception cref="Gpt2Exception">
    /// It is neither JSON Lines nor CSV with the fields of a kind, its rows are of different kinds, or too many cannot be used.
    /// </exception>
    public static ExampleSet Read(string text, string name, SkipLimit limit)
    {
        var rows = new ExampleRows(name);
        switch (text.AsSpan().TrimStart() is [char first, ..] ? first : '\0')
        {
            case '\0':
                break;
            case '{':
                JsonRows.Read(text, rows);
                break;
            case '[':
                throw new Gpt2Exception("found a JSON array")
                {
                    Where = name,
                    Expected = "JSON Lines, an object on each line, or CSV",
                    Remedy = $"convert it, for example with: jq -c '.[]' {name}",
                };
            default:
                CsvRows.Read(text, name, rows);
                break;
        }

        return rows.Finish(limit);
    }

    /// <summary>What is said of a row that is too long to be read.</summary>
    internal static string TooLong(long characters) => $"{Plural.Of(characters, "character")}, expected at most {LongestRow}";
}
