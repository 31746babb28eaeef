// Users name a folder or one file in it; the format of the model is recognised from the files.

using System.IO.Enumeration;
using Gpt2.Core.Files;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.Gguf;
using Gpt2.Core.Weights.HuggingFace;
using Gpt2.Core.Weights.JavaScript;
using Gpt2.Core.Weights.LlmC;
using Gpt2.Core.Weights.TensorFlow;

namespace Gpt2.Core.Weights;

/// <summary>Opens models of any format.</summary>
internal static class ModelFolder
{
    /// <summary>Data files of a TensorFlow checkpoint.</summary>
    internal const string CheckpointData = "*.data-*-of-*";

    private const string TakeSafetensors = "take the model's safetensors";
    private const string CopyIt = "copy or download it too";

    /// <summary>Files of other programs' models, which cannot be read, and what to do about them.</summary>
    private static readonly (string Pattern, string What, string Remedy)[] Foreign =
    [
        ("pytorch_model*.bin", "is a Python pickle, which is not supported", "save the model as safetensors"),
        ("*.h5", "is a Keras file, which is not supported", TakeSafetensors),
        ("*.msgpack", "is a Flax file, which is not supported", TakeSafetensors),
        ("*.onnx", "is an ONNX file, which is not supported", TakeSafetensors),
    ];

    /// <summary>Files of incomplete models, and what to do about them.</summary>
    private static readonly (string Pattern, string What, string Remedy)[] Incomplete =
    [
        ("*-of-*.safetensors", "is one of several, and model.safetensors.index.json, which lists them, is missing", CopyIt),
        (CheckpointData, "is the data of a TensorFlow checkpoint, and its .index, which lists the tensors, is missing", CopyIt),
        (HuggingFaceFormat.ConfigFileName, "is there, but model.safetensors, which belongs to it, is missing", CopyIt),
    ];

    /// <summary>The files that make up a model in any format, by their usual names.</summary>
    private static readonly string[] Usual =
    [
        CsvLayout.FileOf("*"), HyperparametersFile.FileName, VocabularyFile.FileName, AddedTokensFile.FileName,
        SpreadsheetVocabulary.MergesFileName,
        SpreadsheetVocabulary.TokensFileName, HuggingFaceFormat.ConfigFileName, "model*.safetensors", "model.safetensors.index.json",
        HuggingFaceFolder.MergesFileName, HuggingFaceFolder.TokenIdsFileName, TokenizerJson.FileName, "tokenizer_config.json", "encoder.json",
        "model.ckpt.*", "checkpoint", LlmCFile.FileName, GgufFile.FileName,
    ];

    /// <summary>Files by which a folder's format is recognised, even if their names differ slightly.</summary>
    private static readonly (ModelFormat Format, string File)[] Marks =
    [
        (ModelFormat.Safetensors, HuggingFaceFormat.WeightsFileName), (ModelFormat.Safetensors, HuggingFaceFormat.IndexFileName),
        (ModelFormat.TensorFlow, "model.ckpt" + CheckpointIndex.Extension), (ModelFormat.Csv, HyperparametersFile.FileName),
        .. ((string[])["wte", "wpe", "ln_f/g", "h0/ln_1/g"]).Select(matrix => (ModelFormat.Csv, CsvLayout.FileOf(matrix))),
    ];

