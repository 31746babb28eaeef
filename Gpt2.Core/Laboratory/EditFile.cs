// Edits as a small JSON file: {"edits": [{"edit": "silence_head", "block": 0, "head": 2}, …], "prompt": …}.

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gpt2.Core.Laboratory;

/// <summary>An experiment that can be kept and repeated.</summary>
/// <param name="Edits">The edits in their order.</param>
/// <param name="Prompt">The prompt it was made with; null if any will do.</param>
public sealed record Experiment(IReadOnlyList<PassEdit> Edits, string? Prompt = null);

/// <summary>Reads and writes experiments.</summary>
public static class EditFile
{
    /// <summary>The maximum number of edits that are read.</summary>
    public const int MostEdits = 1000;

    private const string Edit = """[{"edit":"silence_head","block":0,"head":2}]""";

    private const string Form = $$"""{"edits":{{Edit}},"prompt":"…"}""";

    /// <summary>An experiment as JSON, one edit per line.</summary>
    public static string Write(Experiment experiment) =>
        JsonSerializer.Serialize(experiment, EditShapes.Default.Experiment).ReplaceLineEndings("\n") + "\n";

    /// <summary>Reads an experiment. Whether a model has the matrices it names turns out when it is run.</summary>
    /// <param name="json">The text.</param>
    /// <param name="where">Where the text comes from, for messages.</param>
    /// <exception cref="Gpt2Exception">It is not such JSON, or has too many edits.</exception>
    public static Experiment Read(string json, string where)
    {
        Experiment experiment = Read(where, Form, () => JsonSerializer.Deserialize(json, EditShapes.Default.Experiment), json);
        RequireEdits(experiment.Edits, where, Form);
        return experiment;
    }

    /// <summary>Reads a list of edits, as it is in an experiment.</summary>
    /// <inheritdoc cref="Read(string, string)"/>
    internal static PassEdit[] ReadEdits(JsonElement json, string where)
    {
        PassEdit[] edits = Read(where, Edit, () => json.Deserialize(EditShapes.Default.PassEditArray));
        RequireEdits(edits, where, Edit);
        return edits;
    }

    private static T Read<T>(string where, string form, Func<T?> read, string json = "")
        where T : class
    {
        try
        {
            return read() ?? throw new Gpt2Exception("found null") { Where = where, Expected = form };
        }
        catch (JsonException e)
        {
            string found = e.Path is null or "$" ? "not of the right form" : $"{e.Path} is not as it should be";
            throw StrictJson.Repeated(json, where) ?? new Gpt2Exception(found, e) { Where = new(where, e.LineNumber + 1), Expected = form };
        }
        catch (NotSupportedException e)
        {
            throw new Gpt2Exception("an edit does not say what it changes", e) { Where = where, Expected = form };
        }
    }

    private static void RequireEdits(IReadOnlyList<PassEdit> edits, string where, string form)
    {
        if (edits.Contains(null!))
        {
            throw new Gpt2Exception("an edit is null") { Where = where, Expected = form };
        }

        if (edits.Count > MostEdits)
        {
            throw new Gpt2Exception($"there are {edits.Count} edits") { Where = where, Expected = $"at most {MostEdits}" };
        }
    }
}

/// <summary>The shapes, so that nothing is found out by reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(Experiment))]
[JsonSerializable(typeof(PassEdit[]))]
internal sealed partial class EditShapes : JsonSerializerContext;
