// Binary files are mapped into memory: opening one reads nothing, and reading a part touches only that part.

using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gpt2.Core.Weights.Binary;

/// <summary>A file read by offset through memory mapping. Several threads may read at once.</summary>
/// <remarks>
/// Each part is mapped only while it is copied, so that the pages of the file do not add to the memory of the process:
/// a model of n bytes takes n bytes and not 2n.
/// </remarks>
internal sealed class MappedFile : IDisposable
{
    private const int LargestView = 1 << 20; // its pages count as memory of this process while it is open

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

    /// <summary>The file's length in bytes.</summary>
    public long Length { get; }

    /// <summary>Copies bytes out of the file.</summary>
    /// <param name="offset">The first byte, counted from the beginning of the file.</param>
    /// <param name="destination">Is filled; all its bytes must be inside the file.</param>
    /// <exception cref="ArgumentOutOfRangeException">They are not.</exception>
    /// <exception cref="Gpt2Exception">The file has become shorter since it was opened.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        while (!destination.IsEmpty)
        {
            // If the file has been truncated meanwhile, touching bytes after its end would make the system kill the
            // process.
            if (RandomAccess.GetLength(handle) != Length)
            {
                throw new Gpt2Exception("was changed while it was being read") { Where = Path, Remedy = "try again" };
            }

            Span<byte> part = destination[..Math.Min(destination.Length, LargestView)];
            using MemoryMappedViewStream view = map!.CreateViewStream(offset, part.Length, MemoryMappedFileAccess.Read);
            view.ReadExactly(part);
            offset += part.Length;
            destination = destination[part.Length..];
        }
    }

    /// <summary>The same for numbers stored as this machine stores them: float32, little-endian.</summary>
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

    /// <summary>The first bytes of the file; fewer if the file is shorter.</summary>
    public byte[] Start(int max)
    {
        var start = new byte[Math.Min(max, Length)];
        Read(0, start);
        return start;
    }

    public void Dispose()
    {
        map?.Dispose();
        handle.Dispose();
    }
}
