// The code that writes a file may read other files meanwhile. This stream tells a failure to write apart from a failure
// to read those.

namespace Gpt2.Core.Files;

/// <summary>Writes to a file, and turns the system's refusals into errors for the user.</summary>
/// <param name="inner">The file, which stays open when this is disposed.</param>
/// <param name="describe">The error for the system's refusal.</param>
internal sealed class GuardedStream(Stream inner, Func<Exception, Gpt2Exception> describe) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => inner.CanSeek;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            inner.Write(buffer);
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            throw describe(e);
        }
    }

    public override void WriteByte(byte value) => Write([value]);

    public override void Flush() => Guarded(() =>
    {
        inner.Flush();
        return 0L;
    });

    public override long Seek(long offset, SeekOrigin origin) => Guarded(() => inner.Seek(offset, origin));

    public override void SetLength(long value) => Guarded(() =>
    {
        inner.SetLength(value);
        return 0L;
    });

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private long Guarded(Func<long> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (WriteFailure.Is(e))
        {
            throw describe(e);
        }
    }
}
