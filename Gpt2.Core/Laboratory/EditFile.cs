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

    private const string Form = """{"edits":[{"edit":"silence_head","block":0,"head":2}],"prompt":"…"}""";

    /// <summary>An experiment as JSON, one edit per line.</summary>
    public static string Write(Experiment experiment) =>
        JsonSerializer.Serialize(experiment, EditShapes.Default.Experiment).ReplaceLineEndings("\n") + "\n";

    /// <summary>Reads an experiment. Whether a model has the matrices it names turns out when it is run.</summary>
    /// <param name="json">The text.</param>
    /// <param name="where">Where the text comes from, for messages.</param>
    /// <exception cref="Gpt2Exception">It is not such JSON, or has too many edits.</exception>
    public static Experiment Read(string json, string where)
    {
        Experiment? experiment;
        try
        {
            experiment = JsonSerializer.Deserialize(json, EditShapes.Default.Experiment);
        }
        catch (JsonException e)
        {
            throw new Gpt2Exception(e.Path is null or "$" ? "not an experiment" : $"{e.Path} is not as it should be", e)
            {
                Where = new(where, e.LineNumber + 1),
                Expected = Form,
            };
        }
        catch (NotSupportedException e)
        {
            throw new Gpt2Exception("an edit does not say what it changes", e) { Where = where, Expected = Form };
        }

        if (experiment?.Edits is null || experiment.Edits.Contains(null!))
        {
            throw new Gpt2Exception("there is no list of edits") { Where = where, Expected = Form };
        }

        return experiment.Edits.Count <= MostEdits ? experiment
            : throw new Gpt2Exception($"there are {experiment.Edits.Count} edits") { Where = where, Expected = $"at most {MostEdits}" };
    }
}

/// <summary>The shapes, so that nothing is found out by reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Experiment))]
internal sealed partial class EditShapes : JsonSerializerContext;
