// gpt2 bench load: loading a model's folder into memory, compared with just reading the bytes of its files.

using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Measurement;
using Gpt2.Core.Weights;

namespace Gpt2.Cli.Bench;

internal static class LoadRows
{
    public const string Part = "load", LimitName = "file_reading";

    private const int BufferBytes = 1 << 20;

    /// <exception cref="Core.Gpt2Exception">The model does not exist, or something is wrong with it.</exception>
    public static void Measure(BenchSession session, string? model, CommandIo io)
    {
        string folder = ModelLocator.Find(model ?? ModelLocator.DefaultModel);
        string name = $"loading {ModelLocator.NameOf(folder)}";
        session.Begin(name);
        CommandIo quiet = io with { Error = TextWriter.Null, ErrorIsTerminal = false };
        double Load()
        {
            io.Cancellation.ThrowIfCancellationRequested();
            return session.Timer.SecondsPerCall(() => ModelLoading.Load(folder, new LoadOptions { Kernels = session.Settings.Kernels }, quiet));
        }

        Load(); // warms up, and fails if the model cannot be read
        FileInfo[] files = WeightFiles(folder);
        double bytes = files.Sum(file => file.Length);
        Compared compared = Interleaving.Run(
            session.Settings.Effort.Rounds, bytes, () => bytes / session.Timer.SecondsPerCall(() => ReadAll(files)), _ => Load());
        session.Add(new BenchRow(
            Part, name, null, Environment.ProcessorCount, 1000 * compared.Seconds, compared.Rate / 1e6, "MB/s", compared.Limit / 1e6, LimitName,
            compared.Ratio, compared.BestRatio, compared.LimitChange, 0, bytes));
    }

    /// <summary>The files that hold weights: in every layout, their names begin with "model".</summary>
    private static FileInfo[] WeightFiles(string folder)
    {
        FileInfo[] files = new DirectoryInfo(folder).GetFiles();
        FileInfo[] weights = [.. files.Where(file => file.Name.StartsWith("model", StringComparison.Ordinal))];
        return weights.Length > 0 ? weights : files;
    }

    /// <summary>Reads every byte, on all cores as loading does, and keeps none.</summary>
    private static void ReadAll(FileInfo[] files) => Parallel.ForEach(
        files, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, () => new byte[BufferBytes],
        (file, _, buffer) =>
        {
            using FileStream stream = new(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            while (stream.Read(buffer) > 0)
            {
            }

            return buffer;
        },
        _ => { });
}
