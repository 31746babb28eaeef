// Every JSON file is read by one rule: an object may have a key once. JSON itself leaves open which of two values counts, and other
// programs differ, so a model whose settings are given twice would be another model there than here.

using System.Text;
using System.Text.Json;

namespace Gpt2.Core;

/// <summary>Parses JSON in which no object has a key twice, and says which key it is otherwise.</summary>
internal static class StrictJson
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Parses a text; the caller reports what else may be wrong.</summary>
    /// <param name="json">The text.</param>
    /// <param name="path">Where it comes from, for the message; null to leave that to the caller.</param>
    /// <exception cref="Gpt2Exception">A key occurs twice.</exception>
    /// <exception cref="JsonException">It is not valid JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json, string? path = null)
    {
        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException) when (Repeated(json.Span, path) is Gpt2Exception repeated)
        {
            throw repeated;
        }
    }

    /// <inheritdoc cref="Parse(ReadOnlyMemory{byte}, string)"/>
    /// <exception cref="ArgumentException">The text has half of a surrogate pair.</exception>
    public static JsonDocument Parse(ReadOnlySpan<char> json, string? path = null)
    {
        byte[] bytes = new byte[Utf8.GetByteCount(json)];
        Utf8.GetBytes(json, bytes);
        return Parse(bytes, path);
    }

    /// <inheritdoc cref="Repeated(ReadOnlySpan{byte}, string)"/>
    public static Gpt2Exception? Repeated(string json, string? path) => Repeated(Encoding.UTF8.GetBytes(json), path);

    /// <summary>The error for the first key that an object has twice; null if none has, up to where the text is no longer JSON.</summary>
    /// <param name="json">The text.</param>
    /// <param name="path">Where it comes from, for the message; null to leave that to the caller.</param>
    public static Gpt2Exception? Repeated(ReadOnlySpan<byte> json, string? path)
    {
        var reader = new Utf8JsonReader(json);
        var keys = new Stack<HashSet<string>>();
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    keys.Push([]);
                }
                else if (reader.TokenType == JsonTokenType.EndObject)
                {
                    keys.Pop();
                }
                else if (reader.TokenType == JsonTokenType.PropertyName && reader.GetString() is string key && !keys.Peek().Add(key))
                {
                    return Error(key, path, 1 + json[..(int)reader.TokenStartIndex].Count((byte)'\n'));
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or a key that is not UTF-8: the caller says so.
        }

        return null;
    }

    private static Gpt2Exception Error(string key, string? path, long line) => new($"the key '{VisibleText.Brief(key)}' occurs twice")
    {
        Where = path is null ? null : new(path, line),
        Expected = "each key of an object once",
        Remedy = "delete the one that is not meant",
    };
}
