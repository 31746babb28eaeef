// Parsing CSV takes long, so the first load of a CSV folder leaves a binary copy in the user's cache for later loads.

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gpt2.Core.Files;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Weights.Binary;
using Gpt2.Core.Weights.Safetensors;

namespace Gpt2.Core.Weights;

/// <summary>A copy in the cache.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Source">The folder that it is a copy of; null if the file is not a copy or is damaged.</param>
/// <param name="Bytes">Its size in bytes.</param>
/// <param name="Written">When it was written, UTC.</param>
/// <param name="File">Its file.</param>
internal sealed record CacheEntry(string Name, string? Source, long Bytes, DateTime Written, string File);

/// <summary>
/// A folder of safetensors files, one per CSV folder. A copy is used only if the names, sizes and modification times of
/// all files in the CSV folder have not changed since, and every matrix has the checksum it was written with.
/// </summary>
/// <param name="folder">The folder of the copies.</param>
/// <param name="minWeights">Smaller models are read from their CSV files, which is as fast.</param>
internal sealed class WeightsCache(string folder, long minWeights = WeightsCache.StandardMinWeights)
{
    public const long StandardMinWeights = 5_000_000;

    private const string Version = "1";
    private const string Extension = ".safetensors";
    private const string SourceKey = "source";
    private const string FilesKey = "files";
    private const string ChecksumsKey = "checksums";

    private static readonly TimeSpan ClockTick = TimeSpan.FromMilliseconds(50);

    public string Folder => folder;

    /// <summary>The cache of this user; null if the user has no folder for one.</summary>
    public static WeightsCache? OfUser() => UserCache.Folder("weights") is string folder ? new WeightsCache(folder) : null;

    /// <summary>
    /// Reads the weights of a model from its copy if there is one that still matches; otherwise from its own files,
    /// leaving a copy.
    /// </summary>
    /// <param name="source">The model; only CSV folders have copies.</param>
    /// <param name="progress">Receives the share read, 0 to 1; or null.</param>
    /// <param name="note">Receives why a copy was not used or could not be written, which is never an error.</param>
    /// <param name="cancellation">Stops between matrices.</param>
    /// <exception cref="Gpt2Exception">A file of the model is missing or wrong.</exception>
    public Gpt2Weights Read(ModelSource source, IProgress<double>? progress, Action<string> note, CancellationToken cancellation)
    {
        if (source.Format != ModelFormat.Csv || source.Config.Parameters < minWeights || Try(() => StateOf(source.Path), note) is not string state)
        {
            return source.ReadWeights(progress, cancellation);
        }

        string copy = FileOf(source.Path);
        Gpt2Weights? copied = File.Exists(copy) ? Try(() => ReadCopy(copy, source, state, progress, cancellation), note) : null;
        if (copied is not null)
        {
            note($"taken from {copy}");
            return copied;
        }

        Gpt2Weights weights = source.ReadWeights(progress, cancellation);
        string? left = Try(() => StateOf(source.Path) == state ? Write(copy, source.Path, state, weights, cancellation) : null, note);
        note(left is null ? "no copy left in the cache" : $"copy left in {left}");
        return weights;
    }

    /// <summary>What is in the cache, by name.</summary>
    public IReadOnlyList<CacheEntry> Entries() => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*" + Extension).Select(Describe).OrderBy(entry => entry.Name, StringComparer.Ordinal)]
        : [];

    /// <summary>Deletes all copies, and what killed writers have left.</summary>
    /// <returns>The number of files and their total size in bytes.</returns>
    public (int Files, long Bytes) Clear()
    {
        FileInfo[] files = Directory.Exists(folder) ? new DirectoryInfo(folder).GetFiles("*" + Extension + "*") : [];
        long bytes = files.Sum(file => file.Length);
        foreach (FileInfo file in files)
        {
            file.Delete();
        }

        return (files.Length, bytes);
    }

