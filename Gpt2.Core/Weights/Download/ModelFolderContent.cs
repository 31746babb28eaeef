// A download with --force deletes the folder it replaces, so the folder may contain only files that belong to models.

using Gpt2.Core.Files;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.JavaScript;

namespace Gpt2.Core.Weights.Download;

internal static class ModelFolderContent
{
    private static readonly string[] Names =
    [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt",
        VocabularyFile.FileName, "encoder.json", HyperparametersFile.FileName, "checkpoint", SpreadsheetVocabulary.MergesFileName,
        SpreadsheetVocabulary.TokensFileName, DownloadRecord.FileName, "log.csv", "loss.svg", "README.md", "LICENSE", ".DS_Store",
    ];

    private static readonly string[] Beginnings = ["model_", "model.", "model-", "gpt2_", "pytorch_model"];

    /// <summary>Refuses a target that is a file, or a folder with anything that does not belong to a model.</summary>
    /// <exception cref="Gpt2Exception">It is such a file or folder.</exception>
    public static void RequireModelOnly(string target)
    {
        if (File.Exists(target))
        {
            const string Expected = "a folder or nothing", Remedy = "choose another name with --out";
            throw new Gpt2Exception("a file with that name already exists") { Where = target, Expected = Expected, Remedy = Remedy };
        }

        string? other = Directory.EnumerateFileSystemEntries(target).Where(entry => !StagedFolder.IsUnfinished(entry))
            .FirstOrDefault(entry => Directory.Exists(entry) || !IsOfModel(Path.GetFileName(entry)));
        if (other is not null)
        {
            throw new Gpt2Exception($"contains '{Path.GetFileName(other)}', which does not belong to a model")
            {
                Where = target,
                Remedy = "the folder is not replaced: choose another folder with --out",
            };
        }
    }

    private static bool IsOfModel(string name) => Names.Contains(name, StringComparer.OrdinalIgnoreCase)
        || Array.Exists(Beginnings, beginning => name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase));
}
