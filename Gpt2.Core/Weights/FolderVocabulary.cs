// The vocabulary beside binary weights: merges with or without a file of ids, or tokenizer.json, by the names that
// OpenAI and Hugging Face use.

using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.HuggingFace;

namespace Gpt2.Core.Weights;

/// <summary>Finds and reads the vocabulary in a folder.</summary>
internal static class FolderVocabulary
{
    /// <summary>Files of merges, each with the file of ids that goes with it.</summary>
    private static readonly (string Merges, string Ids)[] Pairs =
    [
        (HuggingFaceFolder.MergesFileName, HuggingFaceFolder.TokenIdsFileName),
        (VocabularyFile.FileName, "encoder.json"),
    ];

    /// <summary>Reads the vocabulary; the merges define it, other files are checked against them.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="config">The sizes.</param>
    /// <param name="sizes">The file that the sizes stand in, for messages.</param>
    /// <returns>Null where the folder has none, or the model fewer tokens than a text needs.</returns>
    /// <exception cref="Gpt2Exception">A file is wrong, or does not agree with another or with the sizes.</exception>
    public static Tokenizer? Read(string folder, Gpt2Config config, string sizes)
    {
        if (config.Vocabulary < Text.Vocabulary.SmallestCount)
        {
            return null;
        }

        foreach ((string merges, string ids) in Pairs)
        {
            string mergesPath = Path.Combine(folder, merges), idsPath = Path.Combine(folder, ids);
            if (File.Exists(mergesPath))
            {
                Vocabulary vocabulary = VocabularyFile.Read(mergesPath);
                RequireCount(vocabulary, mergesPath, config, sizes);
                if (File.Exists(idsPath))
                {
                    TokenIdsFile.Check(idsPath, vocabulary, merges);
                }

                return new Tokenizer(vocabulary);
            }
        }

        string whole = Path.Combine(folder, TokenizerJson.FileName);
        if (File.Exists(whole))
        {
            Vocabulary vocabulary = TokenizerJson.Read(whole);
            RequireCount(vocabulary, whole, config, sizes);
            return new Tokenizer(vocabulary);
        }

        (string Merges, string Ids) alone = Pairs.FirstOrDefault(pair => File.Exists(Path.Combine(folder, pair.Ids)));
        return alone.Merges is null
            ? null
            : throw new Gpt2Exception($"{Path.Combine(folder, alone.Merges)}: no such file, expected the merges of the tokens in {alone.Ids}");
    }

    /// <summary>Throws unless a vocabulary has as many tokens as the sizes say.</summary>
    /// <exception cref="Gpt2Exception">It has not.</exception>
    public static void RequireCount(Vocabulary vocabulary, string path, Gpt2Config config, string sizes)
    {
        if (vocabulary.Count != config.Vocabulary)
        {
            string key = sizes == HuggingFaceFormat.ConfigFileName ? "vocab_size" : "n_vocab";
            throw new Gpt2Exception(
                $"{path}: defines {vocabulary.Count} tokens, expected the {key} = {config.Vocabulary} of {sizes}: is it the vocabulary of another model?");
        }
    }
}
