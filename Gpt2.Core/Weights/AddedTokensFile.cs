// added_tokens.json as Hugging Face's tokenizers write it: an object from the texts of added tokens to their ids, which follow the
// last id that the merges define.

using System.Text.Encodings.Web;
using System.Text.Json;
using Gpt2.Core.Files;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights;

/// <summary>Reads and writes added_tokens.json.</summary>
internal static class AddedTokensFile
{
    public const string FileName = "added_tokens.json";

    private const string Expected = "an object of added tokens and their ids";

    private static readonly JsonWriterOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Indented = true,
        NewLine = "\n",
    };

    /// <summary>A vocabulary with the added tokens of a file, or without any if there is no such file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabulary">The vocabulary that the merges define.</param>
    /// <exception cref="Gpt2Exception">It is not such a file, or a token or an id is wrong.</exception>
    public static Vocabulary AddTo(string path, Vocabulary vocabulary) =>
        RegularFile.IsTaken(path) ? With(Read(path), vocabulary, path) : vocabulary;

    /// <summary>The added tokens of a file, in the order of their ids.</summary>
    /// <exception cref="Gpt2Exception">It is not such a file, or an id is not a whole number.</exception>
    public static IReadOnlyList<(string Token, int Id)> Read(string path) => JsonFile.Read(path, Expected, root =>
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
        RequireConsecutive(added, vocabulary.Count, path);
        try
        {
            return vocabulary.WithAdded(added.Select(token => token.Token));
        }
        catch (Gpt2Exception e)
        {
            throw e.At(path);
        }
    }

    /// <summary>Throws unless ids follow each other.</summary>
    /// <param name="tokens">The tokens, in the order of their ids.</param>
    /// <param name="first">The id that the first should have.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="Gpt2Exception">An id is another.</exception>
    public static void RequireConsecutive(IReadOnlyList<(string Token, int Id)> tokens, int first, string path)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Id != first + i)
            {
                throw new Gpt2Exception($"the token '{VisibleText.Brief(tokens[i].Token)}' has the id {tokens[i].Id}")
                {
                    Where = path,
                    Expected = $"{first + i}: added tokens follow the {first} of the vocabulary, without a gap",
                    Remedy = FolderVocabulary.TakeAnother,
                };
            }
        }
    }

    /// <summary>Writes the added tokens of a vocabulary.</summary>
    public static void Write(Vocabulary vocabulary, string path) => Write(vocabulary.AddedTokens, vocabulary.EndOfText + 1, path);

    /// <summary>Writes the added tokens of a vocabulary into a folder, or no file if it has none.</summary>
    public static void WriteIfAny(Vocabulary vocabulary, StagedFolder staged)
    {
        if (vocabulary.AddedTokens.Count > 0)
        {
            Write(vocabulary, staged.File(FileName));
        }
    }

    /// <summary>Writes added tokens.</summary>
    /// <param name="tokens">Their texts.</param>
    /// <param name="first">The id of the first.</param>
    /// <param name="path">The file.</param>
    public static void Write(IReadOnlyList<string> tokens, int first, string path)
    {
        using FileStream stream = File.Create(path);
        using (var writer = new Utf8JsonWriter(stream, Readable))
        {
            writer.WriteStartObject();
            for (int i = 0; i < tokens.Count; i++)
            {
                writer.WriteNumber(tokens[i], first + i);
            }

            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }
}
