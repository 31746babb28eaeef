// From a folder, or from one file in it, to the model there: which format it has is told by the files.

using System.IO.Enumeration;
using Gpt2.Core.Files;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.HuggingFace;
using Gpt2.Core.Weights.JavaScript;
using Gpt2.Core.Weights.LlmC;

namespace Gpt2.Core.Weights;

/// <summary>Opens models of any format.</summary>
internal static class ModelFolder
{
    /// <summary>Data files of a TensorFlow checkpoint.</summary>
    internal const string CheckpointData = "*.data-*-of-*";

    private const string TakeSafetensors = "take the model's safetensors";
    private const string CopyIt = "copy or download it, too";

    /// <summary>Files of other programs' models, which are not read, and what to do about them.</summary>
    private static readonly (string Pattern, string What, string Remedy)[] Foreign =
    [
        ("pytorch_model*.bin", "is a Python pickle, which is not read", "save the model as safetensors"),
        ("*.gguf", "is a GGUF file, which is not read", TakeSafetensors),
        ("*.h5", "is a Keras file, which is not read", TakeSafetensors),
        ("*.msgpack", "is a Flax file, which is not read", TakeSafetensors),
        ("*.onnx", "is an ONNX file, which is not read", TakeSafetensors),
    ];

    /// <summary>Files of models that are not whole, and what to do about them.</summary>
    private static readonly (string Pattern, string What, string Remedy)[] Incomplete =
    [
        ("*-of-*.safetensors", "is one of several, and model.safetensors.index.json, which lists them, is missing", CopyIt),
        (CheckpointData, "is the data of a TensorFlow checkpoint, and its .index, which says what is where, is missing", CopyIt),
        (HuggingFaceFormat.ConfigFileName, "is there, and model.safetensors, which goes with it, is missing", CopyIt),
    ];

    /// <summary>The files that make up a model in any format, by their usual names.</summary>
    private static readonly string[] Usual =
    [
        CsvLayout.FileOf("*"), HyperparametersFile.FileName, VocabularyFile.FileName, SpreadsheetVocabulary.MergesFileName,
        SpreadsheetVocabulary.TokensFileName, HuggingFaceFormat.ConfigFileName, "model*.safetensors", "model.safetensors.index.json",
        HuggingFaceFolder.MergesFileName, HuggingFaceFolder.TokenIdsFileName, TokenizerJson.FileName, "tokenizer_config.json", "encoder.json",
        "model.ckpt.*", "checkpoint", LlmCFile.FileName,
    ];

    /// <summary>Opens the model in a folder, or of a file. Only headers and small files are read.</summary>
    /// <param name="path">The folder, or the file that the model is known by, such as model.safetensors.</param>
    /// <param name="format">The format to take, where a folder holds several; null to go by the files.</param>
    /// <exception cref="Gpt2Exception">
    /// There is no model, there is more than one, or something is wrong with its files.
    /// </exception>
    public static ModelSource Open(string path, ModelFormat? format = null)
    {
        if (File.Exists(path))
        {
            return OpenFile(path, format);
        }

        ModelFormat[] formats = format is null ? [.. ModelFormat.All] : [format];
        (ModelFormat Format, string File)[] models;
        try
        {
            StagedFolder.RequireFinished(path);
            models = ModelsIn(path, formats);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Gpt2Exception($"{path}: cannot read this folder ({e.Message})", e);
        }

        return models.Length switch
        {
            0 => throw NoModel(path, formats),
            1 => models[0].Format.Open(path, models[0].File, path),
            _ => throw SeveralModels(path, models),
        };
    }

    /// <summary>The models in a folder: for each its format and the file that it is known by.</summary>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    internal static (ModelFormat Format, string File)[] ModelsIn(string folder, IEnumerable<ModelFormat> formats)
    {
        (ModelFormat Format, string File)[] models = [.. formats.SelectMany(each => each.ModelsIn(folder), (each, file) => (each, file))];

        // The sizes alone are no second model.
        return models.Length > 1 ? [.. models.Where(model => model.File != HyperparametersFile.FileName)] : models;
    }

    /// <summary>The format of a file, going by its name; null where it is of none.</summary>
    internal static ModelFormat? FormatOf(string fileName) => ModelFormat.All.FirstOrDefault(each => each.IsModelFile(fileName));

    /// <summary>In a folder without a model, a file of a model that is not read or not whole; null where there is none.</summary>
    internal static (string File, string What, string Remedy)? OtherModelIn(string folder)
    {
        foreach ((string pattern, string what, string remedy) in Foreign.Concat(Incomplete))
        {
            if (Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal).FirstOrDefault() is string file)
            {
                return (Path.GetFileName(file), what, remedy);
            }
        }

        // A file of llm.c is known by its first bytes, which another one in its place does not have.
        foreach (string file in Directory.EnumerateFiles(folder, "*" + LlmCFormat.Extension).Order(StringComparer.Ordinal))
        {
            FileKind kind = WrongFile.KindOf(file);
            if (WrongFile.Remedy(kind) is string remedy)
            {
                return (Path.GetFileName(file), $"is {FileKinds.Describe(kind)}", remedy);
            }
        }

        return null;
    }

    /// <summary>
    /// Deletes the files of a model that was replaced, whatever its format: left behind, they would make the folder one
    /// of two models. Files that are no model's stay.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="written">The names of the files of the model that stays.</param>
    public static void DeleteOthers(string folder, IEnumerable<string> written)
    {
        IEnumerable<string> there = Usual.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern)).Select(file => Path.GetFileName(file));
        foreach (string file in there.Except(written).ToArray())
        {
            File.Delete(Path.Combine(folder, file));
        }
    }

    private static ModelSource OpenFile(string path, ModelFormat? format)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string file = Path.GetFileName(path);
        RegularFile.Require(path, "a model; name its folder or its file");
        if (format is null && Foreign.FirstOrDefault(kind => FileSystemName.MatchesSimpleExpression(kind.Pattern, file)) is { Pattern: not null } other)
        {
            throw new Gpt2Exception($"{path}: {other.What}: {other.Remedy}");
        }

        ModelFormat found = format ?? FormatOf(file)
            ?? throw new Gpt2Exception($"{path}: not a model's file by its name; expected {Expected(ModelFormat.All)}");
        return found.Open(folder, file, path);
    }

    private static Gpt2Exception NoModel(string folder, ModelFormat[] formats) => new(
        OtherModelIn(folder) is (string file, string what, string remedy)
            ? $"{folder}: no model; {file} {what}: {remedy}"
            : $"{folder}: no model in this folder, expected {Expected(formats)}");

    private static Gpt2Exception SeveralModels(string folder, (ModelFormat Format, string File)[] models)
    {
        string listed = string.Join(", ", models.Select(model => $"{model.File} ({model.Format.Name})"));
        string[] formats = [.. models.Select(model => model.Format.Name).Distinct()];
        string choice = formats.Length > 1 ? $"choose with --format {string.Join('|', formats)}, or " : "";
        return new Gpt2Exception($"{folder}: found {models.Length} models, {listed}: {choice}name the file, as in --model {Path.Combine(folder, models[0].File)}");
    }

    internal static string Expected(IEnumerable<ModelFormat> formats) =>
        string.Join(", or ", formats.Select(format => $"{format.Files} ({format.Name})"));
}
