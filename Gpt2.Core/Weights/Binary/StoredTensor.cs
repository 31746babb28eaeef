// A tensor in a binary file: where its numbers are, how they are stored, and its way into a matrix.

using System.Buffers;
using System.Runtime.InteropServices;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.Weights.Binary;

/// <summary>A tensor whose bytes are known to lie inside its file.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Data">The file with its numbers.</param>
/// <param name="Offset">Where they begin.</param>
/// <param name="Type">How they are stored.</param>
/// <param name="Shape">Its shape as the file says it.</param>
internal sealed record StoredTensor(string Name, MappedFile Data, long Offset, NumberType Type, long[] Shape)
{
    private const int PartLength = 1 << 16;
    private const int StripRows = 16;

    /// <summary>Whether rows and columns are exchanged against ours.</summary>
    public bool Transposed { get; init; }

    /// <summary>The checksum of its bytes, masked; null if the file has none.</summary>
    public uint? Checksum { get; init; }

    /// <summary>Whether the shape is the one asked for; leading ones are nothing.</summary>
    public bool Fits(MatrixShape expected) => WithoutLeadingOnes(Shape).SequenceEqual(WithoutLeadingOnes(Wanted(expected)));

    /// <summary>The error of another shape than the one asked for.</summary>
    /// <param name="expected">The shape that the sizes ask for.</param>
    /// <param name="remedy">What to do unless rows and columns are exchanged.</param>
    public Gpt2Exception Misfit(MatrixShape expected, string remedy)
    {
        long[] wanted = Wanted(expected);
        bool isExchanged = WithoutLeadingOnes(Shape) is [long rows, long columns] && wanted.AsSpan().SequenceEqual([columns, rows]);
        return new Gpt2Exception($"{(isExchanged ? "is transposed: " : "")}found {Shown(Shape)}")
        {
            Where = new(Data.Path, Part: Name),
            Expected = Shown(wanted),
            Remedy = isExchanged ? "exchange its rows and columns: PyTorch's linear layers keep them the other way round" : remedy,
        };
    }

    /// <summary>A matrix's shape as the file should have it; a vector has one size.</summary>
    private long[] Wanted(MatrixShape expected) => Transposed ? [expected.Columns, expected.Rows]
        : expected.Rows == 1 ? [expected.Columns] : [expected.Rows, expected.Columns];

    /// <summary>Fills a matrix.</summary>
    /// <exception cref="Gpt2Exception">The bytes are not those that the checksum was made of.</exception>
    public void Read(Matrix matrix)
    {
        if (Transposed)
        {
            ReadTransposed(matrix);
        }
        else if (Type == NumberType.F32 && Checksum is null)
        {
            Data.Read(Offset, matrix.Span);
        }
        else
        {
            ReadInParts(matrix.Span);
        }
    }

    /// <summary>Whether two tensors hold the same numbers, bit by bit once they are float32.</summary>
    public bool HasTheNumbersOf(StoredTensor other)
    {
        long count = Count(Shape);
        if (!Shape.AsSpan().SequenceEqual(other.Shape))
        {
            return false;
        }

        var mine = new float[Math.Min(count, PartLength)];
        var others = new float[mine.Length];
        var buffer = new byte[mine.Length * sizeof(double)];
        for (long first = 0; first < count; first += mine.Length)
        {
            int length = (int)Math.Min(mine.Length, count - first);
            ReadPart(first, mine.AsSpan(0, length), buffer);
            other.ReadPart(first, others.AsSpan(0, length), buffer);
            if (!MemoryMarshal.AsBytes(mine.AsSpan(0, length)).SequenceEqual(MemoryMarshal.AsBytes(others.AsSpan(0, length))))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The masked checksum of float32 numbers as they are stored.</summary>
    public static uint ChecksumOf(ReadOnlySpan<float> numbers)
    {
        uint checksum = 0;
        for (int first = 0; first < numbers.Length; first += PartLength)
        {
            checksum = Crc32C.Append(checksum, MemoryMarshal.AsBytes(numbers[first..Math.Min(first + PartLength, numbers.Length)]));
        }

        return Crc32C.Masked(checksum);
    }

    /// <summary>The number of elements of a shape; −1 where it has a negative size or is beyond counting.</summary>
    public static long Count(ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (long size in shape)
        {
            if (size < 0 || (size > 0 && count > long.MaxValue / size))
            {
                return -1;
            }

            count *= size;
        }

        return count;
    }

    /// <summary>A shape as messages show it: [768, 2304].</summary>
    public static string Shown(ReadOnlySpan<long> shape) => "[" + string.Join(", ", shape.ToArray()) + "]";

    private void ReadInParts(Span<float> numbers)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PartLength * sizeof(double));
        uint checksum = 0;
        for (int first = 0; first < numbers.Length; first += PartLength)
        {
            Span<float> part = numbers[first..Math.Min(first + PartLength, numbers.Length)];
            checksum = Crc32C.Append(checksum, ReadPart(first, part, buffer));
        }

        ArrayPool<byte>.Shared.Return(buffer);
        if (Checksum is uint expected && Crc32C.Masked(checksum) != expected)
        {
            throw new Gpt2Exception($"has the checksum {Crc32C.Masked(checksum):x8}")
            {
                Where = new(Data.Path, Part: Name),
                Expected = $"{expected:x8}",
                Remedy = WrongFile.Again,
            };
        }
    }

    /// <summary>Rows of the file become columns of the matrix, a few at a time.</summary>
    private void ReadTransposed(Matrix matrix)
    {
        int length = matrix.Rows;
        float[] strip = ArrayPool<float>.Shared.Rent(StripRows * length);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(StripRows * length * sizeof(double));
        Span<float> numbers = matrix.Span;
        for (int top = 0; top < matrix.Columns; top += StripRows)
        {
            int rows = Math.Min(StripRows, matrix.Columns - top);
            ReadPart((long)top * length, strip.AsSpan(0, rows * length), buffer);
            for (int column = 0; column < length; column++)
            {
                Span<float> to = numbers.Slice((column * matrix.Columns) + top, rows);
                for (int row = 0; row < rows; row++)
                {
                    to[row] = strip[(row * length) + column];
                }
            }
        }

        ArrayPool<float>.Shared.Return(strip);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Reads consecutive numbers, and returns their bytes as stored.</summary>
    private ReadOnlySpan<byte> ReadPart(long first, Span<float> numbers, byte[] buffer)
    {
        Span<byte> stored = Type == NumberType.F32 ? MemoryMarshal.AsBytes(numbers) : buffer.AsSpan(0, numbers.Length * Type.Size());
        Data.Read(Offset + (first * Type.Size()), stored);
        if (Type != NumberType.F32)
        {
            Type.Widen(stored, numbers);
        }

        return stored;
    }

    public static ReadOnlySpan<long> WithoutLeadingOnes(ReadOnlySpan<long> shape) => shape.TrimStart(1L);
}
