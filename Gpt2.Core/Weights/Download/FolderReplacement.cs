// The last step of a download: a finished folder gets its final name, in place of an older model if the user says so.

using Gpt2.Core.Files;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.JavaScript;

namespace Gpt2.Core.Weights.Download;

/// <summary>Puts a whole folder in the place of another.</summary>
internal static class FolderReplacement
{
    private static readonly string[] Names =
    [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt",
        VocabularyFile.FileName, "encoder.json", HyperparametersFile.FileName, "checkpoint", SpreadsheetVocabulary.MergesFileName,
        SpreadsheetVocabulary.TokensFileName, DownloadRecord.FileName, "log.csv", "loss.svg", "README.md", "LICENSE", ".DS_Store",
    ];

    private static readonly string[] Beginnings = ["model_", "model.", "model-", "gpt2_", "pytorch_model"];

    /// <summary>Refuses a target that holds what no model has: it is not ours to delete.</summary>
    /// <exception cref="Gpt2Exception">It is a file, or a folder with other things in it.</exception>
    public static void RequireModelOnly(string target)
    {
        if (File.Exists(target))
        {
            throw new Gpt2Exception($"{target}: a file with that name already exists, expected a folder or nothing; choose another name with --out");
        }

        foreach (string entry in Directory.EnumerateFileSystemEntries(target))
        {
            string name = Path.GetFileName(entry);
            bool ofModel = Names.Contains(name, StringComparer.OrdinalIgnoreCase)
                || Beginnings.Any(beginning => name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase));
            if (!ofModel || Directory.Exists(entry))
            {
                throw new Gpt2Exception($"{target}: holds '{name}', which is not a file of a model; the folder is not replaced: choose another folder with --out");
            }
        }
    }

    /// <summary>Renames a finished folder to its target. An older folder stands aside until the new one is there.</summary>
    /// <exception cref="Gpt2Exception">It cannot be renamed.</exception>
    public static void Put(string finished, string target)
    {
        string aside = AsideOf(target);
        try
        {
            if (Directory.Exists(target))
            {
                Directory.Move(target, aside);
            }

            Directory.Move(finished, target);
            DeleteIfThere(aside);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Recover(target);
            throw new Gpt2Exception($"{target}: cannot get its final name ({WriteFailure.Reason(e)}); close what uses the folder and repeat the command", e);
        }
    }

    /// <summary>Puts right what a process that ended in the middle of <see cref="Put"/> left.</summary>
    public static void Recover(string target)
    {
        string aside = AsideOf(target);
        if (Directory.Exists(aside) && !Directory.Exists(target))
        {
            Directory.Move(aside, target);
        }

        DeleteIfThere(aside);
    }

    private static string AsideOf(string target) => target + ".replaced-by-download";

    private static void DeleteIfThere(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
