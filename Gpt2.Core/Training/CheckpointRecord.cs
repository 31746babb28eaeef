// What a checkpoint held when it was written: the settings of model and run, and a hash of each matrix, of the optimiser's state and of
// the vocabulary. A run that went on with other ones would end with a model that no run from the beginning gives, and would not say so.

using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;

namespace Gpt2.Core.Training;

/// <summary>
/// Writes the record of a checkpoint, and compares a checkpoint with it. One without a record, of an older version, is taken as it is.
/// </summary>
internal sealed class CheckpointRecord
{
    public const string FileName = "checkpoint.json";

    /// <summary>What to do about a file of a checkpoint that is not as it was written.</summary>
    public const string Remedy = "restore the file, delete this checkpoint to go on from an earlier one, or begin a new run";

    private const string RunKey = "run", ModelKey = "model", VocabularyKey = "vocabulary", TrainedKey = "trained", OptimizerKey = "optimizer";
    private const string Expected = "the record of a checkpoint, with run, model, trained and optimizer";
    private const string AtTheStop = "with which the run was stopped";

    private readonly string checkpoint;
    private readonly Dictionary<string, string> runFacts, modelFacts, trainedHashes;
    private readonly string optimizerHash;
    private readonly string? vocabularyHash;

    private CheckpointRecord(string checkpoint, JsonElement root)
    {
        this.checkpoint = checkpoint;
        runFacts = TextsIn(root.GetProperty(RunKey));
        modelFacts = TextsIn(root.GetProperty(ModelKey));
        trainedHashes = TextsIn(root.GetProperty(TrainedKey));
        optimizerHash = root.GetProperty(OptimizerKey).GetString()!;
        vocabularyHash = root.TryGetProperty(VocabularyKey, out JsonElement hash) ? hash.GetString() : null;
    }

    /// <summary>The record of a checkpoint; null if it was written without one.</summary>
    /// <exception cref="Gpt2Exception">The file is not in this form.</exception>
    public static CheckpointRecord? ReadIfThere(string checkpoint)
    {
        string path = Path.Combine(checkpoint, FileName);
        try
        {
            return RegularFile.IsTaken(path) ? JsonFile.Read(path, Expected, root => new CheckpointRecord(checkpoint, root)) : null;
        }
        catch (KeyNotFoundException e)
        {
            throw new Gpt2Exception("lacks a part", e) { Where = path, Expected = Expected, Remedy = Remedy };
        }
    }

    /// <summary>Writes the record.</summary>
    /// <param name="checkpoint">The folder.</param>
    /// <param name="state">How the run goes on: its step and its settings.</param>
    /// <param name="config">The model's settings; of an adapter those of the model below it.</param>
    /// <param name="vocabulary">The vocabulary; null if there is none.</param>
    /// <param name="matrices">The matrices that are trained.</param>
    /// <param name="optimizer">The optimiser.</param>
    public static void Write(
        string checkpoint, JsonElement state, Gpt2Config config, Vocabulary? vocabulary, IEnumerable<Matrix> matrices, MatrixOptimizer optimizer) =>
        JsonFile.Write(Path.Combine(checkpoint, FileName), writer =>
        {
            WriteTexts(writer, RunKey, FactsOf(state, name: ""));
            WriteTexts(writer, ModelKey, ModelFacts.Of(config));
            if (vocabulary is not null)
            {
                writer.WriteString(VocabularyKey, HashOf(vocabulary));
            }

            WriteTexts(writer, TrainedKey, matrices.Select(matrix => (matrix.Name, HashOf([matrix]))));
            writer.WriteString(OptimizerKey, HashOf(optimizer));
        });

    /// <summary>Throws unless a run goes on as it was stopped. Settings that a later version added are not compared.</summary>
    /// <param name="state">Its step and its settings.</param>
    /// <param name="where">The file that they were read from.</param>
    /// <exception cref="Gpt2Exception">It does not.</exception>
    public void RequireRun(JsonElement state, string where)
    {
        Dictionary<string, string> found = FactsOf(state, name: "").ToDictionary(fact => fact.Name, fact => fact.Value);
        foreach ((string name, string value) in runFacts)
        {
            if (found.GetValueOrDefault(name) is var other && other != value)
            {
                throw new Gpt2Exception(other is null ? $"{name} is missing" : $"{name} is {VisibleText.Brief(other)}")
                {
                    Where = where,
                    Expected = $"{VisibleText.Brief(value)}, {AtTheStop}",
                    Remedy = Remedy,
                };
            }
        }
    }

