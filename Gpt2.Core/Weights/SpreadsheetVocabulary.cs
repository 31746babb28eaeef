// The two vocabulary files of the JavaScript edition of "spreadsheets are all you need": vocab_bpe.csv with the
// merges and bpe_token_ids.csv with the tokens.

using System.Globalization;
using CsvHelper;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights;

/// <summary>
/// vocab_bpe.csv: a header line, then left, right, rank, score; the highest score merges first.
/// bpe_token_ids.csv: no header; token, id; row i is id i.
/// </summary>
public static class SpreadsheetVocabulary
{
    public const string MergesFileName = "vocab_bpe.csv";
    public const string TokensFileName = "bpe_token_ids.csv";

    private static readonly string[] Header = ["left", "right", "rank", "score"];

    /// <summary>Reads the merges of a folder, and checks the tokens against them where the second file is there.</summary>
    /// <exception cref="Gpt2Exception">A file is not in this form, or the two do not agree.</exception>
    public static Vocabulary Read(string folder)
    {
        string path = Path.Combine(folder, MergesFileName);
        VocabularyFile.RequireSize(path);
        var rows = new List<(string Left, string Right, double Score, long Line)>();
        using (CsvReader reader = CsvReader.FromFile(path, Options(hasHeader: true)))
        {
            while (reader.Read())
            {
                if (reader.FieldCount < Header.Length || !reader.TryParse(3, out double score) || !double.IsFinite(score))
                {
                    throw Error(path, reader.LineNumber, $"expected {string.Join(", ", Header)}, the score a number");
                }

                rows.Add((reader.GetString(0), reader.GetString(1), score, reader.LineNumber));
            }
        }

        var builder = new VocabularyBuilder();
        foreach ((string left, string right, _, long line) in rows.OrderByDescending(row => row.Score))
        {
            if (builder.Add(left, right) is string error)
            {
                throw Error(path, line, error);
            }
        }

        Vocabulary vocabulary = builder.Build();
        string tokens = Path.Combine(folder, TokensFileName);
        if (File.Exists(tokens))
        {
            CheckTokens(vocabulary, tokens);
        }

        return vocabulary;
    }

    /// <summary>Writes both files into a folder.</summary>
    public static void Write(Vocabulary vocabulary, string folder)
    {
        var options = new CsvWriterOptions { NewLine = "\n", FormatProvider = CultureInfo.InvariantCulture };
        using (CsvWriter writer = CsvWriter.ToFile(Path.Combine(folder, MergesFileName), options))
        {
            writer.WriteRecord(Header);
            for (int rank = 0; rank < vocabulary.Merges.Count; rank++)
            {
                Merge merge = vocabulary.Merges[rank];
                writer.WriteField(vocabulary.WrittenForm(merge.Left));
                writer.WriteField(vocabulary.WrittenForm(merge.Right));
                writer.WriteField(rank, default);
                writer.WriteField(vocabulary.Merges.Count - rank, default);
                writer.EndRecord();
            }
        }

        using (CsvWriter writer = CsvWriter.ToFile(Path.Combine(folder, TokensFileName), options))
        {
            for (int id = 0; id < vocabulary.Count; id++)
            {
                writer.WriteField(vocabulary.WrittenForm(id));
                writer.WriteField(id, default);
                writer.EndRecord();
            }
        }
    }

    private static void CheckTokens(Vocabulary vocabulary, string path)
    {
        VocabularyFile.RequireSize(path);
        var tokenizer = new Tokenizer(vocabulary);
        int expected = 0;
        using CsvReader reader = CsvReader.FromFile(path, Options(hasHeader: false));
        while (reader.Read())
        {
            if (reader.FieldCount < 2 || !reader.TryParse(1, out int id) || id != expected || id >= vocabulary.Count)
            {
                throw Error(path, reader.LineNumber, $"expected a token and the id {expected} of {vocabulary.Count}");
            }

            // The token may stand in the byte alphabet or as the text that it is.
            string token = reader.GetString(0);
            if (token != vocabulary.WrittenForm(id) && token != tokenizer.Decode([id]))
            {
                throw Error(path, reader.LineNumber,
                    $"found token '{token}' for id {id}, expected '{vocabulary.WrittenForm(id)}' as {MergesFileName} makes it");
            }

            expected++;
        }

        if (expected != vocabulary.Count)
        {
            throw new Gpt2Exception($"{path}: found {expected} tokens, expected {vocabulary.Count} as {MergesFileName} makes them");
        }
    }

    private static CsvReaderOptions Options(bool hasHeader) => new()
    {
        Separator = ',',
        HasHeader = hasHeader,
        TrackLineNumbers = true,
        FormatProvider = CultureInfo.InvariantCulture,
    };

    private static Gpt2Exception Error(string path, long line, string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{path} line {line}: {what}"));
}
