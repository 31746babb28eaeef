// A download with --force deletes the folder it replaces, so the folder may contain only files that belong to models.

using System.IO.Enumeration;
using Gpt2.Core.Files;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.JavaScript;

namespace Gpt2.Core.Weights.Download;

internal static class ModelFolderContent
{
    /// <summary>Names of a model's files, in any case of letters; a star stands for any characters.</summary>
    private static readonly string[] Patterns =
    [
        "model_*", "model.*", "model-*", "gpt2_*", "pytorch_model*", "config.json", "generation_config.json", "tokenizer.json",
        "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt", VocabularyFile.FileName, "encoder.json",
        HyperparametersFile.FileName, "checkpoint", SpreadsheetVocabulary.MergesFileName, SpreadsheetVocabulary.TokensFileName,
        DownloadRecord.FileName, "log.csv", "loss.svg", "README.md", "LICENSE", ".DS_Store",
    ];

    /// <summary>Refuses a folder with anything that does not belong to a model.</summary>
    /// <exception cref="Gpt2Exception">It is such a folder.</exception>
    public static void RequireModelOnly(string target)
    {
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

    private static bool IsOfModel(string name) =>
        Array.Exists(Patterns, pattern => FileSystemName.MatchesSimpleExpression(pattern, name));
}
