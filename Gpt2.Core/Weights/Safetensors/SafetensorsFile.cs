// A safetensors file: eight bytes with the length of the header, the header, then the numbers of the tensors.

using System.Buffers.Binary;
using Gpt2.Core.Weights.Binary;

namespace Gpt2.Core.Weights.Safetensors;

/// <summary>Opens safetensors files. Only the header is read.</summary>
internal static class SafetensorsFile
{
    private const int LengthBytes = sizeof(ulong);

    /// <summary>The longest header, as the format's own library has it.</summary>
    private const ulong LongestHeader = 100_000_000;

    /// <summary>Reads and checks the header of a file.</summary>
    /// <exception cref="Gpt2Exception">It is no safetensors file, or a damaged one.</exception>
    public static SafetensorsHeader ReadHeader(MappedFile file, out long dataOffset)
    {
        byte[] start = file.Start(64);
        if (start.Length < LengthBytes)
        {
            throw new Gpt2Exception($"{file.Path}: found {file.Length} bytes, expected a safetensors file: copy or download it again");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        ulong most = Math.Min(LongestHeader, (ulong)(file.Length - LengthBytes));
        if (length > most)
        {
            throw WrongFile.Refusal(file.Path, "a safetensors file", isBinary: true) ?? new Gpt2Exception(
                $"{file.Path}: the header is said to have {length} bytes, expected at most {most}; the file is cut off or not a safetensors file");
        }

        var json = new byte[length];
        file.Read(LengthBytes, json);
        dataOffset = LengthBytes + (long)length;
        return SafetensorsHeader.Parse(json, file.Path, file.Length - dataOffset);
    }

    /// <summary>The tensor of an entry.</summary>
    /// <exception cref="Gpt2Exception">Its numbers are not of a kind that weights have.</exception>
    public static StoredTensor Tensor(SafetensorsEntry entry, MappedFile file, long dataOffset) =>
        Enum.TryParse(entry.Type, out NumberType type) && type.ToString() == entry.Type
            ? new StoredTensor(entry.Name, file, dataOffset + entry.Begin, type, entry.Shape)
            : throw new Gpt2Exception($"{file.Path}: {entry.Name} is of {entry.Type}, expected F32, F16, BF16 or F64");
}