    private static Gpt2Weights ReadCopy(
        string copy, ModelSource source, string state, IProgress<double>? progress, CancellationToken cancellation)
    {
        var files = new SingleFile(Path.GetDirectoryName(copy)!, Path.GetFileName(copy), pathOf: null, file =>
        {
            SafetensorsHeader header = SafetensorsFile.ReadHeader(file, out long dataOffset);
            if (header.Metadata.GetValueOrDefault(FilesKey) != state)
            {
                throw new Gpt2Exception($"the files of {source.Path} have changed since this copy was made") { Where = copy };
            }

            string[] checksums = header.Metadata.GetValueOrDefault(ChecksumsKey, "").Split(' ');
            return (source.Config, MatrixShapes.Of(source.Config).Zip(checksums, (shape, sum) =>
                header.Entries.TryGetValue(shape.Name, out SafetensorsEntry? entry)
                && uint.TryParse(sum, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint checksum)
                    ? SafetensorsFile.Tensor(entry, file, dataOffset) with { Checksum = checksum }
                    : throw new Gpt2Exception("is missing, or its checksum is") { Where = new(copy, Part: shape.Name) }));
        });
        using var cached = ModelSource.Open(source.Format, copy, files);
        return cached.ReadWeights(progress, cancellation);
    }

    private string Write(string copy, string source, string state, Gpt2Weights weights, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        PartialName.DeleteStaleIn(folder);
        (string, Matrix)[] tensors = [.. weights.Matrices().Select(matrix => (matrix.Name, matrix))];
        var checksums = new uint[tensors.Length];
        Parallel.For(0, tensors.Length, i => checksums[i] = StoredTensor.ChecksumOf(tensors[i].Item2.Span));
        Dictionary<string, string> metadata = new()
        {
            [SourceKey] = Path.GetFullPath(source),
            [FilesKey] = state,
            [ChecksumsKey] = string.Join(' ', checksums.Select(checksum => checksum.ToString("x8", CultureInfo.InvariantCulture))),
        };

        OutputFile.Write(copy, stream => SafetensorsWriter.Write(stream, tensors, metadata, null, cancellation), cancellation);
        return copy;
    }

    /// <summary>One file per folder: when a model has changed, its new copy replaces the old one.</summary>
    private string FileOf(string source)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(source));
        string name = string.Join('_', ModelLocator.NameOf(full).Split(Path.GetInvalidFileNameChars()));
        return Path.Combine(folder, $"{name}-{Hash(full)[..16]}{Extension}");
    }

    /// <summary>
    /// A hash of names, sizes and times of all files. If a file is so new that another change might get the same time
    /// stamp, this waits for the next tick of the file system's clock.
    /// </summary>
    private static string StateOf(string source)
    {
        FileInfo[] files = [.. new DirectoryInfo(source).EnumerateFiles().Select(Target).OrderBy(file => file.Name, StringComparer.Ordinal)];
        TimeSpan age = DateTime.UtcNow - files.Max(file => file.LastWriteTimeUtc);
        if (age >= TimeSpan.Zero && age < ClockTick)
        {
            Thread.Sleep(ClockTick - age);
            return StateOf(source);
        }

        var state = new StringBuilder(Version).Append('\n');
        foreach (FileInfo file in files)
        {
            state.Append(CultureInfo.InvariantCulture, $"{file.Name}|{file.Length}|{file.LastWriteTimeUtc.Ticks}\n");
        }

        return Hash(state.ToString());
    }

    private static FileInfo Target(FileInfo file) => new(FinalPath.Of(file.FullName));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static CacheEntry Describe(string path)
    {
        var info = new FileInfo(path);
        string? source = Try(
            () =>
            {
                using var file = new MappedFile(path);
                return SafetensorsFile.ReadHeader(file, out _).Metadata.GetValueOrDefault(SourceKey);
            },
            _ => { });
        string name = source is null ? Path.GetFileNameWithoutExtension(path) : ModelLocator.NameOf(source);
        return new CacheEntry(name, source, info.Length, info.LastWriteTimeUtc, path);
    }

    /// <summary>A failure in the cache is noted and otherwise ignored.</summary>
    private static T? Try<T>(Func<T?> action, Action<string> note)
        where T : class
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is Gpt2Exception or IOException or UnauthorizedAccessException)
        {
            note(e is Gpt2Exception { Where: { } where } known ? $"{where}: {known.Problem}" : e.Message); // a remedy would be the model's
            return null;
        }
    }
}
