// Small JSON files, such as config.json, are read here so that everything that may be wrong with them is reported in
// the same way, and written in one form.

using System.Text;
using System.Text.Json;

namespace Gpt2.Core.Weights;

/// <summary>Reads and writes JSON files whole.</summary>
internal static class JsonFile
{
    private const string SizeExpected = "a whole number from 1 to 2147483647";

    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    /// <summary>Reads a file and makes a result from its root, which must be an object.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">What it should hold, for messages.</param>
    /// <param name="make">Makes the result; may throw what <see cref="JsonElement"/> throws.</param>
    /// <exception cref="Gpt2Exception">The file cannot be read or is not such JSON.</exception>
    public static T Read<T>(string path, string expected, Func<JsonElement, T> make)
    {
        byte[] bytes = RegularFile.ReadSmall(path, expected, WrongFile.MoveAway);
        ReadOnlyMemory<byte> text = bytes;
        ReadOnlySpan<byte> mark = Encoding.UTF8.Preamble;
        if (text.Span.StartsWith(mark))
        {
            text = text[mark.Length..];
        }

        try
        {
            using JsonDocument document = StrictJson.Parse(text, path);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? make(document.RootElement)
                : throw new Gpt2Exception($"found {document.RootElement.ValueKind}") { Where = path, Expected = expected };
        }
        catch (JsonException e)
        {
            throw WrongFile.Refusal(path, expected)
                ?? new Gpt2Exception("not valid JSON", e) { Where = new(path, e.LineNumber + 1), Expected = expected };
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            // A value of the wrong type, a number out of range, or text that is not UTF-8.
            throw new Gpt2Exception("a value has the wrong type, or a text is not UTF-8", e) { Where = path, Expected = expected };
        }
    }

    /// <summary>Writes a file with one object.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the properties of the object.</param>
    public static void Write(string path, Action<Utf8JsonWriter> write)
    {
        using FileStream stream = File.Create(path);
        using (var writer = new Utf8JsonWriter(stream, Indented))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    /// <summary>The text of a value; null if the value is not a string.</summary>
    public static string? TextOf(JsonElement? value) => value is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>A value as an error message shows it.</summary>
    public static string Shown(JsonElement value)
    {
        const int Longest = 40;
        string text = value.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }

    /// <summary>A size of a model, which is a property of the root.</summary>
    /// <exception cref="Gpt2Exception">It is missing, or not a whole number from 1.</exception>
    public static int Size(JsonElement root, string name, string path)
    {
        if (!root.TryGetProperty(name, out JsonElement value))
        {
            string? similar = root.EnumerateObject().Select(property => property.Name).FirstOrDefault(other => KeyOf(other) == KeyOf(name));
            throw new Gpt2Exception($"{name} is missing{(similar is null ? "" : $", but there is {similar}")}")
            {
                Where = path,
                Expected = SizeExpected,
                Remedy = similar is null ? null : $"rename {similar} to {name}",
            };
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int size) && size >= 1
            ? size
            : throw new Gpt2Exception($"{name} is {Shown(value)}") { Where = path, Expected = SizeExpected };
    }

    /// <summary>A name in lower case, without separators and the ending of the plural.</summary>
    private static string KeyOf(string name) => string.Concat(name.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit)).TrimEnd('s');
}
