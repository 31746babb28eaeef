// The state of a training run on disk: a model folder that any command can use, with the optimiser's state and the
// settings added to the weights.

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Gpt2.Core.Files;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Kernels;

namespace Gpt2.Core.Training;

/// <summary>What a run needs besides weights and optimiser to be resumed.</summary>
/// <param name="Step">Number of steps done.</param>
/// <param name="Settings">The run's settings.</param>
/// <param name="TextFile">The file of the text; null for the workshop's own.</param>
/// <param name="TextHash">SHA-256 of the text, so that a run is not resumed with another text.</param>
/// <param name="SamplePrompt">The prompt of samples.</param>
/// <param name="Kernels">The kernels it began with: others would give different last bits.</param>
internal sealed record RunState(
    int Step, TrainingSettings Settings, string? TextFile, string TextHash, string? SamplePrompt,
    KernelRung Kernels = KernelRung.Vector);

[JsonSourceGenerationOptions(
    WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(RunState))]
internal sealed partial class CheckpointShapes : JsonSerializerContext;

/// <summary>
/// Writes and reads checkpoints. The state of the random numbers follows from the step: see <see cref="BatchSource"/>.
/// </summary>
internal static class Checkpoint
{
    private const string FolderPrefix = "step-";
    private const string StateFile = "training.json";
    private const string OptimizerFile = "optimizer.bin";

    /// <summary>Writes the checkpoint of a model in training, see <see cref="Put"/>.</summary>
    public static string Write(string folder, RunState state, Gpt2Weights weights, AdamWOptimizer optimizer, Vocabulary? vocabulary) => Put(
        folder, state.Step, target => CsvModelFolder.Write(target, weights, vocabulary, also: staged =>
        {
            File.WriteAllText(Path.Combine(staged, StateFile), JsonSerializer.Serialize(state, CheckpointShapes.Default.RunState));
            WriteOptimizer(staged, optimizer.OfMatrices);
            CheckpointRecord.Write(staged, weights.Config, vocabulary, weights.Matrices(), optimizer.OfMatrices);
        }));

    /// <summary>
    /// Writes a checkpoint, which appears once it is complete, and deletes older ones except the one before it.
    /// </summary>
    /// <param name="folder">The folder of checkpoints.</param>
    /// <param name="step">Number of steps done.</param>
    /// <param name="write">Writes the checkpoint as a whole into the folder that it is given.</param>
    /// <returns>The folder of the checkpoint.</returns>
    public static string Put(string folder, int step, Action<string> write)
    {
        Directory.CreateDirectory(folder);
        PartialName.DeleteStaleIn(folder);
        string target = Path.Combine(folder, FolderPrefix + step.ToString("D7", CultureInfo.InvariantCulture));
        if (!Directory.Exists(target))
        {
            write(target);
        }

        foreach (string old in Folders(folder).SkipLast(2))
        {
            Directory.Delete(old, recursive: true);
        }

        return target;
    }

    /// <summary>The newest checkpoint, or null.</summary>
    public static string? Newest(string folder) => Directory.Exists(folder) ? Folders(folder).LastOrDefault() : null;

    /// <summary>Deletes the checkpoints after a step.</summary>
    public static void DeleteAfter(string folder, int step)
    {
        foreach (string later in Directory.Exists(folder) ? [.. Folders(folder)] : (string[])[])
        {
            if (int.Parse(Path.GetFileName(later)[FolderPrefix.Length..], CultureInfo.InvariantCulture) > step)
            {
                Directory.Delete(later, recursive: true);
            }
        }
    }

    /// <summary>
    /// Deletes all checkpoints of a finished run. They are renamed first: deleting takes a while, and half a checkpoint
    /// must not be mistaken for a whole one.
    /// </summary>
    public static void Clear(string folder)
    {
        string gone = folder + ".done";
        if (Directory.Exists(gone))
        {
            Directory.Delete(gone, recursive: true);
        }

        if (Directory.Exists(folder))
        {
            Directory.Move(folder, gone);
            Directory.Delete(gone, recursive: true);
        }
    }

