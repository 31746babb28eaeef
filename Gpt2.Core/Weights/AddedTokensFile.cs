// added_tokens.json as Hugging Face's tokenizers write it: an object from the texts of added tokens to their ids, which follow the
// last id that the merges define.

using System.Text.Encodings.Web;
using System.Text.Json;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights;

/// <summary>Reads and writes added_tokens.json.</summary>
internal static class AddedTokensFile
{
    public const string FileName = "added_tokens.json";

    private const string Expected = "an object of added tokens and their ids";

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true, NewLine = "\n" };

    /// <summary>A vocabulary with the added tokens of a file, or without any if there is no such file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabulary">The vocabulary that the merges define.</param>
    /// <exception cref="Gpt2Exception">It is no such file, or a token or an id is wrong.</exception>
    public static Vocabulary AddTo(string path, Vocabulary vocabulary) =>
        RegularFile.IsTaken(path) ? With(Read(path, vocabulary), vocabulary, path) : vocabulary;

    /// <summary>The added tokens of a file, in the order of their ids.</summary>
    /// <exception cref="Gpt2Exception">It is no such file, or an id is not a whole number.</exception>
    public static IReadOnlyList<(string Token, int Id)> Read(string path, Vocabulary vocabulary) => JsonFile.Read(path, Expected, root =>
    {
        List<(string Token, int Id)> tokens = [];
        foreach (JsonProperty property in root.EnumerateObject())
        {
            int id = property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out int whole) ? whole
                : throw new Gpt2Exception($"the token '{VisibleText.Brief(property.Name)}' has the id {JsonFile.Shown(property.Value)}")
                {
                    Where = path,
                    Expected = "a whole number",
                };
            tokens.Add((property.Name, id));
        }

        return (IReadOnlyList<(string, int)>)[.. tokens.OrderBy(token => token.Id)];
    });

    /// <summary>A vocabulary with added tokens. The end of text may be among them with the id that it has.</summary>
    /// <param name="tokens">The tokens, in the order of their ids.</param>
    /// <param name="vocabulary">The vocabulary.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="Gpt2Exception">A token or an id is wrong.</exception>
    public static Vocabulary With(IEnumerable<(string Token, int Id)> tokens, Vocabulary vocabulary, string path)
    {
        (string Token, int Id)[] added = [.. tokens.Where(token => token != (Vocabulary.EndOfTextToken, vocabulary.EndOfText))];
        for (int i = 0; i < added.Length; i++)
        {
            if (added[i].Id != vocabulary.Count + i)
            {
                throw new Gpt2Exception($"the token '{VisibleText.Brief(added[i].Token)}' has the id {added[i].Id}")
                {
                    Where = path,
                    Expected = $"{vocabulary.Count + i}: added tokens follow the {vocabulary.Count} of the merges, without a gap",
                    Remedy = FolderVocabulary.TakeAnother,
                };
            }
        }

        try
        {
            return vocabulary.WithAdded(added.Select(token => token.Token));
        }
        catch (Gpt2Exception e)
        {
            throw e.At(path);
        }
    }

    /// <summary>Writes the added tokens of a vocabulary.</summary>
    public static void Write(Vocabulary vocabulary, string path)
    {
        using FileStream stream = File.Create(path);
        using (var writer = new Utf8JsonWriter(stream, Readable))
        {
            writer.WriteStartObject();
            for (int i = 0; i < vocabulary.AddedTokens.Count; i++)
            {
                writer.WriteNumber(vocabulary.AddedTokens[i], vocabulary.EndOfText + 1 + i);
            }

            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }
}
