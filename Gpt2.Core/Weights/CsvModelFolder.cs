// A model folder in the CSV layout, read and written whole.

using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights;

/// <summary>Which vocabulary files a folder gets.</summary>
public enum VocabularyFiles
{
    /// <summary>vocab.bpe</summary>
    Gpt2,

    /// <summary>vocab_bpe.csv and bpe_token_ids.csv</summary>
    JavaScript,
}

/// <summary>Reads and writes model folders in the CSV layout.</summary>
public static class CsvModelFolder
{
    /// <summary>Reads all weights. Files are parsed on all cores; memory is little more than the weights.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="progress">Is told the share of bytes read, 0 to 1, after each file; or null.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <exception cref="Gpt2Exception">A file is missing or wrong.</exception>
    public static Gpt2Weights ReadWeights(string folder, IProgress<double>? progress = null, CancellationToken cancellation = default) =>
        ReadWeights(folder, CsvLayout.ConfigOf(folder), progress, cancellation);

    /// <summary>The same where <see cref="CsvLayout.ConfigOf"/> has been asked already.</summary>
    /// <exception cref="Gpt2Exception">A file is missing or wrong.</exception>
    public static Gpt2Weights ReadWeights(
        string folder, Gpt2Config config, IProgress<double>? progress, CancellationToken cancellation)
    {
        CsvLayout.RequireFiles(folder, config);
        var weights = new Gpt2Weights(config);

        // The largest first, so that no core is left with one at the end.
        Matrix[] matrices = [.. weights.Matrices().OrderByDescending(matrix => matrix.Span.Length)];
        long done = 0;
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.ForEach(matrices, options, matrix =>
            {
                CsvMatrixFile.Read(Path.Combine(folder, CsvLayout.FileOf(matrix.Name)), matrix);
                progress?.Report((double)Interlocked.Add(ref done, matrix.Span.Length) / config.Parameters);
            });
        }
        catch (AggregateException e)
        {
            throw FirstInOrder(e);
        }

        return weights;
    }

    /// <summary>Writes a model; the folder appears when it is whole.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="vocabulary">The vocabulary; null for a model without text.</param>
    /// <param name="files">Which vocabulary files to write.</param>
    /// <param name="progress">Is told the share written, 0 to 1; or null.</param>
    /// <param name="also">Writes further files into the folder it is given, before that appears.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <exception cref="Gpt2Exception">The folder cannot be written.</exception>
    public static void Write(
        string folder, Gpt2Weights weights, Vocabulary? vocabulary, VocabularyFiles files = VocabularyFiles.Gpt2,
        IProgress<double>? progress = null, Action<string>? also = null, CancellationToken cancellation = default)
    {
        using var staged = new StagedFolder(folder);
        HyperparametersFile.Write(weights.Config, staged.File(HyperparametersFile.FileName));
        if (vocabulary is not null && files == VocabularyFiles.Gpt2)
        {
            VocabularyFile.Write(vocabulary, staged.File(VocabularyFile.FileName));
        }
        else if (vocabulary is not null)
        {
            SpreadsheetVocabulary.Write(vocabulary, staged.Path);
        }

        long done = 0;
        foreach (Matrix matrix in weights.Matrices())
        {
            cancellation.ThrowIfCancellationRequested();
            CsvMatrixFile.Write(staged.File(CsvLayout.FileOf(matrix.Name)), matrix);
            done += matrix.Span.Length;
            progress?.Report((double)done / weights.Config.Parameters);
        }

        also?.Invoke(staged.Path);
        string[] written = [.. Directory.EnumerateFiles(staged.Path).Select(file => Path.GetFileName(file))];
        staged.Commit();
        DeleteOthers(folder, written);
    }

    /// <summary>
    /// A model that is replaced may have had files that this one has not, such as a head of its own: left behind, they
    /// would pass for this one's.
    /// </summary>
    private static void DeleteOthers(string folder, string[] written)
    {
        string[] vocabularies = [VocabularyFile.FileName, SpreadsheetVocabulary.MergesFileName, SpreadsheetVocabulary.TokensFileName];
        IEnumerable<string> ofLayout = Directory.EnumerateFiles(folder, CsvLayout.FileOf("*")).Select(file => Path.GetFileName(file));
        foreach (string file in ofLayout.Concat(vocabularies).Except(written))
        {
            File.Delete(Path.Combine(folder, file));
        }
    }

    /// <summary>Of several errors always the same one, so that a broken folder gives the same message every time.</summary>
    private static Exception FirstInOrder(AggregateException errors) =>
        errors.Flatten().InnerExceptions.OrderBy(error => error is not Gpt2Exception).ThenBy(error => error.Message, StringComparer.Ordinal).First();
}
