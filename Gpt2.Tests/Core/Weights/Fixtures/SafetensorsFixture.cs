// Safetensors files written and read for tests, independently of the product: the header is put together as text.

using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Gpt2.Tests.Core.Weights.Fixtures;

/// <summary>A tensor of a fixture.</summary>
internal sealed record FixtureTensor(string Name, string Type, long[] Shape, byte[] Bytes);

internal static class SafetensorsFixture
{
    public static void Write(string path, IEnumerable<FixtureTensor> tensors, string metadata = "\"__metadata__\":{\"format\":\"pt\"}")
    {
        var entries = new List<string>();
        var data = new MemoryStream();
        if (metadata.Length > 0)
        {
            entries.Add(metadata);
        }

        foreach (FixtureTensor tensor in tensors)
        {
            long begin = data.Length;
            data.Write(tensor.Bytes);
            entries.Add($"\"{tensor.Name}\":{{\"dtype\":\"{tensor.Type}\",\"shape\":[{string.Join(',', tensor.Shape)}],"
                + $"\"data_offsets\":[{begin},{data.Length}]}}");
        }

        WriteRaw(path, "{" + string.Join(',', entries) + "}", data.ToArray());
    }

    /// <summary>Any header and any data.</summary>
    public static void WriteRaw(string path, string header, byte[] data, ulong? length = null)
    {
        byte[] json = Encoding.Latin1.GetBytes(header);
        var start = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(start, length ?? (ulong)json.Length);
        File.WriteAllBytes(path, [.. start, .. json, .. data]);
    }

    public static Dictionary<string, FixtureTensor> Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        (length % 8).Should().Be(0, "the numbers should begin at a multiple of eight");
        using JsonDocument header = JsonDocument.Parse(bytes.AsMemory(8, length));
        return header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__").ToDictionary(
            entry => entry.Name,
            entry =>
            {
                int[] place = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(number => number.GetInt32())];
                long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(number => number.GetInt64())];
                return new FixtureTensor(
                    entry.Name, entry.Value.GetProperty("dtype").GetString()!, shape, bytes[(8 + length + place[0])..(8 + length + place[1])]);
            });
    }
}
