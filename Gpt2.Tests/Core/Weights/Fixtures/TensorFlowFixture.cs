// TensorFlow checkpoints written for tests independently of the product: the sorted table with several small blocks and
// shared prefixes, the protocol buffers byte by byte, and a CRC-32C of its own.

using System.Buffers.Binary;
using System.Text;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;

namespace Gpt2.Tests.Core.Weights.Fixtures;

internal static class TensorFlowFixture
{
    private const int EntriesPerBlock = 7;
    private const int RestartEvery = 3;

    public static readonly Dictionary<string, int> DataTypes = new() { ["F32"] = 1, ["F64"] = 2, ["BF16"] = 14, ["F16"] = 19 };

    /// <summary>Writes model.ckpt.index, its data, hparams.json, vocab.bpe and encoder.json.</summary>
    /// <returns>The entries of the index.</returns>
    public static SortedDictionary<string, byte[]> Write(string folder, Gpt2Weights weights, string type = "F32", int shards = 1)
    {
        Directory.CreateDirectory(folder);
        Gpt2Config config = weights.Config;
        File.WriteAllText(
            Path.Combine(folder, "hparams.json"),
            $"{{\n  \"n_vocab\": {config.Vocabulary},\n  \"n_ctx\": {config.Context},\n  \"n_embd\": {config.Channels},\n"
            + $"  \"n_head\": {config.Heads},\n  \"n_layer\": {config.Layers}\n}}");
        File.WriteAllText(Path.Combine(folder, "vocab.bpe"), SmallModel.MergesText);
        File.WriteAllText(Path.Combine(folder, "encoder.json"), HuggingFaceFixture.VocabularyJson());

        var entries = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [""] = [.. Varint(1, (ulong)shards), .. Message(3, Varint(1, 1))],
        };
        var data = Enumerable.Range(0, shards).Select(_ => new MemoryStream()).ToArray();
        int next = 0;
        foreach (Matrix matrix in weights.Matrices())
        {
            int shard = next++ % shards;
            byte[] bytes = HuggingFaceFixture.Bytes(matrix.Span, type);
            entries.Add("model/" + matrix.Name, Entry(DataTypes[type], ShapeOf(matrix), shard, data[shard].Length, bytes));
            data[shard].Write(bytes);
        }

        for (int shard = 0; shard < shards; shard++)
        {
            File.WriteAllBytes(Path.Combine(folder, $"model.ckpt.data-{shard:D5}-of-{shards:D5}"), data[shard].ToArray());
        }

        WriteTable(Path.Combine(folder, "model.ckpt.index"), entries);
        return entries;
    }

    public static byte[] Entry(int dataType, long[] shape, int shard, long offset, byte[] bytes)
    {
        byte[] dimensions = [.. shape.SelectMany(size => Message(2, Varint(1, (ulong)size)))];
        var checksum = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Masked(Crc(bytes)));
        return
        [
            .. Varint(1, (ulong)dataType), .. Message(2, dimensions), .. shard == 0 ? [] : Varint(3, (ulong)shard),
            .. offset == 0 ? [] : Varint(4, (ulong)offset), .. Varint(5, (ulong)bytes.Length), (6 << 3) | 5, .. checksum,
        ];
    }

    /// <summary>Writes any entries, which are sorted, as a table.</summary>
    public static void WriteTable(string path, IEnumerable<KeyValuePair<string, byte[]>> entries, byte compression = 0)
    {
        var file = new MemoryStream();
        var index = new List<KeyValuePair<string, byte[]>>();
        foreach (KeyValuePair<string, byte[]>[] chunk in entries.Chunk(EntriesPerBlock))
        {
            index.Add(new(chunk[^1].Key + "~", WriteBlock(file, chunk, compression)));
        }

        byte[] meta = WriteBlock(file, [], 0), indexHandle = WriteBlock(file, index, 0);
        var footer = new byte[48];
        ((byte[])[.. meta, .. indexHandle]).CopyTo(footer, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(footer.AsSpan(40), 0xDB4775248B80FB57);
        file.Write(footer);
        File.WriteAllBytes(path, file.ToArray());
    }

    /// <summary>A field of a protocol buffer that is a number.</summary>
    public static byte[] Varint(int field, ulong value) => [(byte)(field << 3), .. Number(value)];

    /// <summary>A field of a protocol buffer that is a message.</summary>
    public static byte[] Message(int field, byte[] content) => [(byte)((field << 3) | 2), .. Number((ulong)content.Length), .. content];

    /// <summary>CRC-32C bit by bit, as RFC 3720 has it.</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }
        }

        return ~crc;
    }

    public static uint Masked(uint crc) => unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8);

    /// <summary>Shapes as OpenAI's code makes them: convolutions of width one, and vectors.</summary>
    private static long[] ShapeOf(Matrix matrix) =>
        matrix.Name.EndsWith("/w", StringComparison.Ordinal) ? [1, matrix.Rows, matrix.Columns]
        : matrix.Rows == 1 ? [matrix.Columns]
        : [matrix.Rows, matrix.Columns];

    /// <summary>Writes a block and returns its handle.</summary>
    private static byte[] WriteBlock(MemoryStream file, IEnumerable<KeyValuePair<string, byte[]>> entries, byte compression)
    {
        var block = new List<byte>();
        var restarts = new List<int> { 0 };
        byte[] before = [];
        int count = 0;
        foreach ((string key, byte[] value) in entries)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(key);
            bool restart = count++ % RestartEvery == 0;
            if (restart && count > 1)
            {
                restarts.Add(block.Count);
            }

            int shared = restart ? 0 : before.AsSpan().CommonPrefixLength(bytes);
            block.AddRange(
                [.. Number((ulong)shared), .. Number((ulong)(bytes.Length - shared)), .. Number((ulong)value.Length), .. bytes[shared..], .. value]);
            before = bytes;
        }

        foreach (int number in (int[])[.. restarts, restarts.Count])
        {
            block.AddRange(BitConverter.GetBytes(number));
        }

        byte[] handle = [.. Number((ulong)file.Length), .. Number((ulong)block.Count)];
        var checksum = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Masked(Crc([.. block, compression])));
        file.Write([.. block, compression, .. checksum]);
        return handle;
    }

    private static byte[] Number(ulong value)
    {
        var bytes = new List<byte>();
        while (value >= 128)
        {
            bytes.Add((byte)(value | 128));
            value >>= 7;
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }
}
