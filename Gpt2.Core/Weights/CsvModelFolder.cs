// The public way to read and write a whole model folder in the CSV layout.

using System.Collections.Concurrent;
using System.IO.Enumeration;
using System.Runtime.ExceptionServices;
using Gpt2.Core.Files;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.JavaScript;

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
    /// <summary>Reads all weights. Files are parsed on all cores; memory use is little more than the weights.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="progress">Receives the share read, 0 to 1, after each file; or null.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <exception cref="Gpt2Exception">A file is missing or wrong.</exception>
    public static Gpt2Weights ReadWeights(string folder, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        using ModelSource source = ModelFormat.Csv.Open(folder, HyperparametersFile.FileName, folder);
        return source.ReadWeights(progress, cancellation);
    }

    /// <summary>Writes a model; the folder appears when it is complete.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="vocabulary">The vocabulary; null for a model without text.</param>
    /// <param name="files">Which vocabulary files to write.</param>
    /// <param name="progress">Receives the share written, 0 to 1; or null.</param>
    /// <param name="also">Writes further files into the folder it is given, before the target appears.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <returns>The names of the files.</returns>
    /// <exception cref="Gpt2Exception">The folder cannot be written.</exception>
    public static string[] Write(
        string folder, Gpt2Weights weights, Vocabulary? vocabulary, VocabularyFiles files = VocabularyFiles.Gpt2,
        IProgress<double>? progress = null, Action<string>? also = null, CancellationToken cancellation = default) => StagedFolder.Write(
        folder,
        staged => staged.Put(() =>
        {
            if (files == VocabularyFiles.JavaScript)
            {
                SpreadsheetVocabulary.Require(weights.Config, vocabulary);
            }

            HyperparametersFile.Write(weights.Config, vocabulary, staged.File(HyperparametersFile.FileName));
            if (vocabulary is not null && files == VocabularyFiles.Gpt2)
            {
                VocabularyFile.Write(vocabulary, staged.File(VocabularyFile.FileName));
            }
            else if (vocabulary is not null)
            {
                SpreadsheetVocabulary.Write(vocabulary, staged.Path);
            }

            if (vocabulary is not null)
            {
                AddedTokensFile.WriteIfAny(vocabulary, staged);
            }

            cancellation.ThrowIfCancellationRequested();
            WriteMatrices(staged, weights, progress, cancellation);
            also?.Invoke(staged.Path);
        }),
        IsOfLayout);

    /// <summary>Writes all matrices, on all cores, the largest first.</summary>
    private static void WriteMatrices(StagedFolder staged, Gpt2Weights weights, IProgress<double>? progress, CancellationToken cancellation)
    {
        long done = 0;
        IEnumerable<Matrix> matrices = weights.Matrices().OrderByDescending(matrix => matrix.Span.Length);
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.ForEach(Partitioner.Create(matrices, EnumerablePartitionerOptions.NoBuffering), options, matrix =>
            {
                CsvMatrixFile.Write(staged.File(CsvLayout.FileOf(matrix.Name)), matrix);
                progress?.Report((double)Interlocked.Add(ref done, matrix.Span.Length) / weights.Config.Parameters);
            });
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }
    }

    /// <summary>
    /// The replaced model may have had files that this one does not have, such as an untied head. If they stayed, they
    /// would be read as part of this model.
    /// </summary>
    private static bool IsOfLayout(string file) =>
        FileSystemName.MatchesSimpleExpression(CsvLayout.FileOf("*"), file)
        || file is VocabularyFile.FileName or AddedTokensFile.FileName
            or SpreadsheetVocabulary.MergesFileName or SpreadsheetVocabulary.TokensFileName;
}
