// Who computes when. One thread computes for everybody, step by step: those running take turns, so a long work does not hold up a
// short one; the others wait in the order they came. What a step does is the work's own business.

namespace Gpt2.Cli.Serve;

/// <summary>A queue of works, each a sequence whose every element is one step.</summary>
internal sealed class FairQueue : IDisposable
{
    private readonly object gate = new();
    private readonly LinkedList<QueuedWork> waiting = new();
    private readonly Queue<QueuedWork> running = new(); // the next turn first; without the one whose turn it is
    private readonly int maxRunning;
    private readonly int maxWaiting;
    private readonly Thread thread;
    private int inside;
    private bool stopped;

    /// <param name="maxRunning">How many works take turns; each holds its memory.</param>
    /// <param name="maxWaiting">How many more may wait.</param>
    public FairQueue(int maxRunning, int maxWaiting)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRunning, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(maxWaiting);
        this.maxRunning = maxRunning;
        this.maxWaiting = maxWaiting;
        thread = new Thread(TakeTurns) { IsBackground = true, Name = "completions" };
        thread.Start();
    }

    /// <summary>How many works are running, and how many wait.</summary>
    public (int Running, int Waiting) Length
    {
        get
        {
            lock (gate)
            {
                int now = Math.Min(inside, maxRunning);
                return (now, inside - now);
            }
        }
    }

    /// <summary>Has a work done, one element a turn. To stop enumerating stops the work.</summary>
    /// <param name="work">What to do; it is enumerated on the queue's thread and disposed there.</param>
    /// <param name="cancellation">Ends the enumeration.</param>
    /// <exception cref="ApiException">The queue is full or stopped.</exception>
    public async IAsyncEnumerable<T> RunAsync<T>(
        IEnumerable<T> work, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var queued = new QueuedWork<T>(work);
        Enter(queued);
        try
        {
            await foreach (T element in queued.Done.ReadAllAsync(cancellation))
            {
                yield return element;
            }
        }
        finally
        {
            Leave(queued);
        }
    }

    /// <summary>Takes no more works, and after the step that is being done ends all with "the server is being stopped".</summary>
    public void Stop()
    {
        lock (gate)
        {
            stopped = true;
            Monitor.Pulse(gate);
        }
    }

    /// <summary>Stops, and waits until all have ended.</summary>
    public void Dispose()
    {
        Stop();
        thread.Join();
    }

    private void Enter(QueuedWork work)
    {
        lock (gate)
        {
            if (stopped)
            {
                throw ApiException.Stopping();
            }

            if (inside >= maxRunning + maxWaiting)
            {
                throw ApiException.Busy(maxRunning, inside - maxRunning);
            }

            inside++;
            waiting.AddLast(work);
            Monitor.Pulse(gate);
        }
    }

    private void Leave(QueuedWork work)
    {
        lock (gate)
        {
            work.Left = true; // if it is running, its next turn is its last
            if (waiting.Remove(work))
            {
                inside--;
            }
        }
    }

    private void TakeTurns()
    {
        while (Next() is QueuedWork work)
        {
            bool more = work.Step();
            lock (gate)
            {
                if (more)
                {
                    running.Enqueue(work);
                    continue;
                }

                inside--; // before its client hears of the end and comes again
            }

            work.Close();
        }

        QueuedWork[] over;
        lock (gate)
        {
            over = [.. running, .. waiting]; // none enters a stopped queue
            waiting.Clear();
        }

        foreach (QueuedWork work in over)
        {
            work.Close(ApiException.Stopping());
        }
    }

    /// <summary>Whose turn it is; null when the queue has been stopped.</summary>
    private QueuedWork? Next()
    {
        lock (gate)
        {
            while (!stopped)
            {
                while (running.Count < maxRunning && waiting.First is LinkedListNode<QueuedWork> first)
                {
                    waiting.RemoveFirst();
                    running.Enqueue(first.Value);
                }

                if (running.TryDequeue(out QueuedWork? next))
                {
                    return next;
                }

                Monitor.Wait(gate);
            }

            return null;
        }
    }
}
