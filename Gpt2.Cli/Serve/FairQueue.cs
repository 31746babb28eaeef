// One thread computes everything, step by step. The requests that are running take turns, so that a long one does not
// hold up a short one; the others wait in order of arrival.

namespace Gpt2.Cli.Serve;

/// <summary>A queue of jobs. A job is a sequence, and computing one of its elements is a step.</summary>
internal sealed class FairQueue : IDisposable
{
    private readonly object gate = new();
    private readonly LinkedList<QueuedWork> waiting = new();
    private readonly Queue<QueuedWork> running = new(); // in order of their turns, without the one whose turn it is
    private readonly int maxRunning;
    private readonly int maxWaiting;
    private readonly Thread thread;
    private int inside;
    private bool stopped;

    /// <param name="maxRunning">How many jobs take turns; each of them takes memory.</param>
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

    /// <summary>How many jobs are running, and how many are waiting.</summary>
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

    /// <summary>Computes a job, one element per turn. If the caller stops enumerating, the job ends.</summary>
    /// <param name="work">The job, which is enumerated and disposed on the queue's thread.</param>
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

    /// <summary>Accepts no more jobs, and after the current step ends all with "the server is being stopped".</summary>
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

                inside--; // before its client learns of the end and sends the next request
            }

            work.Close();
        }

        QueuedWork[] over;
        lock (gate)
        {
            over = [.. running, .. waiting]; // a stopped queue accepts no more
            waiting.Clear();
        }

        foreach (QueuedWork work in over)
        {
            work.Close(ApiException.Stopping());
        }
    }

    /// <summary>The job whose turn it is; null if the queue has been stopped.</summary>
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
