// How a tuned model or adapter was made: in its checkpoints so that the run can be resumed, and in its result so that it can be
// used with the template that it was trained with.

using System.Text.Json;
using System.Text.Json.Serialization;
using Gpt2.Core.Training;
using Gpt2.Kernels;

namespace Gpt2.Core.PostTraining;

/// <summary>A file of examples.</summary>
/// <param name="Path">Where it is; '-' for standard input.</param>
/// <param name="Hash">SHA-256 of its text, so that a run is not resumed with other examples.</param>
internal sealed record TuningFile(string Path, string Hash);

/// <summary>Everything that a run of post-training follows from, besides weights and optimiser.</summary>
/// <param name="Step">Number of steps done.</param>
/// <param name="Method">How it is trained: sft.</param>
/// <param name="Model">The folder or file of the model that it begins with.</param>
/// <param name="ModelHash">Hash of that model's weights.</param>
/// <param name="Template">The template's name.</param>
/// <param name="TemplateText">The template.</param>
/// <param name="File">The examples.</param>
/// <param name="Validation">The examples to validate on; null if a share of the others is.</param>
/// <param name="ValidationShare">That share.</param>
/// <param name="MaxSkipped">How many rows may be skipped.</param>
/// <param name="Answered">The largest number of validation examples that are answered before and after.</param>
/// <param name="Before">How they were answered before; null if none were.</param>
/// <param name="Full">Whether all weights are trained; otherwise an adapter is.</param>
/// <param name="Settings">The settings of the run.</param>
/// <param name="Kernels">The kernels it began with: others would give different last bits.</param>
internal sealed record TuningState(
    int Step, string Method, string Model, string ModelHash, string Template, string TemplateText, TuningFile File, TuningFile? Validation,
    double ValidationShare, string MaxSkipped, int Answered, ExactMatch? Before, bool Full, TrainingSettings Settings, KernelRung Kernels)
{
    public const string FileName = "tuning.json";

    public void Write(string folder) => System.IO.File.WriteAllText(
        System.IO.Path.Combine(folder, FileName), JsonSerializer.Serialize(this, TuningShapes.Default.TuningState));

    /// <exception cref="Gpt2Exception">The file is missing or not in this form.</exception>
    public static TuningState Read(string folder) => Checkpoint.ReadState(
        System.IO.Path.Combine(folder, FileName), json => JsonSerializer.Deserialize(json, TuningShapes.Default.TuningState));
}

[JsonSourceGenerationOptions(WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TuningState))]
internal sealed partial class TuningShapes : JsonSerializerContext;
