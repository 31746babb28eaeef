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

    /// <summary>
    /// Rows of wte that may be without a token: sizes are made multiples of 64 or 128, or of 128 times as many as there are processors.
    /// </summary>
    private const int MaxUnused = 1024;

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
                Gpt2Exception? disagreement = null;
                bool hasIds = RegularFile.IsTaken(idsPath);
                if (hasIds)
                {
                    disagreement = TokenIdsFile.Disagreement(idsPath, vocabulary, merges);
                }

                string confirm = hasIds ? "" : $"add {ids}, which confirms the number of tokens";
                whole = Fit(whole, mergesPath, config, sizes, hasIds && disagreement is null, confirm);
                return disagreement is null ? new Tokenizer(whole) : throw disagreement;
            }
        }

        string all = pathOf(TokenizerJson.FileName);
        if (RegularFile.IsTaken(all))
        {
            Vocabulary vocabulary = TokenizerJson.Read(all); // with the added tokens
            return new Tokenizer(Fit(vocabulary, all, config, sizes, confirmed: true, confirm: ""));
        }

        (string Merges, string Ids) alone = Pairs.FirstOrDefault(pair => RegularFile.IsTaken(pathOf(pair.Ids)));
        return alone.Merges is null
            ? Pairs.Select(pair => FileNames.MisnamedAt(pathOf(pair.Merges))).OfType<Gpt2Exception>().FirstOrDefault() is { } misnamed
                ? throw misnamed : null
            : throw new Gpt2Exception("no such file") { Where = pathOf(alone.Merges), Expected = $"the merges of the tokens in {alone.Ids}" };
    }

    /// <summary>
    /// A vocabulary with as many ids as the sizes say, if they are known. There may be some more ids than tokens, but only if something
    /// confirms the number of tokens: a file of merges that was cut off has fewer too.
    /// </summary>
    /// <param name="vocabulary">The vocabulary.</param>
    /// <param name="path">Its file, for messages.</param>
    /// <param name="config">The sizes; null if they are not known.</param>
    /// <param name="sizes">The file that the sizes come from, for messages.</param>
    /// <param name="confirmed">Whether it is certain that the vocabulary has no more tokens.</param>
    /// <param name="confirm">How to confirm it, for messages.</param>
    /// <exception cref="Gpt2Exception">It has more tokens, or fewer and that is not confirmed.</exception>
    public static Vocabulary Fit(Vocabulary vocabulary, string path, Gpt2Config? config, string sizes, bool confirmed, string confirm)
    {
        int unused = config is null ? 0 : config.Vocabulary - vocabulary.Count;
        bool maybePadded = unused is > 0 and <= MaxUnused;
        if (config is not null && unused != 0 && !(maybePadded && confirmed))
        {
            string key = sizes == HuggingFaceFormat.ConfigFileName ? "vocab_size" : "n_vocab";
            int added = vocabulary.AddedTokens.Count;
            string with = added == 0 ? "" : $", {added} of them in {AddedTokensFile.FileName}";
            throw new Gpt2Exception($"defines {Plural.Of(vocabulary.Count, "token")}{with}")
            {
                Where = path,
                Expected = $"{config.Vocabulary}, the {key} of {sizes}",
                Remedy = maybePadded && confirm.Length > 0 ? $"{TakeAnother}; if the last rows of wte belong to no token, {confirm}" : TakeAnother,
            };
        }

        return vocabulary.WithUnused(unused);
    }
}
