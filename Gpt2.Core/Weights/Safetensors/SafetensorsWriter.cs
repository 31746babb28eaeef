// Both the Hugging Face export and the weights cache write safetensors files, always in float32.

using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Gpt2.Core.Numerics;
using Gpt2.Core.Weights.Binary;

namespace Gpt2.Core.Weights.Safetensors;

/// <summary>Writes matrices under names that the caller chooses.</summary>
internal static class SafetensorsWriter
{
    private const int Alignment = 8;
    private const int PartLength = 1 << 22;

    /// <summary>Writes a file; a gain or a bias [1, n] gets the shape [n].</summary>
    /// <param name="stream">The file, at its beginning.</param>
    /// <param name="tensors">The matrices with their names in the file, in the order of their data.</param>
    /// <param name="metadata">Texts for the header.</param>
    /// <param name="progress">Receives the share written, 0 to 1; or null.</param>
    /// <param name="cancellation">Stops between tensors.</param>
    public static void Write(
        Stream stream, IReadOnlyList<(string Name, Matrix Matrix)> tensors, IEnumerable<KeyValuePair<string, string>> metadata,
        IProgress<double>? progress, CancellationToken cancellation)
    {
        ReadOnlySpan<byte> header = Header(tensors, metadata);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);

        long all = tensors.Sum(tensor => (long)tensor.Matrix.Span.Length), done = 0;
        foreach ((_, Matrix matrix) in tensors)
        {
            cancellation.ThrowIfCancellationRequested();
            WriteNumbers(stream, matrix.Span);
            done += matrix.Span.Length;
            progress?.Report((double)done / all);
        }
    }

    /// <summary>Writes float32 numbers as this machine stores them: little-endian.</summary>
    public static void WriteNumbers(Stream stream, ReadOnlySpan<float> numbers)
    {
        while (!numbers.IsEmpty)
        {
            ReadOnlySpan<float> part = numbers[..Math.Min(numbers.Length, PartLength)];
            stream.Write(MemoryMarshal.AsBytes(part));
            numbers = numbers[part.Length..];
        }
    }

    /// <summary>The header, padded with spaces so that the numbers begin at a multiple of eight bytes.</summary>
    private static ReadOnlySpan<byte> Header(
        IReadOnlyList<(string Name, Matrix Matrix)> tensors, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("__metadata__");
            foreach ((string key, string value) in metadata)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
            long offset = 0;
            foreach ((string name, Matrix matrix) in tensors)
            {
                WriteEntry(writer, name, matrix, ref offset);
            }

            writer.WriteEndObject();
        }

        while (buffer.WrittenCount % Alignment != 0)
        {
            buffer.Write(" "u8);
        }

        return buffer.WrittenSpan;
    }

    private static void WriteEntry(Utf8JsonWriter writer, string name, Matrix matrix, ref long offset)
    {
        writer.WriteStartObject(name);
        writer.WriteString("dtype", nameof(NumberType.F32));
        writer.WriteStartArray("shape");
        bool isVector = matrix.Name.EndsWith("/g", StringComparison.Ordinal) || matrix.Name.EndsWith("/b", StringComparison.Ordinal);
        if (!isVector)
        {
            writer.WriteNumberValue(matrix.Rows);
        }

        writer.WriteNumberValue(matrix.Columns);
        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(offset);
        offset += matrix.Span.Length * (long)sizeof(float);
        writer.WriteNumberValue(offset);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
