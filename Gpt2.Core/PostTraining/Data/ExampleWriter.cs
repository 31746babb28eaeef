// Examples as a file that ExampleReader reads to the same examples.

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsvHelper;

namespace Gpt2.Core.PostTraining.Data;

/// <summary>Writes examples; lines end with '\n'.</summary>
internal static class ExampleWriter
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly CsvWriterOptions CsvOptions = new() { NewLine = "\n", FormatProvider = CultureInfo.InvariantCulture };

    /// <summary>Writes JSON Lines: an object on each line.</summary>
    public static void WriteJsonLines(TextWriter writer, IEnumerable<Example> examples)
    {
        foreach (Example example in examples)
        {
            writer.Write(Json(json =>
            {
                json.WriteStartObject();
                foreach (string field in example.Kind.Fields)
                {
                    json.WritePropertyName(field);
                    if (field == ExampleKind.MessagesField)
                    {
                        WriteMessages(json, example);
                    }
                    else
                    {
                        json.WriteStringValue(example[field]);
                    }
                }

                json.WriteEndObject();
            }));
            writer.Write('\n');
        }
    }

    /// <summary>Writes CSV with a header; messages are a cell of JSON.</summary>
    /// <param name="writer">Receives the text.</param>
    /// <param name="kind">The kind of all examples.</param>
    /// <param name="examples">The examples.</param>
    public static void WriteCsv(TextWriter writer, ExampleKind kind, IEnumerable<Example> examples)
    {
        using CsvWriter csv = CsvWriter.Create(writer, CsvOptions, leaveOpen: true);
        foreach (string field in kind.Fields)
        {
            csv.WriteField(field);
        }

        csv.EndRecord();
        foreach (Example example in examples)
        {
            foreach (string field in kind.Fields)
            {
                csv.WriteField(field == ExampleKind.MessagesField ? Json(json => WriteMessages(json, example)) : example[field]);
            }

            csv.EndRecord();
        }
    }

    private static void WriteMessages(Utf8JsonWriter json, Example example)
    {
        json.WriteStartArray();
        foreach (ChatMessage message in example.Messages)
        {
            json.WriteStartObject();
            json.WriteString("role", message.Role);
            json.WriteString("content", message.Content);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Readable))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
