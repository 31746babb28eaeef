// The header of a safetensors file comes from strangers, so its names, types, shapes and positions are all checked
// before any is used.

using System.Text.Json;
using Gpt2.Core.Weights.Binary;

namespace Gpt2.Core.Weights.Safetensors;

/// <summary>
/// What the header says about a tensor. Its data is bytes Begin … End − 1, counted from the end of the header.
/// </summary>
internal sealed record SafetensorsEntry(string Name, string Type, long[] Shape, long Begin, long End);

/// <summary>Parses headers.</summary>
/// <remarks>
/// {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …, "__metadata__": {"key": "value"}}. As the
/// format's description requires, the tensors cover the bytes after the header without overlap or gap.
/// </remarks>
internal sealed class SafetensorsHeader
{
    private const string MetadataName = "__metadata__";
    private const int MaxDimensions = 8;

    private readonly string path;
    private readonly Dictionary<string, SafetensorsEntry> entries = [];
    private readonly Dictionary<string, string> metadata = [];

    private SafetensorsHeader(string path) => this.path = path;

    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => entries;

    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>Parses a header.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="dataLength">The number of bytes after the header.</param>
    /// <exception cref="Gpt2Exception">It is not such JSON, or describes tensors that cannot exist.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, string path, long dataLength)
    {
        var header = new SafetensorsHeader(path);
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            reader.Read();
            header.Require(reader.TokenType == JsonTokenType.StartObject, "the header is not a JSON object");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                reader.Read();
                if (name == MetadataName)
                {
                    header.ReadMetadata(ref reader);
                }
                else
                {
                    header.Require(header.entries.TryAdd(name, header.ReadEntry(ref reader, name)), $"the header has '{Shown(name)}' twice");
                }
            }

            reader.Read(); // throws if anything follows the object
        }
        catch (JsonException e)
        {
            throw header.Wrong($"the header is not valid JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}", null, e);
        }
        catch (InvalidOperationException e)
        {
            throw header.Wrong("the header has text that is not UTF-8", null, e);
        }

        header.CheckPlaces(dataLength);
        return header;
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        string? type = null;
        long[]? shape = null, place = null;
        Require(reader.TokenType == JsonTokenType.StartObject, $"'{Shown(name)}' is not a JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string property = reader.GetString()!;
            reader.Read();
            bool isNew = property switch
            {
                "dtype" => type is null,
                "shape" => shape is null,
                "data_offsets" => place is null,
                _ => false,
            };
            Require(isNew, $"'{Shown(name)}' has an extra '{Shown(property)}'", "dtype, shape and data_offsets, each once");
            if (property == "dtype")
            {
                Require(reader.TokenType == JsonTokenType.String, $"the dtype of '{Shown(name)}' is not a string");
                type = reader.GetString();
            }
            else if (property == "shape")
            {
                shape = ReadNumbers(ref reader, name, property, MaxDimensions);
            }
            else
            {
                place = ReadNumbers(ref reader, name, property, 2);
            }
        }

        Require(type is not null && shape is not null && place is { Length: 2 }, $"'{Shown(name)}' lacks dtype, shape or two data_offsets");
        return new SafetensorsEntry(name, type!, shape!, place![0], place[1]);
    }

    private long[] ReadNumbers(ref Utf8JsonReader reader, string name, string property, int max)
    {
        var numbers = new List<long>(4);
        bool right = reader.TokenType == JsonTokenType.StartArray;
        while (right && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            right = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number) && number >= 0 && numbers.Count < max;
            numbers.Add(right ? reader.GetInt64() : 0);
        }

        Require(right, $"{property} of '{Shown(name)}' is wrong", $"at most {max} whole numbers, none negative");
        return [.. numbers];
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        Require(reader.TokenType == JsonTokenType.StartObject && metadata.Count == 0, $"{MetadataName} is not a JSON object, or appears twice");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            Require(
                reader.TokenType == JsonTokenType.String && metadata.TryAdd(key, reader.GetString()!),
                $"'{Shown(key)}' of {MetadataName} is not a string, or appears twice");
        }
    }

    /// <summary>
    /// The tensors must cover the data one after the other, each with as many bytes as its type and shape require.
    /// </summary>
    private void CheckPlaces(long dataLength)
    {
        long end = 0;
        string before = "the header";
        foreach (SafetensorsEntry entry in entries.Values.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            string name = $"'{Shown(entry.Name)}'";
            Require(entry.End >= entry.Begin, $"{name} ends at byte {entry.End}, before it begins at {entry.Begin}");
            Require(entry.End <= dataLength, $"is cut off: {name} ends at byte {entry.End} of {dataLength}");
            Require(entry.Begin >= end, $"{name} begins at byte {entry.Begin}, inside {before}, which ends at {end}");
            Require(entry.Begin == end, $"{entry.Begin - end} bytes are between {before} and {name}", "none");
            int size = SizeOf(entry.Type);
            Require(size > 0, $"{name} has the dtype '{Shown(entry.Type)}', which the format does not have");
            long count = StoredTensor.Count(entry.Shape);
            Require(
                count >= 0 && count <= long.MaxValue / size && count * size == entry.End - entry.Begin,
                $"{name} is {StoredTensor.Shown(entry.Shape)} of {entry.Type}, but has {entry.End - entry.Begin} bytes");
            (end, before) = (entry.End, name);
        }

        Require(end == dataLength, $"the tensors end at byte {end} of {dataLength}", "the end of the file");
    }

    /// <summary>
    /// Bytes per element of every type in the format, most of which weights do not have; 0 for an unknown type.
    /// </summary>
    private static int SizeOf(string type) => type switch
    {
        "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" => 1,
        "U16" or "I16" or "F16" or "BF16" => 2,
        "U32" or "I32" or "F32" => 4,
        "U64" or "I64" or "F64" or "C64" => 8,
        _ => 0,
    };

    private void Require(bool condition, string found, string? expected = null)
    {
        if (!condition)
        {
            throw Wrong(found, expected);
        }
    }

    private Gpt2Exception Wrong(string found, string? expected, Exception? e = null) =>
        new(found, e) { Where = path, Expected = expected, Remedy = WrongFile.Again };

    private static string Shown(string name)
    {
        const int Longest = 80;
        string text = name.ReplaceLineEndings(" ");
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }
}
