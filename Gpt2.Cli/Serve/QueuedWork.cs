// The queue's thread computes the steps of a job, and the request that waits for it receives the results through a
// channel.

using System.Threading.Channels;

namespace Gpt2.Cli.Serve;

/// <summary>A job as the queue sees it.</summary>
internal abstract class QueuedWork
{
    private volatile bool left;

    /// <summary>Whether the request no longer waits for it.</summary>
    public bool Left
    {
        get => left;
        set => left = value;
    }

    /// <summary>Computes one step; false if there was none left.</summary>
    public abstract bool Step();

    /// <summary>Releases the job's resources and tells the waiting request that it is over.</summary>
    /// <param name="cut">What ended the job before its last step; null if it ended by itself.</param>
    public abstract void Close(Exception? cut = null);
}

/// <inheritdoc/>
/// <param name="work">The steps, each of which computes an element.</param>
internal sealed class QueuedWork<T>(IEnumerable<T> work) : QueuedWork
{
    // Unbounded: it holds at most what one request may ask for, and the queue's thread must never wait for a client.
    private readonly Channel<T> done = Channel.CreateUnbounded<T>(new UnboundedChannelOptions { SingleReader = true });
    private IEnumerator<T>? steps;
    private Exception? failure;

    /// <summary>The computed elements; ends with the exception that ended the job, if any.</summary>
    public ChannelReader<T> Done => done.Reader;

    public override bool Step()
    {
        try
        {
            if (!Left && (steps ??= work.GetEnumerator()).MoveNext())
            {
                done.Writer.TryWrite(steps.Current);
                return true;
            }
        }
        catch (Exception e)
        {
            failure = e; // rethrown to the waiting request
        }

        return false;
    }

    public override void Close(Exception? cut = null)
    {
        steps?.Dispose();
        done.Writer.TryComplete(failure ?? cut);
    }
}
