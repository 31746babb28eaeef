// The vocabulary in a GGUF file: tokens and merges in the byte alphabet, and for each token what it is.

using Gpt2.Core.Model;
using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Core.Weights.Gguf;

/// <summary>Reads and checks the vocabulary, and says what is written for one.</summary>
internal static class GgufVocabulary
{
    public const string ModelKey = "tokenizer.ggml.model";
    public const string PreTokenizerKey = "tokenizer.ggml.pre";
    public const string TokensKey = "tokenizer.ggml.tokens";
    public const string TypesKey = "tokenizer.ggml.token_type";
    public const string MergesKey = "tokenizer.ggml.merges";
    public const string BeginningKey = "tokenizer.ggml.bos_token_id";
    public const string EndKey = "tokenizer.ggml.eos_token_id";

    /// <summary>The values for byte-level merges, for GPT-2's pre-tokenizer, and for a model without text.</summary>
    public const string ByteLevelMerges = "gpt2", PreTokenizer = "gpt-2", NoText = "none";

    /// <summary>
    /// What a token is, with llama.cpp's numbers: of the merges; found in a text only if that is asked for; found everywhere; a row of wte
    /// without a token.
    /// </summary>
    public const int Normal = 1, Control = 3, UserDefined = 4, Unused = 5;

    /// <summary>The vocabulary of a file; null if it says that it has none.</summary>
    /// <param name="header">The header.</param>
    /// <param name="config">The sizes; null if they are not known.</param>
    /// <exception cref="Gpt2Exception">It is of another kind, or its parts do not agree.</exception>
    public static Vocabulary? Read(GgufHeader header, Gpt2Config? config)
    {
        string model = header.Text(ModelKey);
        if (model is NoText or "no_vocab")
        {
            return null;
        }

        RequireText(header, ModelKey, model, ByteLevelMerges);
        if (header.Has(PreTokenizerKey))
        {
            RequireText(header, PreTokenizerKey, header.Text(PreTokenizerKey), PreTokenizer);
        }

        Vocabulary merged = ReadMerges(header);
        string[] tokens = [.. header.Texts(TokensKey)];
        if (config is not null && tokens.Length != config.Vocabulary)
        {
            throw header.Wrong(TokensKey, $"has {Plural.Of(tokens.Length, "token")}", $"{config.Vocabulary}, one for each row of wte");
        }

        for (int id = 0; id <= merged.EndOfText; id++)
        {
            if (id >= tokens.Length || tokens[id] != merged.WrittenForm(id))
            {
                throw header.Wrong(
                    TokensKey, id < tokens.Length ? $"token {id} is '{VisibleText.Brief(tokens[id])}'" : $"has {Plural.Of(tokens.Length, "token")}",
                    $"'{VisibleText.Brief(merged.WrittenForm(id))}' as number {id}, as {MergesKey} makes it");
            }
        }

        int unused = ReadTypes(header, tokens, merged.EndOfText);
        foreach (string key in (string[])[BeginningKey, EndKey])
        {
            if (header.Has(key) && header.Whole(key) is long id && (id < 0 || id >= tokens.Length))
            {
                throw header.Wrong(key, Invariant($"found {id}"), $"0 to {tokens.Length - 1}, the id of a token");
            }
        }

        try
        {
            return merged.WithAdded(tokens[(merged.EndOfText + 1)..^unused]).WithUnused(unused);
        }
        catch (Gpt2Exception e)
        {
            throw header.Wrong(TokensKey, e.Found, e.Expected);
        }
    }

    /// <summary>The type of a token.</summary>
    public static int TypeOf(Vocabulary vocabulary, int id) =>
        id < vocabulary.EndOfText ? Normal : id == vocabulary.EndOfText ? Control : vocabulary.IsUnused(id) ? Unused : UserDefined;

    private static Vocabulary ReadMerges(GgufHeader header)
    {
        var builder = new VocabularyBuilder();
        int number = 0;
        foreach (string merge in header.Texts(MergesKey))
        {
            string[] parts = merge.Split(' ');
            Gpt2Exception? error = parts.Length == 2 && parts[0].Length > 0 && parts[1].Length > 0
                ? builder.Add(parts[0], parts[1])
                : new Gpt2Exception($"found '{VisibleText.Brief(merge)}'") { Expected = "two tokens separated by one space" };
            if (error is not null)
            {
                throw header.Wrong(MergesKey, $"item {number}: {error.Found}", error.Expected);
            }

            number++;
        }

        return builder.Build();
    }

    /// <summary>Checks the types, which say where a token is found in a text.</summary>
    /// <returns>How many rows of wte, the last ones, have no token.</returns>
    private static int ReadTypes(GgufHeader header, string[] tokens, int endOfText)
    {
        if (!header.Has(TypesKey))
        {
            return 0;
        }

        if (header.Count(TypesKey) != tokens.Length)
        {
            throw header.Wrong(TypesKey, $"has {header.Count(TypesKey)} items", $"{tokens.Length}, one for each token");
        }

        long[] types = [.. header.Wholes(TypesKey)];
        int used = 1 + Array.FindLastIndex(types, type => type != Unused);
        for (int id = 0; id < Math.Max(used, endOfText + 1); id++)
        {
            bool fits = id == endOfText ? types[id] is Normal or Control or UserDefined
                : id < endOfText ? types[id] == Normal
                : types[id] is Control or UserDefined;
            if (!fits)
            {
                throw header.Wrong(
                    TypesKey, Invariant($"token {id}, '{VisibleText.Brief(tokens[id])}', has the type {types[id]}"),
                    id == endOfText ? $"{Control} (control)" : id < endOfText ? $"{Normal} (normal), as for every token of the merges"
                    : $"{UserDefined} (user-defined) or {Control} (control), as for every token after {Vocabulary.EndOfTextToken}");
            }
        }

        return types.Length - used;
    }

    private static void RequireText(GgufHeader header, string key, string found, string expected)
    {
        if (found != expected)
        {
            throw header.Wrong(key, $"found '{VisibleText.Brief(found)}'", $"'{expected}'");
        }
    }
}
