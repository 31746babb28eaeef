// Measures loading all of GPT-2 small in each format, against what no reader of CSV files beats: CsvHelper parsing the
// same files on the same threads without a check, and the system reading their bytes.

using System.Collections.Concurrent;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using CsvHelper;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Gguf;
using Gpt2.Core.Weights.HuggingFace;
using Gpt2.Core.Weights.LlmC;

namespace Gpt2.Benchmarks;

[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 1, iterationCount: 5)]
public class ModelLoadingBenchmarks
{
    // As CsvMatrixFile has them.
    private static readonly CsvReaderOptions Options = new()
    {
        Separator = ',',
        HasHeader = false,
        Mode = CsvMode.NoEscape,
        TrimWhitespace = true,
        MaxRecordSize = 1 << 26,
        FormatProvider = CultureInfo.InvariantCulture,
    };

    private string folder = "";

    private string Csv => Path.Combine(folder, "csv");

    /// <summary>Writes random weights in the formats: 3.1 GB in the system's folder for temporary files.</summary>
    [GlobalSetup]
    public void Setup()
    {
        folder = Directory.CreateTempSubdirectory("gpt2-benchmarks-").FullName;
        var weights = new Gpt2Weights(Gpt2Config.Small);
        WeightInitialisation.Fill(weights, 1);
        CsvModelFolder.Write(Csv, weights, null);
        HuggingFaceFolder.Write(Path.Combine(folder, "safetensors"), weights, null);
        LlmCFile.Write(Path.Combine(folder, "llmc.bin"), weights, null);
        GgufFile.Write(Path.Combine(folder, "f32.gguf"), weights, null);
        GgufFile.Write(Path.Combine(folder, "q8_0.gguf"), weights, null, GgufWeights.Q8);
    }

    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(folder, recursive: true);

    [Benchmark(Baseline = true)]
    public void BareCsvHelper() => EachFile((path, matrix) =>
    {
        using CsvReader reader = CsvReader.FromFile(path, Options);
        for (int row = 0; reader.Read(); row++)
        {
            Span<float> cells = matrix.Row(row);
            for (int column = 0; column < cells.Length; column++)
            {
                cells[column] = reader.Parse<float>(column);
            }
        }
    });

    [Benchmark]
    public Gpt2Weights CsvFolder() => Read(Csv);

    [Benchmark]
    public void BytesOfCsvFolder() => EachFile((path, _) =>
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var buffer = new byte[1 << 20];
        while (stream.Read(buffer) > 0)
        {
        }
    });

    [Benchmark]
    public Gpt2Weights Safetensors() => Read(Path.Combine(folder, "safetensors"));

    [Benchmark]
    public Gpt2Weights LlmC() => Read(Path.Combine(folder, "llmc.bin"));

    [Benchmark]
    public Gpt2Weights Gguf() => Read(Path.Combine(folder, "f32.gguf"));

    [Benchmark]
    public Gpt2Weights GgufOf8Bits() => Read(Path.Combine(folder, "q8_0.gguf"));

    private static Gpt2Weights Read(string path)
    {
        using ModelSource source = ModelFolder.Open(path);
        return source.ReadWeights();
    }

    /// <summary>Files side by side, the largest first, as the product reads them.</summary>
    private void EachFile(Action<string, Matrix> read)
    {
        var weights = new Gpt2Weights(Gpt2Config.Small);
        IEnumerable<Matrix> matrices = weights.Matrices().OrderByDescending(matrix => matrix.Span.Length);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.ForEach(
            Partitioner.Create(matrices, EnumerablePartitionerOptions.NoBuffering), options,
            matrix => read(Path.Combine(Csv, CsvLayout.FileOf(matrix.Name)), matrix));
    }
}
