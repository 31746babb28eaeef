// Every binary format describes a tensor in the same terms: file, position, number type and shape. This is what reads
// it into a matrix.

using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.Weights.Binary;

/// <summary>A tensor whose bytes are known to be inside its file.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Data">The file with its numbers.</param>
/// <param name="Offset">The position of the first number in the file.</param>
/// <param name="Type">How the numbers are stored.</param>
/// <param name="Shape">The shape that the file states.</param>
internal sealed record StoredTensor(string Name, MappedFile Data, long Offset, NumberType Type, long[] Shape)
{
    private const int PartLength = 1 << 16;
    private const int StripRows = 16;

    /// <summary>Whether the file has the transpose of our matrix.</summary>
    public bool Transposed { get; init; }

    /// <summary>The masked checksum of its bytes; null if the file has none.</summary>
    public uint? Checksum { get; init; }

    /// <summary>Whether the shape is as expected, ignoring leading ones.</summary>
    public bool Fits(MatrixShape expected) => WithoutLeadingOnes(Shape).SequenceEqual(WithoutLeadingOnes(Wanted(expected)));

    /// <summary>The error for a tensor with the wrong shape.</summary>
    /// <param name="expected">The shape that follows from the sizes.</param>
    /// <param name="remedy">What to do, unless the tensor is transposed.</param>
    public Gpt2Exception Misfit(MatrixShape expected, string remedy)
    {
        long[] wanted = Wanted(expected);
        bool isTransposed = WithoutLeadingOnes(Shape) is [long rows, long columns] && wanted.AsSpan().SequenceEqual([columns, rows]);
        return new Gpt2Exception($"{(isTransposed ? "is transposed: " : "")}found {Shown(Shape)}")
        {
            Where = new(Data.Path, Part: Name),
            Expected = Shown(wanted),
            Remedy = !isTransposed ? remedy
                : Transposed ? "transpose it: this format has a row for each output"
                : "transpose it: PyTorch's linear layers store the transpose",
        };
    }

    /// <summary>The shape that the file should have for a matrix; a vector has one dimension.</summary>
    private long[] Wanted(MatrixShape expected) => Transposed ? [expected.Columns, expected.Rows]
        : expected.Rows == 1 ? [expected.Columns] : [expected.Rows, expected.Columns];

    /// <summary>Fills a matrix.</summary>
    /// <exception cref="Gpt2Exception">The bytes do not match the checksum.</exception>
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

    /// <summary>Whether two tensors hold the same numbers, compared bit by bit as float32.</summary>
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

    /// <summary>The number of elements of a shape; −1 if a size is negative or the product overflows.</summary>
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
    public static string Shown(ReadOnlySpan<long> shape) =>
        "[" + string.Join(", ", shape.ToArray().Select(size => size.ToString(CultureInfo.InvariantCulture))) + "]";

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
            throw new Gpt2Exception($"is damaged: its checksum is {Crc32C.Masked(checksum):x8}")
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
        Span<byte> stored = Type == NumberType.F32 ? MemoryMarshal.AsBytes(numbers) : buffer.AsSpan(0, (int)Type.Bytes(numbers.Length));
        Data.Read(Offset + Type.Bytes(first), stored);
        if (Type != NumberType.F32)
        {
            Type.Widen(stored, numbers);
        }

        return stored;
    }

    public static ReadOnlySpan<long> WithoutLeadingOnes(ReadOnlySpan<long> shape) => shape.TrimStart(1L);
}