    /// <summary>Throws unless model and vocabulary are those with which the checkpoint was written.</summary>
    /// <param name="config">The model's settings.</param>
    /// <param name="vocabulary">The vocabulary.</param>
    /// <param name="where">Where they were read.</param>
    /// <exception cref="Gpt2Exception">They are not.</exception>
    public void RequireModel(Gpt2Config config, Vocabulary? vocabulary, string where)
    {
        (string Name, string Value)[] facts = ModelFacts.Of(config), then = [.. modelFacts.Select(fact => (fact.Key, fact.Value))];
        if (ModelFacts.Differences(facts, then) is { Length: > 0 } other)
        {
            throw new Gpt2Exception($"the model has {other}")
            {
                Where = where,
                Expected = $"{ModelFacts.Differences(then, facts)}, {AtTheStop}",
                Remedy = Remedy,
            };
        }

        if (vocabularyHash is not null && (vocabulary is null || HashOf(vocabulary) != vocabularyHash))
        {
            throw Error($"another vocabulary than the one {AtTheStop}", where);
        }
    }

    /// <summary>Throws unless the matrices that are trained are those of the checkpoint.</summary>
    /// <exception cref="Gpt2Exception">One is not.</exception>
    public void RequireTrained(IEnumerable<Matrix> matrices)
    {
        var left = new HashSet<string>(trainedHashes.Keys);
        foreach (Matrix matrix in matrices)
        {
            if (!left.Remove(matrix.Name) || HashOf([matrix]) != trainedHashes[matrix.Name])
            {
                throw Error($"other numbers than those {AtTheStop}", new ErrorPlace(checkpoint, Part: matrix.Name));
            }
        }

        if (left.Count > 0)
        {
            string first = left.Order(StringComparer.Ordinal).First();
            throw Error("is missing, and was there when the run was stopped", new ErrorPlace(checkpoint, Part: first));
        }
    }

    /// <summary>Throws unless the optimiser's state is that of the checkpoint.</summary>
    /// <exception cref="Gpt2Exception">It is not.</exception>
    public void RequireOptimizer(MatrixOptimizer optimizer, string where)
    {
        if (HashOf(optimizer) != optimizerHash)
        {
            throw Error($"other numbers than those {AtTheStop}", where);
        }
    }

    private static Gpt2Exception Error(string found, ErrorPlace where) => new(found) { Where = where, Remedy = Remedy };

    /// <summary>The values in an object as they are written, with names such as Settings.Seed.</summary>
    private static IEnumerable<(string Name, string Value)> FactsOf(JsonElement value, string name) => value.ValueKind == JsonValueKind.Object
        ? value.EnumerateObject().SelectMany(part => FactsOf(part.Value, name.Length == 0 ? part.Name : $"{name}.{part.Name}"))
        : [(name, value.GetRawText())];

    private static void WriteTexts(Utf8JsonWriter writer, string name, IEnumerable<(string Name, string Value)> texts)
    {
        writer.WriteStartObject(name);
        foreach ((string text, string value) in texts)
        {
            writer.WriteString(text, value);
        }

        writer.WriteEndObject();
    }

    private static Dictionary<string, string> TextsIn(JsonElement values) =>
        values.EnumerateObject().ToDictionary(value => value.Name, value => value.Value.GetString()!);

    private static string HashOf(MatrixOptimizer optimizer) => HashOf(optimizer.Means.Concat(optimizer.Squares));

    private static string HashOf(IEnumerable<Matrix> matrices)
    {
        var hash = new XxHash128();
        foreach (Matrix matrix in matrices)
        {
            hash.Append(MemoryMarshal.AsBytes<int>([matrix.Rows, matrix.Columns]));
            hash.Append(MemoryMarshal.AsBytes(matrix.Span));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static string HashOf(Vocabulary vocabulary)
    {
        var hash = new XxHash128();
        foreach (Merge merge in vocabulary.Merges)
        {
            hash.Append(MemoryMarshal.AsBytes<int>([merge.Left, merge.Right]));
        }

        foreach (string token in vocabulary.AddedTokens)
        {
            hash.Append(Encoding.UTF8.GetBytes(token + "\n"));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
