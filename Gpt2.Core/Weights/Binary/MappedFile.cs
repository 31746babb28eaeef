// A file mapped into memory: opening it reads nothing, and reading a part touches that part only.

using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gpt2.Core.Weights.Binary;

/// <summary>A file read by offset through memory mapping. Several threads may read at once.</summary>
/// <remarks>
/// A part is mapped while it is copied and then let go, so that the pages of the file do not add to the memory of the
/// process: a model of n bytes takes n and not 2n.
/// </remarks>
internal sealed class MappedFile : IDisposable
{
    private const int LargestView = 1 << 24;

    private readonly SafeFileHandle handle;
    private readonly MemoryMappedFile? map; // null for an empty file, which cannot be mapped

    /// <exception cref="Gpt2Exception">The file is missing or cannot be read.</exception>
    public MappedFile(string path)
    {
        Path = path;
        try
        {
            handle = RegularFile.OpenHandle(path);
            Length = RandomAccess.GetLength(handle);
            map = Length == 0
                ? null
                : MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            handle?.Dispose();
            throw WrongFile.Unreadable(path, expected: null, e, WrongFile.Again);
        }
    }

    public string Path { get; }

    /// <summary>Bytes in the file.</summary>
    public long Length { get; }

    /// <summary>Copies bytes out of the file.</summary>
    /// <param name="offset">The first, from the beginning of the file.</param>
    /// <param name="destination">Receives as many as it is long; all lie inside the file.</param>
    /// <exception cref="ArgumentOutOfRangeException">They do not.</exception>
    /// <exception cref="Gpt2Exception">The file has become shorter since it was opened.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        while (!destination.IsEmpty)
        {
            // What lies after the end of a file that was cut meanwhile must not be touched: the system ends the process for it.
            if (RandomAccess.GetLength(handle) != Length)
            {
                throw new Gpt2Exception("was changed while it was read") { Where = Path, Remedy = "try again" };
            }

            Span<byte> part = destination[..Math.Min(destination.Length, LargestView)];
            using MemoryMappedViewStream view = map!.CreateViewStream(offset, part.Length, MemoryMappedFileAccess.Read);
            view.ReadExactly(part);
            offset += part.Length;
            destination = destination[part.Length..];
        }
    }

    /// <summary>The same for numbers stored as this machine has them: float32, little-endian.</summary>
    public void Read(long offset, Span<float> destination)
    {
        const int LargestPart = LargestView / sizeof(float);
        while (!destination.IsEmpty)
        {
            Span<float> part = destination[..Math.Min(destination.Length, LargestPart)];
            Read(offset, MemoryMarshal.AsBytes(part));
            offset += part.Length * (long)sizeof(float);
            destination = destination[part.Length..];
        }
    }

    /// <summary>The bytes that a file begins with, fewer where it is shorter.</summary>
    public byte[] Start(int most)
    {
        var start = new byte[Math.Min(most, Length)];
        Read(0, start);
        return start;
    }

    public void Dispose()
    {
        map?.Dispose();
        handle.Dispose();
    }
}
