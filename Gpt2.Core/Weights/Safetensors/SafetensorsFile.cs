// A safetensors file has eight bytes with the length of the header, the header, and then the numbers of the tensors.

using System.Buffers.Binary;
using Gpt2.Core.Weights.Binary;

namespace Gpt2.Core.Weights.Safetensors;

/// <summary>Opens safetensors files. Only the header is read.</summary>
internal static class SafetensorsFile
{
    private const string Expected = "a safetensors file";
    private const int LengthBytes = sizeof(ulong);

    /// <summary>The longest header that the format's own library accepts.</summary>
    private const ulong LongestHeader = 100_000_000;

    /// <summary>Reads and checks the header of a file.</summary>
    /// <exception cref="Gpt2Exception">It is not a safetensors file, or it is damaged.</exception>
    public static SafetensorsHeader ReadHeader(MappedFile file, out long dataOffset)
    {
        byte[] start = file.Start(64);
        if (start.Length < LengthBytes)
        {
            throw WrongFile.Refusal(file.Path, Expected, isBinary: true) ?? Damaged(file, $"found {Plural.Of(file.Length, "byte")}", Expected);
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        ulong max = Math.Min(LongestHeader, (ulong)(file.Length - LengthBytes));
        if (length > max)
        {
            throw WrongFile.Refusal(file.Path, Expected, isBinary: true)
                ?? Damaged(file, $"the header is stated to have {length} bytes", $"at most {max}");
        }

        var json = new byte[length];
        file.Read(LengthBytes, json);
        dataOffset = LengthBytes + (long)length;
        return SafetensorsHeader.Parse(json, file.Path, file.Length - dataOffset);
    }

    /// <summary>The tensor of an entry.</summary>
    /// <exception cref="Gpt2Exception">Its numbers are not of a type that weights have.</exception>
    public static StoredTensor Tensor(SafetensorsEntry entry, MappedFile file, long dataOffset) =>
        Enum.TryParse(entry.Type, out NumberType type) && type.ToString() == entry.Type
            ? new StoredTensor(entry.Name, file, dataOffset + entry.Begin, type, entry.Shape)
            : throw new Gpt2Exception($"{entry.Name} is of {entry.Type}")
            {
                Where = file.Path,
                Expected = "F32, F16, BF16 or F64",
                Remedy = "take the weights in F32, F16 or BF16",
            };

    private static Gpt2Exception Damaged(MappedFile file, string found, string expected) =>
        new(found) { Where = file.Path, Expected = expected, Remedy = "it is cut off or not a safetensors file: " + WrongFile.Again };
}
