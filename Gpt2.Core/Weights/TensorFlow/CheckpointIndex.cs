// The index of a TensorFlow checkpoint describes its tensors with the protocol buffers BundleHeaderProto and
// BundleEntryProto (tensorflow/core/protobuf/tensor_bundle.proto).

using System.Globalization;
using Gpt2.Core.Weights.Binary;

namespace Gpt2.Core.Weights.TensorFlow;

/// <summary>
/// A tensor's entry. Field numbers: dtype 1, shape 2, shard_id 3, offset 4, size 5, crc32c 6, slices 7.
/// </summary>
internal sealed record CheckpointEntry(int DataType, long[] Shape, int Shard, long Offset, long Size, uint Checksum);

/// <summary>The index of a checkpoint.</summary>
/// <param name="path">The .index file.</param>
internal sealed class CheckpointIndex(string path)
{
    public const string Extension = ".index";
    private const int MaxShards = 1000;
    private const int MaxDimensions = 8;

    private readonly Dictionary<string, byte[]> entries = SortedTable.Read(path);

    public IEnumerable<string> Names => entries.Keys.Where(name => name.Length > 0);

    /// <summary>The number of data files, from the header, which is the entry with the empty name.</summary>
    /// <exception cref="Gpt2Exception">There is no header, or its values are impossible.</exception>
    public int ReadShards()
    {
        if (!entries.TryGetValue("", out byte[]? header))
        {
            throw Wrong(null, "has no header", "the index of a TensorFlow checkpoint");
        }

        var reader = new ByteReader(header, path);
        long shards = 0;
        ulong endianness = 0;
        while (!reader.AtEnd)
        {
            ulong tag = reader.Varint();
            switch (tag)
            {
                case 1 << 3:
                    shards = reader.Length(int.MaxValue);
                    break;
                case 2 << 3:
                    endianness = reader.Varint();
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return endianness == 0 && shards is >= 1 and <= MaxShards
            ? (int)shards
            : throw Wrong(null, $"found {shards} data files and byte order {endianness}", $"1 to {MaxShards} and 0, little-endian");
    }

    /// <summary>The entry of a tensor; null if there is none.</summary>
    /// <exception cref="Gpt2Exception">It is damaged, or the tensor is stored in slices.</exception>
    public CheckpointEntry? Find(string name)
    {
        if (!entries.TryGetValue(name, out byte[]? bytes))
        {
            return null;
        }

        var reader = new ByteReader(bytes, path);
        long type = 0, shard = 0, offset = 0, size = 0;
        uint checksum = 0;
        long[] shape = [];
        while (!reader.AtEnd)
        {
            ulong tag = reader.Varint();
            switch (tag)
            {
                case 1 << 3:
                    type = reader.Length(int.MaxValue);
                    break;
                case (2 << 3) | 2:
                    shape = Shape(reader.Message(), name);
                    break;
                case 3 << 3:
                    shard = reader.Length(MaxShards);
                    break;
                case 4 << 3:
                    offset = reader.Length(long.MaxValue);
                    break;
                case 5 << 3:
                    size = reader.Length(long.MaxValue);
                    break;
                case (6 << 3) | 5:
                    checksum = reader.Fixed32();
                    break;
                case (7 << 3) | 2:
                    throw Wrong(name, "is stored in slices", "one piece");
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return new CheckpointEntry((int)type, shape, (int)shard, offset, size, checksum);
    }

    /// <summary>The tensor of an entry.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="entry">Its entry.</param>
    /// <param name="data">The data file that the entry names; the tensor's bytes must be inside it.</param>
    /// <exception cref="Gpt2Exception">
    /// Its numbers are not of a type that weights have, or its size is wrong.
    /// </exception>
    public StoredTensor Tensor(string name, CheckpointEntry entry, MappedFile data)
    {
        NumberType type = entry.DataType switch
        {
            1 => NumberType.F32,
            2 => NumberType.F64,
            14 => NumberType.BF16,
            19 => NumberType.F16,
            _ => throw Wrong(name, $"is of TensorFlow's data type {entry.DataType}", "1 (float), 2 (double), 14 (bfloat16) or 19 (half)"),
        };
        long count = StoredTensor.Count(entry.Shape);
        return count < 0 || count > long.MaxValue / type.Size() || count * type.Size() != entry.Size
            ? throw Wrong(name, $"is {StoredTensor.Shown(entry.Shape)} of {type}, but has {entry.Size} bytes", null)
            : new StoredTensor(name, data, entry.Offset, type, entry.Shape) { Checksum = entry.Checksum };
    }

    /// <summary>The name of a data file, PREFIX.data-00000-of-00001, given the name of the index.</summary>
    public static string DataFile(string index, int shard, int shards) =>
        index[..^Extension.Length] + string.Create(CultureInfo.InvariantCulture, $".data-{shard:D5}-of-{shards:D5}");

    /// <summary>TensorShapeProto: dim 2, a message with size 1; unknown_rank 3.</summary>
    private long[] Shape(ReadOnlySpan<byte> message, string name)
    {
        var shape = new List<long>(4);
        var reader = new ByteReader(message, path);
        while (!reader.AtEnd)
        {
            ulong tag = reader.Varint();
            if (tag != ((2 << 3) | 2))
            {
                reader.Skip(tag);
                continue;
            }

            long size = 0;
            var dimension = new ByteReader(reader.Message(), path);
            while (!dimension.AtEnd)
            {
                ulong inner = dimension.Varint();
                if (inner == 1 << 3)
                {
                    size = dimension.Length(long.MaxValue);
                }
                else
                {
                    dimension.Skip(inner);
                }
            }

            shape.Add(shape.Count < MaxDimensions ? size : throw Wrong(name, "has too many dimensions", $"at most {MaxDimensions}"));
        }

        return [.. shape];
    }

    private Gpt2Exception Wrong(string? tensor, string found, string? expected) =>
        new(found) { Where = new(path, Part: tensor), Expected = expected, Remedy = WrongFile.Again };
}
