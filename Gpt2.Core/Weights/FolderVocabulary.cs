// Binary weights come with a vocabulary under the names that OpenAI and Hugging Face use: merges, with or without a
// file of ids, or tokenizer.json.

using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.HuggingFace;

namespace Gpt2.Core.Weights;

/// <summary>Finds and reads the vocabulary in a folder.</summary>
internal static class FolderVocabulary
{
    /// <summary>What to do if files of a vocabulary belong to another model.</summary>
    public const string TakeAnother = "take the vocabulary of this model, all of its files from the same source";

    /// <summary>Files of merges, each with the file of ids that belongs to it.</summary>
    private static readonly (string Merges, string Ids)[] Pairs =
    [
        (HuggingFaceFolder.MergesFileName, HuggingFaceFolder.TokenIdsFileName),
        (VocabularyFile.FileName, "encoder.json"),
    ];

    /// <summary>Reads the vocabulary. The merges define it, and other files are checked against them.</summary>
    /// <param name="pathOf">Finds the path of a file by its name.</param>
    /// <param name="config">The sizes; null if they are not known.</param>
    /// <param name="sizes">The file that the sizes come from, for messages.</param>
    /// <returns>Null if the folder has no vocabulary, or the model has fewer tokens than text needs.</returns>
    /// <exception cref="Gpt2Exception">A file is wrong, or does not agree with another or with the sizes.</exception>
    public static Tokenizer? Read(Func<string, string> pathOf, Gpt2Config? config, string sizes)
    {
        if (config?.Vocabulary < Text.Vocabulary.SmallestCount)
        {
            return null;
        }

        foreach ((string merges, string ids) in Pairs)
        {
            string mergesPath = pathOf(merges), idsPath = pathOf(ids);
            if (RegularFile.IsTaken(mergesPath))
            {
                Vocabulary vocabulary = VocabularyFile.Read(mergesPath);
                Vocabulary whole = AddedTokensFile.AddTo(pathOf(AddedTokensFile.FileName), vocabulary);
                RequireCount(whole, mergesPath, config, sizes);
                if (RegularFile.IsTaken(idsPath))
                {
                    TokenIdsFile.Check(idsPath, vocabulary, merges);
                }

                return new Tokenizer(whole);
            }
        }

        string all = pathOf(TokenizerJson.FileName);
        if (RegularFile.IsTaken(all))
        {
            Vocabulary vocabulary = TokenizerJson.Read(all); // with the added tokens
            RequireCount(vocabulary, all, config, sizes);
            return new Tokenizer(vocabulary);
        }

        (string Merges, string Ids) alone = Pairs.FirstOrDefault(pair => RegularFile.IsTaken(pathOf(pair.Ids)));
        return alone.Merges is null
            ? Pairs.Select(pair => FileNames.MisnamedAt(pathOf(pair.Merges))).OfType<Gpt2Exception>().FirstOrDefault() is { } misnamed
                ? throw misnamed : null
            : throw new Gpt2Exception("no such file") { Where = pathOf(alone.Merges), Expected = $"the merges of the tokens in {alone.Ids}" };
    }

    /// <summary>Throws unless a vocabulary has as many tokens as the sizes say, if they are known.</summary>
    /// <exception cref="Gpt2Exception">It does not.</exception>
    public static void RequireCount(Vocabulary vocabulary, string path, Gpt2Config? config, string sizes)
    {
        if (config is not null && vocabulary.Count != config.Vocabulary)
        {
            string key = sizes == HuggingFaceFormat.ConfigFileName ? "vocab_size" : "n_vocab";
            int added = vocabulary.AddedTokens.Count;
            string with = added == 0 ? "" : $", {added} of them in {AddedTokensFile.FileName}";
            throw new Gpt2Exception($"defines {Plural.Of(vocabulary.Count, "token")}{with}")
            {
                Where = path,
                Expected = $"{config.Vocabulary}, the {key} of {sizes}",
                Remedy = TakeAnother,
            };
        }
    }
}
