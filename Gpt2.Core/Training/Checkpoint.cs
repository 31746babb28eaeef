// The state of a training run on disk: a model folder that any command can use, with the optimiser's state and the
// settings added to the weights.

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
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
    KernelRung Kernels = KernelRung.Vector)
{
    /// <summary>What the model at the end follows from: not the samples, nor where the text is, whose hash is enough.</summary>
    public JsonElement Facts() =>
        JsonSerializer.SerializeToElement(this with { TextFile = null, SamplePrompt = null }, CheckpointShapes.Default.RunState);

    /// <summary>What is wrong with it; null if nothing is.</summary>
    public Gpt2Exception? Problem() => Settings.Problem() ?? Checkpoint.ProblemOf(Step, Settings, Kernels);
}

[JsonSourceGenerationOptions(
    WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(RunState))]
internal sealed partial class CheckpointShapes : JsonSerializerContext;

/// <summary>
/// Writes and reads checkpoints. The state of the random numbers follows from the step: see <see cref="BatchSource"/>.
/// </summary>
internal static class Checkpoint
{
    public const string StateFile = "training.json";

    private const string FolderPrefix = "step-";
    private const string OptimizerFile = "optimizer.bin";

    /// <summary>Writes the checkpoint of a model in training, see <see cref="Put"/>.</summary>
    public static string Write(string folder, RunState state, Gpt2Weights weights, AdamWOptimizer optimizer, Vocabulary? vocabulary) => Put(
        folder, state.Step, target => CsvModelFolder.Write(target, weights, vocabulary, also: staged =>
        {
            File.WriteAllText(Path.Combine(staged, StateFile), JsonSerializer.Serialize(state, CheckpointShapes.Default.RunState));
            WriteOptimizer(staged, optimizer.OfMatrices);
            CheckpointRecord.Write(staged, state.Facts(), weights.Config, vocabulary, weights.Matrices(), optimizer.OfMatrices);
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
    public static RunState ReadState(string checkpoint) =>
        ReadState(Path.Combine(checkpoint, StateFile), CheckpointShapes.Default.RunState, state => state.Problem());

    /// <summary>Reads a state that is one JSON object, with <see cref="TrainingSettings"/> as its "Settings".</summary>
    /// <param name="path">The file.</param>
    /// <param name="type">Its form.</param>
    /// <param name="problemOf">What is wrong with what it says; null if nothing is.</param>
    /// <exception cref="Gpt2Exception">The file is missing, not in this form, or something is wrong with what it says.</exception>
    public static T ReadState<T>(string path, JsonTypeInfo<T> type, Func<T, Gpt2Exception?> problemOf)
        where T : class
    {
        string json = "";
        try
        {
            json = RegularFile.ReadAllText(path);
            T? given = JsonSerializer.Deserialize(json, type); // tells the place of what is wrong
            T state = given is null
                ? throw new Gpt2Exception("found null") { Where = path, Expected = "the state of a training run" }
                : WithDefaults(JsonNode.Parse(json)!).Deserialize(type)!;
            return problemOf(state) is Gpt2Exception problem ? throw problem.At(path, CheckpointRecord.Remedy) : state;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WrongFile.Unreadable(path, "the state of a training run", e, CheckpointRecord.Remedy);
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

    /// <summary>What is wrong with where a run stands and with what it computes; null if nothing is.</summary>
    public static Gpt2Exception? ProblemOf(int step, TrainingSettings settings, KernelRung kernels) =>
        step < 0 || step > settings.Steps ? new Gpt2Exception($"Step is {step}") { Expected = $"0 to {settings.Steps}, the steps of the run" }
        : !Enum.IsDefined(kernels) ? new Gpt2Exception($"Kernels is {kernels}") { Expected = "the number of kernels that there are" }
        : null;

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

        try
        {
            using FileStream stream = RegularFile.OpenRead(path);
            foreach (Matrix matrix in Tensors(optimizer))
            {
                stream.ReadExactly(MemoryMarshal.AsBytes(matrix.Span));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WrongFile.Unreadable(path, "the optimiser's state of this model", e, CheckpointRecord.Remedy);
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
