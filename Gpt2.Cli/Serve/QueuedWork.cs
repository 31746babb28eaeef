// The queue's thread computes the steps of a job, and the request that waits for it receives the results through a
// channel.

using System.Threading.Channels;
using Gpt2.Core.Generation;

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

    /// <summary>The session whose prediction the job needs to go on; null if it needs none.</summary>
    public GenerationSession? Awaited { get; protected set; }

    /// <summary>Whether the last turn ended with a step that computed a lot, as the next one probably will.</summary>
    public bool IsHeavy { get; protected set; }

    /// <summary>Whether the last turn was the last of all.</summary>
    public bool HasEnded { get; protected set; }

    /// <summary>Computes steps until the job has to wait, its turn is over, or it has ended.</summary>
    public abstract void TakeTurn();

    /// <summary>Releases the job's resources and tells the waiting request that it is over.</summary>
    /// <param name="cut">What ended the job before its last step; null if it ended by itself.</param>
    public abstract void Close(Exception? cut = null);
}

/// <inheritdoc/>
/// <param name="work">The steps.</param>
internal sealed class QueuedWork<T>(IEnumerable<WorkStep<T>> work) : QueuedWork
{
    // Unbounded: it holds at most what one request may ask for, and the queue's thread must never wait for a client.
    private readonly Channel<T> done = Channel.CreateUnbounded<T>(new UnboundedChannelOptions { SingleReader = true });
    private IEnumerator<WorkStep<T>>? steps;
    private Exception? failure;

    /// <summary>The results; ends with the exception that ended the job, if any.</summary>
    public ChannelReader<T> Done => done.Reader;

    public override void TakeTurn()
    {
        if (Awaited is { IsPredicted: false } && !Left)
        {
            return; // its prompt is not complete
        }

        try
        {
            while (!Left && (steps ??= work.GetEnumerator()).MoveNext())
            {
                WorkStep<T> step = steps.Current;
                Awaited = step.Awaited;
                IsHeavy = !step.HasResult && step.Awaited is null;
                if (!step.HasResult)
                {
                    return;
                }

                done.Writer.TryWrite(step.Result!);
            }
        }
        catch (Exception e)
        {
            failure = e; // rethrown to the waiting request
        }

        HasEnded = true;
    }

    public override void Close(Exception? cut = null)
    {
        steps?.Dispose();
        done.Writer.TryComplete(failure ?? cut);
    }
}
