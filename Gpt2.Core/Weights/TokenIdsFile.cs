// A JSON object from tokens to ids, which OpenAI calls encoder.json and Hugging Face vocab.json. The merges already
// define the ids, so the file is only compared with them.

using System.Text.Encodings.Web;
using System.Text.Json;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights;

/// <summary>encoder.json or vocab.json.</summary>
internal static class TokenIdsFile
{
    private const string Expected = "an object of tokens and their ids";

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The first in which a file disagrees with a vocabulary; null if it has every token under its id, and no other.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabulary">The vocabulary.</param>
    /// <param name="merges">The name of the file that the vocabulary was read from.</param>
    public static Gpt2Exception? Disagreement(string path, Vocabulary vocabulary, string merges)
    {
        try
        {
            Check(path, vocabulary, merges);
            return null;
        }
        catch (Gpt2Exception e)
        {
            return e;
        }
    }

    /// <summary>Throws unless a file has every token of a vocabulary under its id, and no other.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabulary">The vocabulary.</param>
    /// <param name="merges">The name of the file that the vocabulary was read from.</param>
    /// <exception cref="Gpt2Exception">It does not; the message names the first token that disagrees.</exception>
    public static void Check(string path, Vocabulary vocabulary, string merges) =>
        JsonFile.Read(path, Expected, root =>
        {
            int count = vocabulary.EndOfText + 1; // added tokens are in a file of their own
            int seen = Compare(root, vocabulary, path, merges, new bool[vocabulary.Count]);
            return seen == count ? seen : throw Wrong(path, $"found {seen} tokens", $"{count} as {merges} makes them");
        });

    /// <summary>Compares the tokens of an object, and marks them as seen.</summary>
    /// <returns>How many there are.</returns>
    /// <exception cref="Gpt2Exception">One has the wrong id.</exception>
    public static int Compare(JsonElement tokens, Vocabulary vocabulary, string path, string merges, bool[] seen)
    {
        int count = 0;
        foreach (JsonProperty token in tokens.EnumerateObject())
        {
            if (token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out int id) || id < 0 || id >= vocabulary.Count)
            {
                string expected = $"0 to {vocabulary.Count - 1} as {merges} makes {vocabulary.Count} tokens";
                throw Wrong(path, $"'{Shown(token.Name)}' has the id {JsonFile.Shown(token.Value)}", expected);
            }

            if (token.Name != vocabulary.WrittenForm(id))
            {
                throw Wrong(path, $"'{Shown(token.Name)}' has the id {id}", $"'{Shown(vocabulary.WrittenForm(id))}' there as {merges} makes it");
            }

            seen[id] = true;
            count++;
        }

        return count;
    }

    /// <summary>Writes a file in the same form.</summary>
    /// <exception cref="Gpt2Exception">
    /// A merge makes the end of text, which would then be in the file twice.
    /// </exception>
    public static void Write(Vocabulary vocabulary, string path)
    {
        if (Enumerable.Range(0, vocabulary.EndOfText).Any(id => vocabulary.WrittenForm(id) == Vocabulary.EndOfTextToken))
        {
            throw new Gpt2Exception($"a merge makes {Vocabulary.EndOfTextToken}, which this file can hold only once")
            {
                Where = path,
                Remedy = "write another format",
            };
        }

        using FileStream stream = File.Create(path);
        using var writer = new Utf8JsonWriter(stream, Readable);
        writer.WriteStartObject();
        for (int id = 0; id <= vocabulary.EndOfText; id++) // added tokens are in a file of their own
        {
            writer.WriteNumber(vocabulary.WrittenForm(id), id);
        }

        writer.WriteEndObject();
    }

    private static Gpt2Exception Wrong(string path, string found, string expected) =>
        new(found) { Where = path, Expected = expected, Remedy = FolderVocabulary.TakeAnother };

    private static string Shown(string token) => token.Length <= 40 ? token : token[..40] + "…";
}
