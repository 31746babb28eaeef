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
/// <param name="Method">How it is trained: sft, reward, dpo or grpo.</param>
/// <param name="Model">The folder or file of the model that it begins with.</param>
/// <param name="ModelHash">Hash of that model's weights.</param>
/// <param name="Template">The template's name.</param>
/// <param name="TemplateText">The template.</param>
/// <param name="File">The examples.</param>
/// <param name="Validation">The examples to validate on; null if a share of the others is.</param>
/// <param name="ValidationShare">That share.</param>
/// <param name="MaxSkipped">How many rows may be skipped.</param>
/// <param name="Answered">The most validation examples, or sampled answers of DPO and GRPO, in an evaluation.</param>
/// <param name="Full">Whether all weights are trained; otherwise an adapter is.</param>
/// <param name="Settings">The settings of the run.</param>
/// <param name="Kernels">The kernels it began with: others would give different last bits.</param>
/// <param name="Weights">The type in which the frozen weights are stored while an adapter is trained on them.</param>
internal sealed record TuningState(
    int Step, string Method, string Model, string ModelHash, string Template, string TemplateText, TuningFile File, TuningFile? Validation,
    double ValidationShare, string MaxSkipped, int Answered, bool Full, TrainingSettings Settings, KernelRung Kernels,
    WeightType Weights = WeightType.Float32)
{
    public const string FileName = "tuning.json";

    /// <summary>The methods, as the command names them.</summary>
    public const string Supervised = "sft", Reward = "reward", Preference = "dpo", Group = "grpo";

    /// <summary>The folder of the adapter that it begins with, and the hash of its numbers; null if it begins with the model alone.</summary>
    public TuningFile? Adapter { get; init; }

    /// <summary>How validation examples were answered before the first step: exactly, of sft; null if none were.</summary>
    public ExactMatch? Before { get; init; }

    /// <summary>The same for methods that look at rewards.</summary>
    public AnswerFigures? AnswersBefore { get; init; }

    /// <summary>The file of a reward model's head in the folder.</summary>
    public string? RewardHead { get; init; }

    /// <summary>The beta of DPO.</summary>
    public double? Beta { get; init; }

    /// <summary>The settings of GRPO.</summary>
    public GroupSettings? Groups { get; init; }

    /// <summary>The maximum number of tokens in a sampled answer; 0 for methods that do not sample.</summary>
    public int MaxNewTokens { get; init; }

    /// <summary>The reward that is only looked at: rule:NAME or another.</summary>
    public string? TrueReward { get; init; }

    public void Write(string folder) => System.IO.File.WriteAllText(
        System.IO.Path.Combine(folder, FileName), JsonSerializer.Serialize(this, TuningShapes.Default.TuningState));

    /// <summary>The state in a folder; null if the folder does not say how it was made.</summary>
    /// <exception cref="Gpt2Exception">The file is not in this form.</exception>
    public static TuningState? ReadIfThere(string folder) =>
        RegularFile.IsTaken(System.IO.Path.Combine(folder, FileName)) ? Read(folder, _ => null) : null;

    /// <summary>The state of a run to go on with.</summary>
    /// <exception cref="Gpt2Exception">The file is missing, not in this form, or says what cannot be.</exception>
    public static TuningState Read(string folder) => Read(folder, state => state.Problem());

    /// <summary>What the result follows from: not where files are, whose hashes are enough.</summary>
    public JsonElement Facts() => JsonSerializer.SerializeToElement(
        this with
        {
            Model = "",
            File = WithoutPath(File)!,
            Validation = WithoutPath(Validation),
            Adapter = WithoutPath(Adapter),
            Groups = Groups is { RewardHash: not null } ? Groups with { Reward = "" } : Groups,
        },
        TuningShapes.Default.TuningState);

    private static TuningState Read(string folder, Func<TuningState, Gpt2Exception?> problemOf) => Checkpoint.ReadState(
        System.IO.Path.Combine(folder, FileName), TuningShapes.Default.TuningState, problemOf);

    private static TuningFile? WithoutPath(TuningFile? file) => file is null ? null : file with { Path = "" };

    private Gpt2Exception? Problem() => Settings.Problem() ?? Groups?.Problem() ?? Checkpoint.ProblemOf(Step, Settings, Kernels)
        ?? (!Enum.IsDefined(Weights) ? new Gpt2Exception($"Weights is {Weights}") { Expected = "the number of a type that there is" }
            : Before is { Asked: < 1 } none ? new Gpt2Exception($"Before.Asked is {none.Asked}") { Expected = "at least 1" }
            : null);
}

[JsonSourceGenerationOptions(
    WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(TuningState))]
internal sealed partial class TuningShapes : JsonSerializerContext;
