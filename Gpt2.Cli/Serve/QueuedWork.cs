// A work in the queue: its steps on one side, what they made on the other.

using System.Threading.Channels;

namespace Gpt2.Cli.Serve;

/// <summary>A work as the queue sees it.</summary>
internal abstract class QueuedWork
{
    private volatile bool left;

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool Left
    {
        get => left;
        set => left = value;
    }

    /// <summary>Does one step; false if there was none to do.</summary>
    public abstract bool Step();

    /// <summary>Gives back what the work holds and tells the one who waits for it that it is over.</summary>
    /// <param name="cut">What ended it before its last step; null if it ended by itself.</param>
    public abstract void Close(Exception? cut = null);
}

/// <inheritdoc/>
/// <param name="work">Its steps, each of which makes an element.</param>
internal sealed class QueuedWork<T>(IEnumerable<T> work) : QueuedWork
{
    // Without a bound: it holds at most what a request may ask for, and the queue's thread must never wait for a client.
    private readonly Channel<T> done = Channel.CreateUnbounded<T>(new UnboundedChannelOptions { SingleReader = true });
    private IEnumerator<T>? steps;
    private Exception? failure;

    /// <summary>What has been made; ends with the exception that ended the work.</summary>
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
            failure = e; // the one who waits throws it on
        }

        return false;
    }

    public override void Close(Exception? cut = null)
    {
        steps?.Dispose();
        done.Writer.TryComplete(failure ?? cut);
    }
}
