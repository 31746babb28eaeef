// A model on disk, opened: its sizes are known and its files are there, its weights are read when asked for.

using System.Collections.Concurrent;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights;

/// <summary>An opened model in any format. Open one with <see cref="ModelFolder.Open"/>.</summary>
internal abstract class ModelSource : IDisposable
{
    private protected ModelSource(ModelFormat format, string path)
    {
        Format = format;
        Path = path;
    }

    public ModelFormat Format { get; }

    /// <summary>The folder of the model, or its file where it was named by that.</summary>
    public string Path { get; }

    /// <summary>The sizes of the model.</summary>
    public abstract Gpt2Config Config { get; }

    /// <summary>The tokenizer; null where the model has none.</summary>
    /// <exception cref="Gpt2Exception">Its files are wrong, or do not agree with each other or with the sizes.</exception>
    public abstract Tokenizer? ReadTokenizer();

    /// <summary>Fills one matrix, found by its name. Several threads may read different ones at once.</summary>
    /// <param name="matrix">Has a name and shape of <see cref="MatrixShapes.Of"/> and receives the numbers.</param>
    /// <exception cref="Gpt2Exception">The model's file is missing or wrong.</exception>
    public abstract void Read(Matrix matrix);

    /// <summary>Reads all weights, on all cores; memory is little more than the weights.</summary>
    /// <param name="progress">Is told the share read, 0 to 1, after each matrix; or null.</param>
    /// <param name="cancellation">Stops between matrices.</param>
    /// <exception cref="Gpt2Exception">A file is missing or wrong.</exception>
    public Gpt2Weights ReadWeights(IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        RequireWhole();
        var weights = new Gpt2Weights(Config);

        // The largest first and one at a time, so that no core is left with one at the end.
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
            // Of several errors always the first in order, so that a broken model gives the same message every time.
            foreach (Matrix matrix in weights.Matrices().Where(matrix => !read.ContainsKey(matrix)))
            {
                Read(matrix);
            }

            throw e.Flatten().InnerExceptions[0];
        }

        return weights;
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Throws where a file cannot hold what the sizes ask for, before memory is taken for it.</summary>
    private protected virtual void RequireWhole()
    {
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
