// The sizes of a CSV folder from two sides: what hparams.json says, and what most files are like.

using System.Globalization;
using System.Text.RegularExpressions;
using Gpt2.Core.Model;
using Gpt2.Core.Weights.JavaScript;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>Finds the sizes of a model in the CSV layout.</summary>
internal static partial class CsvSizes
{
    private static readonly SizeWords Words = new(
        HyperparametersFile.FileName, "n_vocab", "n_ctx", "most files", CsvLayout.FileOf("wte"), CsvLayout.FileOf("wpe"), "files");

    /// <summary>Examines the sizes.</summary>
    /// <returns>The sizes to expect; null where neither side says any.</returns>
    public static Gpt2Config? Examine(string folder, FileNames names, FindingList findings)
    {
        int before = findings.All.Count;
        Gpt2Config? stated = Stated(names, findings);
        int layers = names.All.Select(name => BlockFile().Match(name)).Where(match => match.Success)
            .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) + 1).DefaultIfEmpty(0).Max();
        int channels = ChannelsOf(folder, names);
        int? vocabulary = RowsOf(folder, names, "wte", channels), context = RowsOf(folder, names, "wpe", channels);
        var seen = new SeenSizes(vocabulary, context, channels, layers);
        if (stated is not null)
        {
            return seen.Reconcile(stated, Words, findings);
        }

        // The JavaScript edition has none.
        if (before == findings.All.Count && !(names.Has(SpreadsheetVocabulary.MergesFileName) && seen.Guess() is not null))
        {
            findings.Wrong(FindingArea.Sizes, HyperparametersFile.FileName, "is missing", seen.HowToWriteHyperparameters());
        }

        return seen.Guess();
    }

    /// <summary>What hparams.json says; null where it is missing, or wrong, which is then found.</summary>
    public static Gpt2Config? Stated(FileNames names, FindingList findings)
    {
        if (names.Find(HyperparametersFile.FileName, FindingArea.Sizes, findings) is not string path
            || !FileRemedies.LooksReadable(path, FindingArea.Sizes, findings))
        {
            return null;
        }

        try
        {
            return HyperparametersFile.Read(path);
        }
        catch (Gpt2Exception e)
        {
            findings.Wrong(FindingArea.Sizes, HyperparametersFile.FileName, FileRemedies.Words(e, path), "correct it, or take the one of the model");
            return null;
        }
    }

    /// <summary>The number of columns that most of the files agree on that should have as many as there are channels; 0 without any.</summary>
    private static int ChannelsOf(string folder, FileNames names)
    {
        var counts = new Dictionary<int, int>();
        foreach (string name in names.All.Where(name => ChannelsWide().IsMatch(name)))
        {
            if (Shape(Path.Combine(folder, name)) is { HasPoints: true } shape)
            {
                (long rows, int cells, _) = shape;
                int width = cells == 1 && rows <= int.MaxValue && !name.EndsWith("_wte.csv", StringComparison.Ordinal) ? (int)rows : cells;
                counts[width] = counts.GetValueOrDefault(width) + 1;
            }
        }

        return counts.Count == 0 ? 0 : counts.OrderByDescending(count => count.Value).ThenByDescending(count => count.Key).First().Key;
    }

    private static int? RowsOf(string folder, FileNames names, string matrix, int channels)
    {
        string name = CsvLayout.FileOf(matrix);
        if (!names.Has(name) || Shape(Path.Combine(folder, name)) is not (long rows, int cells, _) || rows > int.MaxValue)
        {
            return null;
        }

        return cells == channels ? (int)rows : rows == channels ? cells : null; // the latter is a transposed file
    }

    /// <summary>
    /// Lines of a file, cells of its first line, and whether a decimal point stands there, without which nobody knows what its
    /// commas are; null for what is no file of numbers between commas.
    /// </summary>
    private static (long Rows, int Cells, bool HasPoints)? Shape(string path)
    {
        try
        {
            return FileKinds.Of(path) == FileKind.Other ? Count(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static (long Rows, int Cells, bool HasPoints)? Count(string path)
    {
        using FileStream file = RegularFile.OpenRead(path);
        var block = new byte[1 << 16];
        long rows = 0;
        int cells = 1;
        bool inFirst = true, lineHasText = false, hasPoints = false;
        for (int read; (read = file.Read(block)) > 0;)
        {
            ReadOnlySpan<byte> rest = block.AsSpan(0, read);
            while (!rest.IsEmpty)
            {
                int end = rest.IndexOf((byte)'\n');
                ReadOnlySpan<byte> line = end < 0 ? rest : rest[..end];
                if (inFirst)
                {
                    if (line.ContainsAny((byte)';', (byte)'\t', (byte)'"'))
                    {
                        return null;
                    }

                    cells += line.Count((byte)',');
                    hasPoints |= line.Contains((byte)'.');
                }

                lineHasText |= line.ContainsAnyExcept((byte)' ', (byte)'\r', (byte)'\t');
                if (end < 0)
                {
                    break;
                }

                rows += lineHasText ? 1 : 0;
                inFirst &= !lineHasText;
                lineHasText = false;
                rest = rest[(end + 1)..];
            }
        }

        return (rows + (lineHasText ? 1 : 0), cells, hasPoints);
    }

    [GeneratedRegex("^model_h([0-9]{1,3})_.*\\.csv$")]
    private static partial Regex BlockFile();

    [GeneratedRegex("^model_(wte|wpe|lm_head|ln_f_[gb]|h[0-9]+_(ln_[12]_[gb]|(attn|mlp)_c_proj_[wb]))\\.csv$")]
    private static partial Regex ChannelsWide();
}
