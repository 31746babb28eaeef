// The two vocabulary files of the JavaScript edition of "spreadsheets are all you need": vocab_bpe.csv with the
// merges and bpe_token_ids.csv with the tokens.

using System.Globalization;
using System.Text;
using Gpt2.Core.Model;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights.JavaScript;

/// <summary>
/// vocab_bpe.csv: a header line, then left, right, rank, score; the highest score merges first. bpe_token_ids.csv: no
/// header; token, id; row i is id i. Tokens are written as plain text, as the page needs them; files in the byte
/// alphabet can be read too.
/// </summary>
internal static class SpreadsheetVocabulary
{
    public const string MergesFileName = "vocab_bpe.csv";
    public const string TokensFileName = "bpe_token_ids.csv";

    private const string Header = "left,right,rank,score";
    private const string Expected = "the vocabulary files of the JavaScript edition";

    /// <summary>Reads the merges of a folder, and checks the tokens against them if the second file exists.</summary>
    /// <exception cref="Gpt2Exception">A file is not in this form, or the two do not agree.</exception>
    public static Vocabulary Read(string folder)
    {
        string path = Path.Combine(folder, MergesFileName);
        MergeRow[] rows = [.. ReadRows(path).OrderByDescending(row => row.Score)];

        // Only the plain-text spelling has bytes written out, so if there are any, it is tried first.
        bool holdsBytes = rows.Any(row => SpreadsheetToken.IsBytes(row.Left.Text) || SpreadsheetToken.IsBytes(row.Right.Text));
        Func<string, string>[] spellings = holdsBytes ? [SpreadsheetToken.FromText, SpreadsheetToken.FromAlphabet] : [SpreadsheetToken.FromAlphabet];
        (Vocabulary? Vocabulary, int Rows, Gpt2Exception? Error) furthest = (null, -1, null);
        foreach (Func<string, string> spelling in spellings)
        {
            foreach (Func<SpreadsheetCell, string> textOf in (Func<SpreadsheetCell, string>[])[cell => cell.Text, cell => cell.AsRfc4180])
            {
                (Vocabulary? Vocabulary, int Rows, Gpt2Exception? Error) result = Build(rows, cell => spelling(textOf(cell)), path);
                furthest = result.Rows > furthest.Rows ? result : furthest;
            }
        }

        Vocabulary vocabulary = AddedTokensFile.AddTo(
            Path.Combine(folder, AddedTokensFile.FileName), furthest.Vocabulary ?? throw furthest.Error!);
        string tokens = Path.Combine(folder, TokensFileName);
        if (RegularFile.IsTaken(tokens))
        {
            CheckTokens(vocabulary, tokens);
        }

        return vocabulary;
    }

    /// <summary>Throws if the page would compute a model wrongly.</summary>
    /// <exception cref="Gpt2Exception">Its arithmetic is not GPT-2's, or it has ids without a token.</exception>
    public static void Require(Gpt2Config config, Vocabulary? vocabulary)
    {
        const string Page = "the page of the JavaScript edition";
        ArithmeticSettings.RequireGpt2(config, Page);
        vocabulary?.RequireNoUnused(Page);
    }

    /// <summary>Writes both files into a folder in the form the page reads.</summary>
    public static void Write(Vocabulary vocabulary, string folder)
    {
        string[] tokens = [.. Enumerable.Range(0, vocabulary.EndOfText)
            .Select(id => SpreadsheetCells.Written(SpreadsheetToken.Written(vocabulary.BytesOf(id))))];
        var merges = new StringBuilder(Header).Append('\n');
        for (int rank = 0; rank < vocabulary.Merges.Count; rank++)
        {
            Merge merge = vocabulary.Merges[rank];
            merges.Append(CultureInfo.InvariantCulture, $"{tokens[merge.Left]},{tokens[merge.Right]},{rank},{vocabulary.Merges.Count - rank}\n");
        }

        var ids = new StringBuilder();
        for (int id = 0; id < vocabulary.Count; id++)
        {
            string token = id < vocabulary.EndOfText ? tokens[id] : SpreadsheetCells.Written(vocabulary.WrittenForm(id));
            ids.Append(CultureInfo.InvariantCulture, $"{token},{id}\n");
        }

        File.WriteAllText(Path.Combine(folder, MergesFileName), merges.ToString());
        File.WriteAllText(Path.Combine(folder, TokensFileName), ids.ToString());
    }

