// Standard input as no one wants it: silent, or without an end.

namespace Gpt2.Tests.Support;

/// <summary>An input on which nothing comes.</summary>
internal sealed class SilentInput : ReadOnlyInput
{
    private readonly ManualResetEventSlim end = new();

    /// <summary>Is done when someone waits for the input.</summary>
    public TaskCompletionSource Awaited { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override int Read(byte[] buffer, int offset, int count)
    {
        Awaited.TrySetResult();
        end.Wait();
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        end.Set();
        base.Dispose(disposing);
    }
}

/// <summary>An input of one byte over and over, after a beginning.</summary>
internal sealed class EndlessInput(byte[] beginning, byte rest) : ReadOnlyInput
{
    private int position;

    /// <summary>Bytes that were read.</summary>
    public long Taken { get; private set; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        for (int i = offset; i < offset + count; i++)
        {
            buffer[i] = position < beginning.Length ? beginning[position++] : rest;
        }

        Taken += count;
        return count;
    }
}

/// <summary>What the two have in common: they can be read and nothing else.</summary>
internal abstract class ReadOnlyInput : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
