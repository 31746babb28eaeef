// What a command reads: the bytes of a file, a pipe or standard input. Opening a named pipe and reading from a pipe can
// wait for ever, and a device may never end: every wait ends with Ctrl-C, and every reader has a limit. A regular file
// needs no waiting.

using System.Globalization;
using Gpt2.Core;
using Gpt2.Core.Files;

namespace Gpt2.Cli.CommandLine;

/// <summary>Bytes that are read piece by piece.</summary>
internal sealed class InputBytes : IDisposable
{
    private const int PieceLength = 1 << 16;

    /// <summary>The maximum read from an input that may have no end: a pipe or a device.</summary>
    private const int LongestStream = 1 << 28;

    private readonly CancellationToken cancellation;
    private readonly Stream stream;
    private readonly bool isStandardInput, waits;

    private InputBytes(string name, Stream stream, bool isStandardInput, bool waits, CancellationToken cancellation)
    {
        Name = name;
        this.stream = stream;
        this.isStandardInput = isStandardInput;
        this.waits = waits;
        this.cancellation = cancellation;
    }

    /// <summary>The name in error messages.</summary>
    public string Name { get; }

    /// <summary>Opens standard input.</summary>
    /// <exception cref="Gpt2Exception">It is closed.</exception>
    public static InputBytes OfStandardInput(CommandIo io)
    {
        const string Name = "standard input";
        return io.In is null
            ? throw new Gpt2Exception("it is closed") { Where = Name, Expected = "text", Remedy = "name a file, or redirect one to it with '<'" }
            : new InputBytes(Name, io.In, isStandardInput: true, waits: !io.In.CanSeek, io.Cancellation);
    }

    /// <summary>Opens a file; for a named pipe this waits.</summary>
    /// <exception cref="Gpt2Exception">It is missing, or cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C was pressed.</exception>
    public static InputBytes OfFile(string path, CommandIo io)
    {
        if (path.Length == 0)
        {
            throw new Gpt2Exception("found an empty name") { Expected = "the name of a file" };
        }

        if (Directory.Exists(path))
        {
            throw new Gpt2Exception("found a folder") { Where = path, Expected = "a text file" };
        }

        bool waits = RegularFile.Otherwise(path) is not null;
        Stream opened = Do(
            path, () => waits ? CancellableOpening.Run(path, File.OpenRead, io.Cancellation) : File.OpenRead(path), waits: false, io.Cancellation);
        return new InputBytes(path, opened, isStandardInput: false, waits, io.Cancellation);
    }

    /// <summary>Reads to the end.</summary>
    /// <param name="most">The maximum number of bytes.</param>
    /// <param name="expected">What they should be, for the message if there are more.</param>
    /// <exception cref="Gpt2Exception">There are more, or they cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C was pressed.</exception>
    public ReadOnlyMemory<byte> ReadAll(int most, string expected)
    {
        // The length of a regular file is known before reading; pipes and devices have none.
        long length = stream is FileStream { CanSeek: true } file ? file.Length : 0;
        string? remedy = null;
        if (length == 0 && most > LongestStream)
        {
            (most, remedy) = (LongestStream, "put a longer one into a file and name that");
        }

        if (length > most)
        {
            throw TooLong(Shown(length), most, expected, remedy);
        }

        var all = new MemoryStream((int)length);
        var piece = new byte[PieceLength];
        for (int read; (read = Read(piece)) > 0;)
        {
            if (all.Length + read > most)
            {
                throw TooLong("more than " + Shown(most), most, expected, remedy);
            }

            all.Write(piece, 0, read);
        }

        return all.GetBuffer().AsMemory(0, (int)all.Length);
    }

    /// <summary>Reads the bytes that are available, or waits for some.</summary>
    /// <param name="piece">
    /// Receives the bytes. Not to be used after a cancellation, because the read may still be running.
    /// </param>
    /// <returns>The number of bytes; 0 at the end.</returns>
    /// <inheritdoc cref="ReadAll" path="/exception"/>
    public int Read(byte[] piece) => Do(Name, () => stream.Read(piece), waits, cancellation);

    public void Dispose()
    {
        if (!isStandardInput)
        {
            stream.Dispose();
        }
    }

    /// <summary>
    /// Reading cannot be cancelled, but waiting for it can; a thread of the pool does not keep the process alive.
    /// </summary>
    private static T Do<T>(string name, Func<T> action, bool waits, CancellationToken cancellation)
    {
        try
        {
            return waits ? Task.Run(action, cancellation).WaitAsync(cancellation).GetAwaiter().GetResult() : action();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new Gpt2Exception("no such file", e) { Where = name, Expected = "a text file" };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Gpt2Exception($"cannot be read ({WriteFailure.Reason(e)})", e) { Where = name, Expected = "a text file" };
        }
    }

    private Gpt2Exception TooLong(string found, int most, string expected, string? remedy) =>
        new($"found {found} bytes") { Where = Name, Expected = $"{expected} of at most {Shown(most)}", Remedy = remedy };

    private static string Shown(long bytes) => bytes.ToString("N0", CultureInfo.InvariantCulture);
}
