// An opened model on disk: its sizes are known and its files exist, but its weights are read only when asked for.

using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights;

/// <summary>An opened model in any format. Open one with <see cref="ModelFolder.Open"/>.</summary>
internal sealed class ModelSource : IDisposable
{
    private readonly ModelFiles files;

    private ModelSource(ModelFormat format, string path, ModelFiles files, Gpt2Config config)
    {
        Format = format;
        Path = path;
        this.files = files;
        Config = config;
    }

    public ModelFormat Format { get; }

    /// <summary>The folder of the model, or its file if the user named that.</summary>
    public string Path { get; }

    /// <summary>The sizes of the model.</summary>
    public Gpt2Config Config { get; }

    /// <summary>How the numbers are stored; null for text.</summary>
    public string? StoredTypes => files.StoredTypes;

    /// <summary>Opens a model and throws for the first thing that is wrong with it.</summary>
    /// <exception cref="Gpt2Exception">Something is wrong with it.</exception>
    internal static ModelSource Open(ModelFormat format, string path, ModelFiles files)
    {
        try
        {
            Gpt2Config sizes = null!;
            Advised(() => sizes = files.ReadSizes(), ModelFiles.OfTheModel);
            Advised(() => files.FindTensors(e => throw e));
            Advised(() => sizes = files.WithVariant(sizes, e => throw e), ModelFiles.OfTheModel);
            Advised(() => files.RequireTensors(sizes));
            var source = new ModelSource(format, path, files, sizes);
            if (files.Unused(sizes).FirstOrDefault() is Gpt2Exception unused)
            {
                source.RequireAll(); // it may be one that is missing, under another name
                throw unused;
            }

            return source;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>The tokenizer; null if the model has none.</summary>
    /// <exception cref="Gpt2Exception">
    /// Its files are wrong, or do not agree with each other or with the sizes.
    /// </exception>
    public Tokenizer? ReadTokenizer()
    {
        Tokenizer? tokenizer = null;
        Advised(() => tokenizer = files.ReadTokenizer(Config), FolderVocabulary.TakeAnother);
        return tokenizer;
    }

    /// <summary>Throws for the first matrix that is missing, or whose file is too short for its numbers.</summary>
    /// <exception cref="Gpt2Exception">There is such a matrix.</exception>
    public void RequireAll() => Advised(() => files.RequireAll(Config));

    /// <summary>Fills one matrix, found by its name. Several threads may read different ones at once.</summary>
    /// <param name="matrix">Has a name and shape of <see cref="MatrixShapes.Of"/> and receives the numbers.</param>
    /// <exception cref="Gpt2Exception">The model's file is missing or wrong.</exception>
    public void Read(Matrix matrix) => Advised(() => files.Read(matrix));

    /// <summary>Reads all weights, on all cores; memory use is little more than the weights.</summary>
    /// <param name="progress">Receives the share read, 0 to 1, after each matrix; or null.</param>
    /// <param name="cancellation">Stops between matrices.</param>
    /// <exception cref="Gpt2Exception">A file is missing or wrong.</exception>
    public Gpt2Weights ReadWeights(IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        RequireAll();
        var weights = new Gpt2Weights(Config);

        // The largest first and one at a time, so that no core is left with a large one at the end.
        IEnumerable<Matrix> matrices = weights.Matrices().OrderByDescending(matrix => matrix.Span.Length);
        long done = 0;
        var read = new ConcurrentDictionary<Matrix, bool>();
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.ForEach(Partitioner.Create(matrices, EnumerablePartitionerOptions.NoBuffering), options, matrix =>
            {
                Read(matrix);
                read.TryAdd(matrix, true);
                progress?.Report((double)Interlocked.Add(ref done, matrix.Span.Length) / Config.Parameters);
            });
        }
        catch (AggregateException e)
        {
            // If there are several errors, always the first in order, so that a broken model gives the same message
            // every time.
            foreach (Matrix matrix in weights.Matrices().Where(matrix => !read.ContainsKey(matrix)))
            {
                cancellation.ThrowIfCancellationRequested();
                Read(matrix);
            }

            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }

        return weights;
    }

    public void Dispose() => files.Dispose();

    /// <summary>
    /// Runs an action whose error then says what the doctor would say: that a file has another name, and what to do.
    /// </summary>
    /// <param name="action">Reads files.</param>
    /// <param name="remedy">What to do about a file that exists, if the error does not say.</param>
    private static void Advised(Action action, string remedy = WrongFile.Again)
    {
        try
        {
            action();
        }
        catch (Gpt2Exception e) when (e.Where is ErrorPlace where && (e.Remedy is null || !RegularFile.IsTaken(where.Name)))
        {
            throw FileNames.MisnamedAt(where.Name)
                ?? e.At(where, e.Remedy ?? (RegularFile.IsTaken(where.Name) ? remedy : WrongFile.Again));
        }
    }
}
