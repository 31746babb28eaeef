// tokenizer.json can describe many kinds of tokenizers. Only GPT-2's is accepted: byte-level merges, and added tokens that are
// found wherever their text is.

using System.Text.Json;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights.HuggingFace;

/// <summary>Reads tokenizer.json.</summary>
internal static class TokenizerJson
{
    public const string FileName = "tokenizer.json";

    /// <summary>Settings of an added token that would change where it is found.</summary>
    private static readonly string[] Strictness = ["single_word", "lstrip", "rstrip"];

    private const string Expected = "the byte-level BPE tokenizer of a GPT-2 model";

    /// <exception cref="Gpt2Exception">
    /// It is not such a tokenizer, or its tokens do not have the ids that follow from its merges.
    /// </exception>
    public static Vocabulary Read(string path) => JsonFile.Read(path, Expected, root =>
    {
        RequireGpt2(root, path);
        JsonElement model = Required(root, "model", path);
        var builder = new VocabularyBuilder();
        int number = 0;
        foreach (JsonElement merge in Required(model, "merges", path).EnumerateArray())
        {
            number++;
            string[] parts = merge.ValueKind == JsonValueKind.Array
                ? [.. merge.EnumerateArray().Select(part => JsonFile.TextOf(part) ?? "")]
                : (JsonFile.TextOf(merge) ?? "").Split(' ');
            Gpt2Exception? error = parts.Length == 2 && parts[0].Length > 0 && parts[1].Length > 0
                ? builder.Add(parts[0], parts[1])
                : new Gpt2Exception($"found {JsonFile.Shown(merge)}") { Expected = "two tokens" };
            if (error is not null)
            {
                throw error.At(new(path, Part: $"merge {number}"));
            }
        }

        Vocabulary vocabulary = builder.Build();
        CheckIds(root, model, vocabulary, path);
        return AddedTokensFile.With(AddedTokens(root, path).Where(token => token.Id > vocabulary.EndOfText), vocabulary, path);
    });

    private static void RequireGpt2(JsonElement root, string path)
    {
        JsonElement model = Required(root, "model", path);
        if (Given(model, "type") is JsonElement type && JsonFile.TextOf(type) != "BPE")
        {
            throw Wrong(path, $"the model is {JsonFile.Shown(type)}", "\"BPE\"");
        }

        if (Given(root, "normalizer") is JsonElement normalizer)
        {
            throw Wrong(path, $"normalizer is {JsonFile.Shown(normalizer)}", "none");
        }

        if (Given(root, "pre_tokenizer") is not JsonElement words || words.ValueKind != JsonValueKind.Object
            || JsonFile.TextOf(Given(words, "type")) != "ByteLevel"
            || Given(words, "add_prefix_space") is not (null or { ValueKind: JsonValueKind.False })
            || Given(words, "use_regex") is not (null or { ValueKind: JsonValueKind.True }))
        {
            throw Wrong(path, "pre_tokenizer is not GPT-2's", "type ByteLevel, add_prefix_space false");
        }
    }

    /// <summary>
    /// The ids are in the model's vocab; that of the end of text is there, among the added tokens, or in both.
    /// </summary>
    private static void CheckIds(JsonElement root, JsonElement model, Vocabulary vocabulary, string path)
    {
        var seen = new bool[vocabulary.Count];
        TokenIdsFile.Compare(Required(model, "vocab", path), vocabulary, path, "its list of merges", seen);
        foreach ((string content, int id) in AddedTokens(root, path)
            .Where(token => token.Id <= vocabulary.EndOfText || token.Token == Vocabulary.EndOfTextToken))
        {
            if (id < 0 || id > vocabulary.EndOfText || vocabulary.WrittenForm(id) != content)
            {
                throw Wrong(
                    path, $"the added token '{content}' has the id {id}",
                    $"{vocabulary.EndOfText} for {Vocabulary.EndOfTextToken}, and more for every other");
            }

            seen[id] = true;
        }

        int missing = seen.IndexOf(false);
        if (missing >= 0)
        {
            throw Wrong(path, $"no token has the id {missing}", $"'{vocabulary.WrittenForm(missing)}' as its list of merges makes it");
        }
    }

    /// <summary>The added tokens by their ids, the end of text among them.</summary>
    private static (string Token, int Id)[] AddedTokens(JsonElement root, string path)
    {
        List<(string Token, int Id)> tokens = [];
        IEnumerable<JsonElement> given = Given(root, "added_tokens") is JsonElement added ? added.EnumerateArray() : [];
        foreach (JsonElement token in given)
        {
            string content = JsonFile.TextOf(Required(token, "content", path)) ?? "";
            JsonElement number = Required(token, "id", path);
            int id = number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out int whole)
                ? whole
                : throw Wrong(path, $"the added token '{content}' has the id {JsonFile.Shown(number)}", "a whole number");
            string? setting = Strictness.FirstOrDefault(name => Given(token, name) is { ValueKind: not JsonValueKind.False });
            if (setting is not null && content != Vocabulary.EndOfTextToken)
            {
                throw Wrong(path, $"the added token '{content}' has {setting}", "false: an added token is found wherever its text is");
            }

            tokens.Add((content, id));
        }

        return [.. tokens.OrderBy(token => token.Id)];
    }

    private static JsonElement Required(JsonElement element, string name, string path) =>
        Given(element, name) ?? throw Wrong(path, $"{name} is missing", Expected);

    private static Gpt2Exception Wrong(string path, string found, string expected) => new(found) { Where = path, Expected = expected };

    private static JsonElement? Given(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