    /// <summary>
    /// What the page cannot handle in a vocabulary, and how it is written in the files, in one sentence for each.
    /// </summary>
    public static IEnumerable<string> LimitsOf(Vocabulary vocabulary) => SpreadsheetLimits.Of(vocabulary);

    private static IEnumerable<MergeRow> ReadRows(string path)
    {
        string expected = Header.Replace(",", ", ", StringComparison.Ordinal);
        bool isHeader = true;
        foreach ((List<SpreadsheetCell> cells, int line) in SpreadsheetCells.Split(VocabularyFile.ReadText(path)).DefaultIfEmpty(([], 1)))
        {
            if (cells.Count < 4)
            {
                throw Error(
                    path, line, $"found {Plural.Of(cells.Count, "cell")}", isHeader ? $"{expected} as headings" : $"{expected}, the score a number");
            }

            if (!isHeader)
            {
                bool isNumber = double.TryParse(cells[3].Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double score);
                yield return isNumber && double.IsFinite(score)
                    ? new MergeRow(cells[0], cells[1], score, line)
                    : throw Error(path, line, $"found the score '{cells[3].Text}'", $"{expected}, the score a number");
            }

            isHeader = false;
        }
    }

    /// <summary>Builds a vocabulary from the merges, read in one of the spellings.</summary>
    /// <returns>The vocabulary, or how many rows could be read and what is wrong with the next.</returns>
    private static (Vocabulary? Vocabulary, int Rows, Gpt2Exception? Error) Build(MergeRow[] rows, Func<SpreadsheetCell, string> read, string path)
    {
        var builder = new VocabularyBuilder();
        for (int i = 0; i < rows.Length; i++)
        {
            if (builder.Add(read(rows[i].Left), read(rows[i].Right)) is Gpt2Exception error)
            {
                return (null, i, Error(path, rows[i].Line, error.Found, error.Expected!));
            }
        }

        return (builder.Build(), rows.Length, null);
    }

    private static void CheckTokens(Vocabulary vocabulary, string path)
    {
        var tokenizer = new Tokenizer(vocabulary);
        int expected = 0;
        foreach ((List<SpreadsheetCell> cells, int line) in SpreadsheetCells.Split(VocabularyFile.ReadText(path)))
        {
            if (cells.Count < 2 || !int.TryParse(cells[1].Text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int id)
                || id != expected || id >= vocabulary.Count)
            {
                string found = string.Join(',', cells.Take(2).Select(cell => cell.Text));
                throw Error(path, line, $"found '{found}'", $"a token and the id {expected} of {vocabulary.Count}");
            }

            string token = cells[0].Text;
            string written = vocabulary.WrittenForm(id);
            string plain = id >= vocabulary.EndOfText ? written : SpreadsheetToken.Written(vocabulary.BytesOf(id));
            string[] forms = [written, tokenizer.Decode([id]), plain];
            if (!forms.Contains(token) && !forms.Contains(cells[0].AsRfc4180) && SpreadsheetToken.FromAlphabet(token) != written)
            {
                throw Error(path, line, $"found token '{token}' for id {id}", $"'{plain}' as {MergesFileName} makes it");
            }

            expected++;
        }

        if (expected != vocabulary.Count)
        {
            throw new Gpt2Exception($"found {expected} tokens") { Where = path, Expected = $"{vocabulary.Count} as {MergesFileName} makes them" };
        }
    }

    private static Gpt2Exception Error(string path, long line, string found, string expected) =>
        WrongFile.Refusal(path, Expected) ?? new Gpt2Exception(found) { Where = new(path, line), Expected = expected };

    private readonly record struct MergeRow(SpreadsheetCell Left, SpreadsheetCell Right, double Score, int Line);
}
