// A TensorFlow checkpoint's .index is a LevelDB table: blocks of sorted keys with their values, an index of the blocks,
// and a footer with the position of that index.

using System.Buffers.Binary;
using System.Text;
using Gpt2.Core.Weights.Binary;

namespace Gpt2.Core.Weights.TensorFlow;

/// <summary>Reads whole tables. They are small: GPT-2 XL's has some 20 KB.</summary>
/// <remarks>
/// A block consists of entries, then the positions of its restarts and their number as uint32, then, not counted in its
/// length, a byte for its compression and the masked CRC-32C of block and byte. An entry consists of three varints
/// (bytes shared with the previous key, further bytes of the key, bytes of the value), then those bytes.
/// </remarks>
internal static class SortedTable
{
    private const string Expected = "the index of a TensorFlow checkpoint";
    private const ulong Magic = 0xDB4775248B80FB57;
    private const int FooterLength = 48;
    private const int TrailerLength = 5;
    private const int LargestFile = 1 << 24;
    private const int MaxEntries = 100_000;
    private const int LongestKey = 256;

    /// <summary>Reads every entry.</summary>
    /// <exception cref="Gpt2Exception">The file is missing, not such a table, or damaged.</exception>
    public static Dictionary<string, byte[]> Read(string path)
    {
        byte[] file = Bytes(path);
        var footer = new ByteReader(file.AsSpan(file.Length - FooterLength, FooterLength - sizeof(ulong)), path);
        Handle(ref footer, file.Length); // the index of metadata blocks, which there are none of
        (long offset, long length) = Handle(ref footer, file.Length);
        List<(byte[] Key, byte[] Value)> index = [];
        ReadBlock(file, offset, length, path, (key, value) => index.Add((key, value)));

        var entries = new Dictionary<string, byte[]>();
        long end = 0;
        foreach ((_, byte[] value) in index)
        {
            var handle = new ByteReader(value, path);
            (offset, length) = Handle(ref handle, file.Length);
            Require(offset >= end, path, "its blocks overlap");
            end = offset + length;
            ReadBlock(file, offset, length, path, (key, content) =>
                Require(entries.TryAdd(Encoding.UTF8.GetString(key), content), path, "a key appears twice"));
            Require(entries.Count <= MaxEntries, path, $"it has more than {MaxEntries} entries");
        }

        return entries;
    }

    private static byte[] Bytes(string path)
    {
        using var file = new MappedFile(path);
        byte[] bytes = file.Length <= LargestFile
            ? file.Start(LargestFile)
            : throw new Gpt2Exception($"found {file.Length} bytes") { Where = path, Expected = $"{Expected}, which is far smaller" };
        bool right = bytes.Length >= FooterLength && BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(bytes.Length - sizeof(ulong))) == Magic;
        return right
            ? bytes
            : throw WrongFile.Refusal(path, Expected, isBinary: true)
                ?? new Gpt2Exception("does not end like the index of a TensorFlow checkpoint")
                {
                    Where = path,
                    Remedy = "it is cut off or a different kind of file: " + WrongFile.Again,
                };
    }

    private static void ReadBlock(byte[] file, long offset, long length, string path, Action<byte[], byte[]> add)
    {
        Require(length >= sizeof(uint) && offset <= file.Length - length - TrailerLength, path, "a block extends beyond the end of the file");
        ReadOnlySpan<byte> block = file.AsSpan((int)offset, (int)length);
        ReadOnlySpan<byte> trailer = file.AsSpan((int)(offset + length), TrailerLength);
        Require(
            Crc32C.Masked(Crc32C.Append(Crc32C.Append(0, block), trailer[..1])) == BinaryPrimitives.ReadUInt32LittleEndian(trailer[1..]),
            path, $"the block at byte {offset} does not match its checksum");
        if (trailer[0] != 0)
        {
            throw new Gpt2Exception($"its blocks are compressed (kind {trailer[0]})")
            {
                Where = path,
                Remedy = "save the checkpoint again without compression, like OpenAI's",
            };
        }

        uint restarts = BinaryPrimitives.ReadUInt32LittleEndian(block[^sizeof(uint)..]);
        long entriesLength = length - sizeof(uint) - (sizeof(uint) * (long)restarts);
        Require(entriesLength >= 0, path, "a block is shorter than its list of restarts");
        var reader = new ByteReader(block[..(int)entriesLength], path);
        byte[] key = [];
        for (int count = 0; !reader.AtEnd; count++)
        {
            Require(count < MaxEntries, path, $"it has more than {MaxEntries} entries");
            long shared = reader.Length(key.Length), further = reader.Length(LongestKey - shared), valueLength = reader.Length(length);
            key = [.. key.AsSpan(0, (int)shared), .. reader.Bytes(further)];
            add(key, reader.Bytes(valueLength).ToArray());
        }
    }

    /// <summary>The position of a block: offset and length as varints.</summary>
    private static (long Offset, long Length) Handle(ref ByteReader reader, int fileLength) => (reader.Length(fileLength), reader.Length(fileLength));

    private static void Require(bool condition, string path, string problem)
    {
        if (!condition)
        {
            throw new Gpt2Exception($"is damaged: {problem}") { Where = path, Remedy = WrongFile.Again };
        }
    }
}
