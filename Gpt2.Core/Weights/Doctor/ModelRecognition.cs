// From a folder or file to the model in it that is to be examined: under its names, or under almost its names.

using Gpt2.Core.Files;
using Gpt2.Core.Weights.HuggingFace;
using Gpt2.Core.Weights.TensorFlow;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>Finds out which format a damaged folder is of.</summary>
internal static class ModelRecognition
{
    private const string Folder = "folder";

    /// <summary>Takes on what is there.</summary>
    /// <param name="path">The folder, or the file that the model is known by.</param>
    /// <param name="findings">Receives what is wrong where there is no model, or more than one.</param>
    /// <returns>The model; null where there is nothing to examine.</returns>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    public static IExaminedModel? Recognise(string path, FindingList findings)
    {
        if (File.Exists(path))
        {
            return RecogniseFile(path, findings);
        }

        if (StagedFolder.UnfinishedIn(path) is string unfinished)
        {
            findings.Wrong(FindingArea.Folder, Folder, $"{path} {StagedFolder.Describe(unfinished)}", "repeat the command that wrote it");
        }

        (ModelFormat Format, string File)[] models = ModelFolder.ModelsIn(path, ModelFormat.All);
        if (models.Length == 1)
        {
            return models[0].Format.Examine(path, models[0].File);
        }

        if (models.Length > 1)
        {
            string listed = string.Join(", ", models.Select(model => $"{model.File} ({model.Format.Name})"));
            findings.Wrong(
                FindingArea.Folder, Folder, $"{path} holds {models.Length} models: {listed}",
                $"name the file of the one that is meant, as in 'gpt2 doctor {Path.Combine(path, models[0].File)}', and keep each in a folder of its own");
            return null;
        }

        return RecogniseNearly(path) ?? FindNothing(path, findings);
    }

    private static IExaminedModel? RecogniseFile(string path, FindingList findings)
    {
        string file = Path.GetFileName(path);
        if (ModelFolder.FormatOf(file) is ModelFormat format)
        {
            return format.Examine(Path.GetDirectoryName(Path.GetFullPath(path))!, file);
        }

        findings.Wrong(FindingArea.Folder, file, $"is not a model file by its name, expected {ModelFolder.Expected(ModelFormat.All)}", "name the folder of the model");
        return null;
    }

    /// <summary>A model whose files bear almost their names, or of which so much is lost that no format knows it.</summary>
    private static IExaminedModel? RecogniseNearly(string folder)
    {
        var names = new FileNames(folder);
        (ModelFormat Format, string Mark)[] marks =
        [
            (ModelFormat.Safetensors, HuggingFaceFormat.WeightsFileName),
            (ModelFormat.Safetensors, HuggingFaceFormat.IndexFileName),
            (ModelFormat.TensorFlow, "model.ckpt" + CheckpointIndex.Extension),
        ];
        foreach ((ModelFormat format, string mark) in marks)
        {
            if (names.FindNearly(mark) is not null)
            {
                return format.Examine(folder, mark);
            }
        }

        bool isCsv = ModelFolder.OtherModelIn(folder) is null && CsvExamination.Marks.Any(mark => names.FindNearly(mark) is not null);
        return isCsv ? new CsvExamination(folder) : null;
    }

    private static IExaminedModel? FindNothing(string folder, FindingList findings)
    {
        if (ModelFolder.OtherModelIn(folder) is (string file, string what, string remedy))
        {
            findings.Wrong(FindingArea.Folder, file, what, remedy);
            return null;
        }

        string? below = Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).FirstOrDefault(sub => ModelFolder.ModelsIn(sub, ModelFormat.All).Length > 0);
        findings.Wrong(
            FindingArea.Folder, Folder, $"{folder} holds no model: expected {ModelFolder.Expected(ModelFormat.All)}",
            below is null ? "name the folder of a model; 'gpt2 download gpt2' gets one" : $"name {below}, where a model lies");
        return null;
    }
}