    /// <summary>Opens the model in a folder, or of a file. Only headers and small files are read.</summary>
    /// <param name="path">The folder, or the model's main file, such as model.safetensors.</param>
    /// <param name="format">The format to choose if a folder has several; null to recognise it.</param>
    /// <exception cref="Gpt2Exception">
    /// There is no model, there is more than one, or something is wrong with its files.
    /// </exception>
    public static ModelSource Open(string path, ModelFormat? format = null)
    {
        try
        {
            if (!File.Exists(path))
            {
                StagedFolder.RequireFinished(path);
            }

            (ModelFormat found, string file) = Find(path, format);
            return found.Open(FolderOf(path), file, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Gpt2Exception($"cannot read this folder ({WriteFailure.Reason(e)})", e) { Where = path };
        }
    }

    /// <summary>The folder of a model, given the folder itself or the model's main file.</summary>
    internal static string FolderOf(string path) => File.Exists(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : path;

    /// <summary>The format of the model in a folder, or of a file, and its main file.</summary>
    /// <exception cref="Gpt2Exception">There is no model, or more than one.</exception>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    internal static (ModelFormat Format, string File) Find(string path, ModelFormat? format)
    {
        if (File.Exists(path))
        {
            return (format ?? FormatOf(path), Path.GetFileName(path));
        }

        ModelFormat[] formats = format is null ? [.. ModelFormat.All] : [format];
        (ModelFormat Format, string File)[] models = ModelsIn(path, formats);
        return models.Length switch
        {
            0 => throw MisnamedIn(path, formats) ?? OtherModelIn(path) ?? NoModel(path, formats),
            1 => models[0],
            _ => throw SeveralModels(path, models),
        };
    }

    /// <summary>The models in a folder: the format and the main file of each.</summary>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    internal static (ModelFormat Format, string File)[] ModelsIn(string folder, IEnumerable<ModelFormat> formats)
    {
        (ModelFormat Format, string File)[] models = [.. formats.SelectMany(each => each.ModelsIn(folder), (each, file) => (each, file))];

        // The file of sizes alone is not a second model.
        return models.Length > 1 ? [.. models.Where(model => model.File != HyperparametersFile.FileName)] : models;
    }

    /// <summary>
    /// The model in a folder that has a certain file, given by its right name; null if none has. A folder of another model may have CSV files.
    /// </summary>
    internal static (ModelFormat Format, string File)? MarkIn(string folder, IEnumerable<ModelFormat> formats, Func<string, bool> has)
    {
        bool isOther = OtherModelIn(folder) is not null;
        return Marks.Where(mark => formats.Contains(mark.Format) && !(isOther && mark.Format == ModelFormat.Csv) && has(mark.File))
            .Select(mark => ((ModelFormat, string)?)mark).FirstOrDefault();
    }

    private static Gpt2Exception? MisnamedIn(string folder, ModelFormat[] formats)
    {
        var names = new FileNames(folder);
        return MarkIn(folder, formats, name => names.Misnamed(name) is not null) is (_, string file) ? names.Misnamed(file) : null;
    }

    /// <summary>The format of a file, going by its name.</summary>
    private static ModelFormat FormatOf(string path)
    {
        string file = Path.GetFileName(path);
        RegularFile.Require(path, "a model", "name its folder or its file");
        return Foreign.FirstOrDefault(kind => FileSystemName.MatchesSimpleExpression(kind.Pattern, file)) is { Pattern: not null } other
            ? throw new Gpt2Exception(other.What) { Where = path, Remedy = other.Remedy }
            : ModelFormat.All.FirstOrDefault(each => each.IsModelFile(file)) ?? throw new Gpt2Exception("is not a model file by its name")
            {
                Where = path,
                Expected = Expected(ModelFormat.All),
                Remedy = "name the folder of the model",
            };
    }

    /// <summary>
    /// For a folder without a model, an error for a file of an unsupported or incomplete model; null if there is none.
    /// </summary>
    internal static Gpt2Exception? OtherModelIn(string folder)
    {
        foreach ((string pattern, string what, string remedy) in Foreign.Concat(Incomplete))
        {
            if (Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal).FirstOrDefault() is string file)
            {
                return new Gpt2Exception(what) { Where = file, Remedy = remedy };
            }
        }

        // A file of llm.c is recognised by its first bytes, so a web page or an LFS pointer in its place was not found.
        return Directory.EnumerateFiles(folder, "*" + LlmCFormat.Extension).Order(StringComparer.Ordinal)
            .Select(file => WrongFile.Refusal(file, "a model of llm.c", isBinary: true)).FirstOrDefault(refusal => refusal is not null);
    }

    /// <summary>
    /// Deletes the files of a replaced model, whatever its format; otherwise the folder would hold two models. Files
    /// that do not belong to a model are kept.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="written">The names of the files of the model to keep.</param>
    public static void DeleteOthers(string folder, IEnumerable<string> written)
    {
        IEnumerable<string> there = Usual.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern)).Select(file => Path.GetFileName(file));
        foreach (string file in there.Except(written).ToArray())
        {
            File.Delete(Path.Combine(folder, file));
        }
    }

    private static Gpt2Exception NoModel(string folder, ModelFormat[] formats)
    {
        // A folder of models, or that of a training which has not ended: the newest of its checkpoints.
        bool HasModel(string sub) => ModelsIn(sub, formats).Length > 0;
        string[] subs = [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)];
        string? below = subs.FirstOrDefault(HasModel)
            ?? subs.SelectMany(Directory.EnumerateDirectories).Order(StringComparer.Ordinal).LastOrDefault(HasModel);
        return new Gpt2Exception("no model in this folder")
        {
            Where = folder,
            Expected = Expected(formats),
            Remedy = below is null ? "name the folder of a model; 'gpt2 download gpt2' gets one" : $"name {below}, which has a model",
        };
    }

    private static Gpt2Exception SeveralModels(string folder, (ModelFormat Format, string File)[] models)
    {
        string listed = string.Join(", ", models.Select(model => $"{model.File} ({model.Format.Name})"));
        string[] formats = [.. models.Select(model => model.Format.Name).Distinct()];
        string choice = formats.Length > 1 ? $", or choose with --format {string.Join('|', formats)} if the command has that option" : "";
        return new Gpt2Exception($"found {models.Length} models, {listed}")
        {
            Where = folder,
            Expected = "one",
            Remedy = $"name the file of the one you mean, as in --model {Path.Combine(folder, models[0].File)}{choice}",
        };
    }

    private static string Expected(IEnumerable<ModelFormat> formats) =>
        string.Join(", or ", formats.Select(format => $"{format.Files} ({format.Name})"));
}
