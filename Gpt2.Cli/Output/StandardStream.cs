// Standard output and standard error of the process where they are no terminal: what cannot be written there is said in
// words that are true, or passed over where nobody could read them.

using System.IO.Pipes;
using System.Net.Sockets;
using System.Text;
using Gpt2.Cli.CommandLine;
using Gpt2.Core.Files;
using Microsoft.Win32.SafeHandles;

namespace Gpt2.Cli.Output;

/// <summary>The reader of standard output has gone, as `head` does when it has enough: the command ends without a word.</summary>
internal sealed class NobodyReadsException(Exception inner) : Exception("nobody reads standard output any more", inner);

/// <summary>Standard output cannot be written: no later result can be either, so that nothing goes on after it.</summary>
internal sealed class OutputFailedException(string message, Exception inner) : Exception(message, inner);

/// <summary>One of the two streams. After its first failure it swallows what follows.</summary>
internal sealed class StandardStream : Stream
{
    private readonly Stream? inner;
    private readonly bool isError;
    private bool failed;

    private StandardStream(Stream? inner, bool isError)
    {
        this.inner = inner;
        this.isError = isError;
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Receives results. Failures are errors of the command.</summary>
    public static TextWriter Output() =>
        Console.IsOutputRedirected || StandardDescriptor.IsOurs(1) ? WriterOf(Open(1, Console.OpenStandardOutput), isError: false) : Console.Out;

    /// <summary>Receives notes and errors. Its failures are not told: there is no place left for that.</summary>
    public static TextWriter Error() =>
        Console.IsErrorRedirected || StandardDescriptor.IsOurs(2) ? WriterOf(Open(2, Console.OpenStandardError), isError: true) : Console.Error;

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (failed)
        {
            return;
        }

        try
        {
            (inner ?? throw new UnauthorizedAccessException()).Write(buffer);
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            failed = true;
            if (!isError)
            {
                throw Describe(e);
            }
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static Exception Describe(Exception e)
    {
        if (WriteFailure.IsBrokenPipe(e))
        {
            return new NobodyReadsException(e);
        }

        // The system's word for a closed one is that access is denied, or, where a pipe of the runtime has taken its number, that
        // writing was given up.
        bool isClosed = e is UnauthorizedAccessException or IOException { InnerException: SocketException { SocketErrorCode: SocketError.OperationAborted } };
        return new OutputFailedException(
            isClosed
                ? "standard output: it is closed, expected a terminal, a file or a pipe"
                : $"standard output: cannot be written ({WriteFailure.Reason(e)}); {WriteFailure.Remedy(e)}",
            e);
    }

    private static TextWriter WriterOf(Stream? stream, bool isError) => TextWriter.Synchronized(
        new StreamWriter(new StandardStream(stream, isError), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });

    /// <summary>The stream; null where it is closed.</summary>
    private static Stream? Open(int descriptor, Func<Stream> open)
    {
        if (StandardDescriptor.IsOurs(descriptor))
        {
            return null;
        }

        try
        {
            if (!OperatingSystem.IsWindows())
            {
                // The console's own stream passes over that nobody reads a pipe, and the command would go on for nobody.
                return new AnonymousPipeClientStream(PipeDirection.Out, new SafePipeHandle(descriptor, ownsHandle: false));
            }
        }
        catch (Exception e) when (WriteFailure.Is(e) || e is ArgumentException)
        {
            // No pipe.
        }

        try
        {
            return open();
        }
        catch (Exception e) when (WriteFailure.Is(e) || e is ArgumentException)
        {
            return null;
        }
    }
}
