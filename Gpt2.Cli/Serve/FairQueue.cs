// One thread computes everything, in rounds: each running request takes its turn, which chooses its next token (several
// at the same time, on the threads of the kernels), and then one pass of the model predicts for all of them. So a long
// request does not hold up a short one, and the weights are read once for all. The others wait in order of arrival.

using Gpt2.Cli.Http;
using Gpt2.Core.Generation;
using Gpt2.Kernels;

namespace Gpt2.Cli.Serve;

/// <summary>A queue of jobs, each a sequence of steps.</summary>
internal sealed class FairQueue : IDisposable
{
    private readonly object gate = new();
    private readonly LinkedList<QueuedWork> waiting = new();
    private readonly List<QueuedWork> running = []; // in order of arrival
    private readonly List<GenerationSession> awaited = [];
    private readonly List<QueuedWork> light = [], heavy = []; // of a round
    private readonly Action<IReadOnlyList<GenerationSession>> predict;
    private readonly Action<int, Action<int>> forEach;
    private readonly Action<int> takeTurn;
    private readonly int maxRunning;
    private readonly int maxWaiting;
    private readonly Thread thread;
    private int inside;
    private bool stopped;

    /// <param name="maxRunning">How many jobs take turns; each of them takes memory.</param>
    /// <param name="maxWaiting">How many more may wait.</param>
    /// <param name="predict">One pass for several sessions, see <see cref="SessionBatch.Advance"/>.</param>
    /// <param name="forEach">Does as many parts as stated, on several threads if it likes, see <see cref="KernelSet.ForEach"/>.</param>
    public FairQueue(
        int maxRunning, int maxWaiting, Action<IReadOnlyList<GenerationSession>> predict, Action<int, Action<int>> forEach)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRunning, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(maxWaiting);
        this.maxRunning = maxRunning;
        this.maxWaiting = maxWaiting;
        this.predict = predict;
        this.forEach = forEach;
        takeTurn = index => light[index].TakeTurn();
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

    /// <summary>Computes a job and returns its results. If the caller stops enumerating, the job ends.</summary>
    /// <param name="work">The job, which is enumerated and disposed on the queue's thread.</param>
    /// <param name="cancellation">Ends the enumeration.</param>
    /// <exception cref="ApiException">The queue is full or stopped.</exception>
    public async IAsyncEnumerable<T> RunAsync<T>(
        IEnumerable<WorkStep<T>> work, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var queued = new QueuedWork<T>(work);
        Enter(queued);
        try
        {
            await foreach (T result in queued.Done.ReadAllAsync(cancellation))
            {
                yield return result;
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
        while (Admit())
        {
            // What computes a lot has all threads, one after another.
            light.Clear();
            heavy.Clear();
            foreach (QueuedWork work in running)
            {
                (work.IsHeavy ? heavy : light).Add(work);
            }

            forEach(light.Count, takeTurn);
            foreach (QueuedWork work in heavy)
            {
                work.TakeTurn();
            }

            while (running.Find(work => work.HasEnded) is QueuedWork ended)
            {
                End(ended);
            }

            Predict();
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

    /// <summary>Waits until there is a job, and lets as many run as may; false if the queue has been stopped.</summary>
    private bool Admit()
    {
        lock (gate)
        {
            while (!stopped)
            {
                while (running.Count < maxRunning && waiting.First is LinkedListNode<QueuedWork> first)
                {
                    waiting.RemoveFirst();
                    running.Add(first.Value);
                }

                if (running.Count > 0)
                {
                    return true;
                }

                Monitor.Wait(gate);
            }

            return false;
        }
    }

    /// <summary>One pass for all jobs that await a prediction.</summary>
    private void Predict()
    {
        awaited.Clear();
        foreach (QueuedWork work in running)
        {
            if (work.Awaited is { IsPredicted: false } session)
            {
                awaited.Add(session);
            }
        }

        if (awaited.Count == 0)
        {
            return;
        }

        try
        {
            predict(awaited);
        }
        catch (Exception e)
        {
            foreach (QueuedWork work in running.Where(work => work.Awaited is { IsPredicted: false }).ToArray())
            {
                End(work, e); // rethrown to the waiting request
            }
        }

        awaited.Clear();
    }

    private void End(QueuedWork work, Exception? cut = null)
    {
        running.Remove(work);
        lock (gate)
        {
            inside--; // before its client learns of the end and sends the next request
        }

        work.Close(cut);
    }
}
