// The template with which an adapter or a model was tuned, so that a prompt is asked as the examples were.

using System.Text.Json;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Weights;

namespace Gpt2.Core.PostTraining;

/// <summary>Reads it from tuning.json, which a run of tuning leaves beside its result.</summary>
internal static class TunedTemplate
{
    private const string Name = nameof(TuningState.Template), Text = nameof(TuningState.TemplateText);

    /// <summary>The template of a folder; null if the folder does not say one.</summary>
    /// <param name="folder">The folder of an adapter or a model, or a model's file.</param>
    /// <exception cref="Gpt2Exception">tuning.json cannot be read, or what it has is not a template.</exception>
    public static PromptTemplate? Of(string folder)
    {
        string path = Path.Combine(folder, TuningState.FileName);
        return !RegularFile.IsTaken(path) ? null : JsonFile.Read(
            path, $"an object with {Name} and {Text}",
            root => root.TryGetProperty(Text, out JsonElement text)
                ? PromptTemplate.Parse(
                    root.TryGetProperty(Name, out JsonElement name) ? name.GetString() ?? path : path,
                    text.GetString() ?? throw new InvalidOperationException())
                : null);
    }
}