    /// <summary>Reads the state of a checkpoint.</summary>
    /// <exception cref="Gpt2Exception">The file is missing or not in this form.</exception>
    public static RunState ReadState(string checkpoint) => ReadState(
        Path.Combine(checkpoint, StateFile), json => JsonSerializer.Deserialize(json, CheckpointShapes.Default.RunState) is null
            ? null
            : WithDefaults(JsonNode.Parse(json)!).Deserialize(CheckpointShapes.Default.RunState));

    /// <summary>Reads a state that is one JSON object.</summary>
    /// <exception cref="Gpt2Exception">The file is missing or not in this form.</exception>
    public static T ReadState<T>(string path, Func<string, T?> parse)
        where T : class
    {
        string json = "";
        try
        {
            json = RegularFile.ReadAllText(path);
            return parse(json)
                ?? throw new Gpt2Exception("found null") { Where = path, Expected = "the state of a training run" };
        }
        catch (FileNotFoundException e)
        {
            throw new Gpt2Exception("no such file", e) { Where = path, Expected = "the checkpoint of a training run" };
        }
        catch (JsonException e)
        {
            string value = e.Path is { Length: > 2 } place ? $" at '{place[2..]}'" : "";
            throw StrictJson.Repeated(json, path) ?? new Gpt2Exception($"not the state of a training run{value}", e)
            {
                Where = new(path, e.LineNumber + 1),
                Remedy = CheckpointRecord.Remedy,
            };
        }
    }

    /// <summary>Fills an optimiser from a checkpoint.</summary>
    /// <exception cref="Gpt2Exception">The file is missing, of another size, or not the one that the checkpoint was written with.</exception>
    public static void ReadOptimizer(string checkpoint, int step, AdamWOptimizer optimizer) =>
        ReadOptimizer(checkpoint, step, optimizer.OfMatrices);

    /// <inheritdoc cref="ReadOptimizer(string, int, AdamWOptimizer)"/>
    public static void ReadOptimizer(string checkpoint, int step, MatrixOptimizer optimizer)
    {
        string path = Path.Combine(checkpoint, OptimizerFile);
        long expected = Tensors(optimizer).Sum(matrix => (long)matrix.Span.Length * sizeof(float));
        if (!File.Exists(path) || new FileInfo(path).Length != expected)
        {
            throw new Gpt2Exception($"missing or not of {expected} bytes")
            {
                Where = path,
                Expected = "the optimiser's state of this model",
                Remedy = CheckpointRecord.Remedy,
            };
        }

        using (FileStream stream = RegularFile.OpenRead(path))
        {
            foreach (Matrix matrix in Tensors(optimizer))
            {
                stream.ReadExactly(MemoryMarshal.AsBytes(matrix.Span));
            }
        }

        CheckpointRecord.ReadIfThere(checkpoint)?.RequireOptimizer(optimizer, path);
        optimizer.Step = step;
    }

    /// <summary>Adds the settings that an older version did not know; generated code would read them as 0.</summary>
    private static JsonNode WithDefaults(JsonNode state)
    {
        JsonObject given = state[nameof(RunState.Settings)]!.AsObject();
        foreach ((string name, JsonNode? value) in JsonSerializer.SerializeToNode(new(), CheckpointShapes.Default.TrainingSettings)!.AsObject())
        {
            given.TryAdd(name, value?.DeepClone());
        }

        return state;
    }

    /// <summary>Writes the state of an optimiser into a checkpoint.</summary>
    public static void WriteOptimizer(string checkpoint, MatrixOptimizer optimizer)
    {
        using FileStream stream = File.Create(Path.Combine(checkpoint, OptimizerFile));
        foreach (Matrix matrix in Tensors(optimizer))
        {
            stream.Write(MemoryMarshal.AsBytes(matrix.Span));
        }
    }

    private static IEnumerable<Matrix> Tensors(MatrixOptimizer optimizer) => optimizer.Means.Concat(optimizer.Squares);

    private static IEnumerable<string> Folders(string folder) =>
        Directory.EnumerateDirectories(folder, FolderPrefix + "*")
            .Where(path => Path.GetFileName(path).Length == FolderPrefix.Length + 7) // no ".partial-"
            .Order(StringComparer.Ordinal);
}
