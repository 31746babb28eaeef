// Standard output and standard error of the process when they are not terminals: a failure to write is reported
// correctly, or ignored if nobody could read the report.

using System.IO.Pipes;
using System.Net.Sockets;
using System.Text;
using Gpt2.Cli.CommandLine;
using Gpt2.Core.Files;
using Microsoft.Win32.SafeHandles;

namespace Gpt2.Cli.Output;

/// <summary>
/// The reader of standard output is gone, as `head` is when it has enough: the command ends silently.
/// </summary>
internal sealed class NobodyReadsException(Exception inner) : Exception("the reader of standard output is gone", inner);

/// <summary>Standard output cannot be written. No later result could be either, so the command ends.</summary>
internal sealed class OutputFailedException(string message, Exception inner) : Exception(message, inner);

/// <summary>One of the two streams. After its first failure it ignores what follows.</summary>
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

    /// <summary>
    /// Receives notes and errors. Its failures are not reported, since there is nowhere left to report them.
    /// </summary>
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

        // For a closed stream the system reports that access is denied or, if a pipe of the runtime has taken its
        // number, that writing was aborted.
        bool isClosed = e is UnauthorizedAccessException
            or IOException { InnerException: SocketException { SocketErrorCode: SocketError.OperationAborted } };
        return new OutputFailedException(
            isClosed
                ? "standard output: it is closed, expected a terminal, a file or a pipe"
                : $"standard output: cannot be written ({WriteFailure.Reason(e)}); {WriteFailure.Remedy(e)}",
            e);
    }

    private static TextWriter WriterOf(Stream? stream, bool isError) => TextWriter.Synchronized(
        new StreamWriter(new StandardStream(stream, isError), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });

    /// <summary>The stream; null if it is closed.</summary>
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
                // The console's own stream ignores that a pipe has no reader, and the command would continue for
                // nobody.
                return new AnonymousPipeClientStream(PipeDirection.Out, new SafePipeHandle(descriptor, ownsHandle: false));
            }
        }
        catch (Exception e) when (WriteFailure.Is(e) || e is ArgumentException)
        {
            // Not a pipe.
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
