// The API allows four forms of a prompt: a text, a list of texts, a list of ids, and a list of lists of ids.

using System.Text;
using System.Text.Json;
using Gpt2.Cli.Http;
using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Cli.Serve;

/// <summary>Reads the prompts of a request.</summary>
internal sealed class PromptReader(Tokenizer tokenizer, ServerLimits limits)
{
    private const string Field = "prompt";
    private const string Expected = "a string, a list of strings, a list of token ids, or a list of such lists";

    private readonly long maxBytes = (long)limits.PromptTokens * LongestToken(tokenizer.Vocabulary);

    /// <summary>Reads the prompts; a request without any begins a new text.</summary>
    /// <exception cref="ApiException">
    /// The value has none of the forms, a prompt is empty or too long, or there are too many.
    /// </exception>
    public IReadOnlyList<ServedPrompt> Read(JsonElement? value)
    {
        if (value is not JsonElement given)
        {
            return [OfIds([tokenizer.Vocabulary.EndOfText], Field)];
        }

        if (given.ValueKind != JsonValueKind.Array)
        {
            return [OfText(given, Field)];
        }

        int count = given.GetArrayLength();
        if (count == 0)
        {
            throw ApiException.BadValue(Field, "an empty list", "at least one prompt");
        }

        if (given[0].ValueKind == JsonValueKind.Number)
        {
            return [OfIds(Ids(given, Field), Field)];
        }

        if (count > limits.Completions)
        {
            throw ApiException.BadValue(
                Field, Invariant($"a list of {count}"), Invariant($"at most {limits.Completions} prompts"));
        }

        return [.. given.EnumerateArray().Select((one, place) => OfElement(one, Invariant($"{Field}[{place}]")))];
    }

    private ServedPrompt OfElement(JsonElement value, string place) =>
        value.ValueKind == JsonValueKind.Array ? OfIds(Ids(value, place), place) : OfText(value, place);

    private ServedPrompt OfText(JsonElement value, string place)
    {
        string text = JsonFields.TextOf(value, place, Expected);
        return text.Length > 0
            ? OfText(text, place)
            : throw ApiException.BadValue(place, "an empty string", "some text; leave 'prompt' out to begin a new text");
    }

    /// <summary>A text as a prompt.</summary>
    /// <param name="text">At least one character.</param>
    /// <param name="place">The field that it comes from.</param>
    /// <exception cref="ApiException">It is too long.</exception>
    public ServedPrompt OfText(string text, string place)
    {
        // This comes before tokenising, which takes time.
        int bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > maxBytes)
        {
            throw TooLong(place, Invariant($"{bytes} bytes long"));
        }

        return Checked(new ServedPrompt(tokenizer.Encode(text), text), place);
    }

    private ServedPrompt OfIds(int[] ids, string place) =>
        Checked(new ServedPrompt(ids, tokenizer.Decode(ids)), place);

    private int[] Ids(JsonElement list, string place)
    {
        int count = list.GetArrayLength();
        if (count == 0)
        {
            throw ApiException.BadValue(place, "an empty list", "at least one token id");
        }

        int last = tokenizer.Vocabulary.Count - 1;
        var ids = new int[count];
        int filled = 0;
        foreach (JsonElement value in list.EnumerateArray())
        {
            bool isId = value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out ids[filled]) && ids[filled] >= 0 && ids[filled] <= last;
            if (!isId)
            {
                throw ApiException.BadValue(
                    Invariant($"{place}[{filled}]"), JsonFields.Shown(value), Invariant($"a token id from 0 to {last}"));
            }

            filled++;
        }

        return ids;
    }

    private ServedPrompt Checked(ServedPrompt prompt, string place) => prompt.Ids.Length <= limits.PromptTokens
        ? prompt
        : throw TooLong(place, Invariant($"{prompt.Ids.Length} tokens long"));

    private ApiException TooLong(string place, string found) => ApiException.BadValue(
        place, found, Invariant($"at most n_ctx = {limits.PromptTokens} tokens; shorten it"), "context_length_exceeded");

    private static int LongestToken(Vocabulary vocabulary) =>
        Enumerable.Range(0, vocabulary.Count).Max(id => vocabulary.BytesOf(id).Length);
}
