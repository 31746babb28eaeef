// The vocabulary beside binary weights: each of its files by itself, then all of them together.

using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.HuggingFace;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>Examines a vocabulary.</summary>
internal static class TokenizerExamination
{
    private static readonly string[] Known =
        [HuggingFaceFolder.MergesFileName, HuggingFaceFolder.TokenIdsFileName, VocabularyFile.FileName, "encoder.json", TokenizerJson.FileName];

    /// <summary>Examines the files that are there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="names">The names in it.</param>
    /// <param name="config">The sizes.</param>
    /// <param name="sizes">The file that the sizes stand in.</param>
    /// <param name="findings">Receives what is wrong.</param>
    /// <returns>The tokenizer; null where it is wrong or there is none.</returns>
    public static Tokenizer? Examine(string folder, FileNames names, Gpt2Config config, string sizes, FindingList findings)
    {
        if (config.Vocabulary < Vocabulary.SmallestCount)
        {
            return null;
        }

        int before = findings.All.Count;
        string[] there = [.. Known.Where(names.Has)];
        foreach (string name in there)
        {
            FileRemedies.LooksReadable(Path.Combine(folder, name), FindingArea.Tokenizer, findings);
        }

        if (there.Length == 0 && Known.Select(name => names.Find(name, FindingArea.Tokenizer, findings)).FirstOrDefault(path => path is not null) is null)
        {
            findings.Warning(
                FindingArea.Tokenizer, "vocabulary", "there is none beside this model, so that prompts are ids",
                "copy merges.txt or vocab.bpe of the model here; GPT-2's own has 50,001 lines");
        }

        if (findings.All.Count > before)
        {
            return null;
        }

        try
        {
            return FolderVocabulary.Read(folder, config, sizes);
        }
        catch (Gpt2Exception e)
        {
            // The message names the file that disagrees first.
            string file = there.FirstOrDefault(name => e.Message.StartsWith(Path.Combine(folder, name), StringComparison.Ordinal)) ?? "vocabulary";
            findings.Wrong(FindingArea.Tokenizer, file, FileRemedies.Words(e, Path.Combine(folder, file)), "take the vocabulary of this model: all of its files from one place");
            return null;
        }
    }
}
