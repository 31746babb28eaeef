// Measures reading a matrix from CSV, which is most of the time it takes to load a model, against the two things it
// cannot beat: CsvHelper splitting and parsing the same cells without a check, and the system reading the bytes.

using System.Globalization;
using BenchmarkDotNet.Attributes;
using CsvHelper;
using Gpt2.Benchmarks.Support;
using Gpt2.Core.Numerics;

namespace Gpt2.Benchmarks;

[ThroughputColumn]
public class LoadingBenchmarks : IProcessesBytes
{
    private const int Rows = 5000;
    private const int Columns = 768;

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

    // The table is made in another process than the measurement; the same seed gives a file of the same length.
    private static readonly Lazy<long> FileLength = new(MeasureLength);

    private readonly Matrix matrix = new("matrix", Rows, Columns);
    private string folder = "";

    public long BytesPerCall => FileLength.Value;

    private string FileName => Path.Combine(folder, "matrix.csv");

    [GlobalSetup]
    public void Setup()
    {
        folder = Directory.CreateTempSubdirectory("gpt2-benchmarks-").FullName;
        WriteMatrix(FileName);
        CsvMatrixFileRead();
        float[] own = matrix.Span.ToArray();
        matrix.Span.Clear();
        BareCsvHelper();
        if (!matrix.Span.SequenceEqual(own))
        {
            throw new InvalidOperationException($"CsvHelper alone reads other numbers from {FileName} than CsvMatrixFile");
        }
    }

    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(folder, recursive: true);

    [Benchmark]
    public void CsvMatrixFileRead() => CsvMatrixFile.Read(FileName, matrix);

    [Benchmark(Baseline = true)]
    public void BareCsvHelper()
    {
        using CsvReader reader = CsvReader.FromFile(FileName, Options);
        for (int row = 0; reader.Read(); row++)
        {
            Span<float> cells = matrix.Row(row);
            for (int column = 0; column < cells.Length; column++)
            {
                cells[column] = reader.Parse<float>(column);
            }
        }
    }

    [Benchmark]
    public byte[] ReadAllBytes() => File.ReadAllBytes(FileName);

    /// <summary>Numbers as weights have them: normal, standard deviation 0.02, up to nine digits.</summary>
    private static void WriteMatrix(string path)
    {
        var random = new RandomGenerator(1);
        var weights = new Matrix("weights", Rows, Columns);
        foreach (ref float weight in weights.Span)
        {
            weight = (float)(0.02 * random.NextNormal());
        }

        CsvMatrixFile.Write(path, weights);
    }

    private static long MeasureLength()
    {
        string path = Path.GetTempFileName();
        try
        {
            WriteMatrix(path);
            return new FileInfo(path).Length;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
