// The sessions that are open, limited in number, in memory, and in the time that nobody looks at them.

namespace Gpt2.Cli.Explore;

/// <summary>Keeps sessions; safe to use from several threads.</summary>
internal sealed class SessionStore : IDisposable
{
    /// <summary>Memory of passes that were let go, in bytes, after which it is freed: alone the collector lets several times as much lie.</summary>
    private const long FreedTogether = 16L << 20;

    private static readonly TimeSpan SweepTime = TimeSpan.FromMinutes(1);

    private readonly ExplorerLimits limits;
    private readonly TimeProvider clock;
    private readonly ITimer sweeper;
    private readonly Lock gate = new();
    private readonly LinkedList<Kept> byUse = new(); // the one used longest ago is first
    private readonly Dictionary<string, LinkedListNode<Kept>> byId = [];
    private long unfreed;

    /// <param name="limits">How many, how much, how long.</param>
    /// <param name="clock">Decides when a session has been idle too long.</param>
    public SessionStore(ExplorerLimits limits, TimeProvider clock)
    {
        this.limits = limits;
        this.clock = clock;
        sweeper = clock.CreateTimer(_ => Sweep(), null, SweepTime, SweepTime);
    }

    public int Count
    {
        get
        {
            lock (gate)
            {
                return byId.Count;
            }
        }
    }

    /// <summary>A session by its id, which is thereby used; null if it is not kept.</summary>
    public ExplorerSession? Find(string id)
    {
        lock (gate)
        {
            if (!byId.TryGetValue(id, out LinkedListNode<Kept>? node))
            {
                return null;
            }

            byUse.Remove(node);
            node.Value = node.Value with { LastUse = clock.GetTimestamp() };
            byUse.AddLast(node);
            return node.Value.Session;
        }
    }

    /// <summary>Lets those go that were used longest ago, until a session of this size may be added.</summary>
    /// <param name="bytes">The size.</param>
    /// <param name="first">A session to let go before all others, if any must go; or null.</param>
    public void MakeRoom(long bytes, string? first = null)
    {
        lock (gate)
        {
            if (first is not null && IsFull(bytes))
            {
                Remove(first);
            }

            while (byUse.First is LinkedListNode<Kept> oldest && IsFull(bytes))
            {
                Remove(oldest);
            }
        }
    }

    public void Add(ExplorerSession session)
    {
        MakeRoom(session.Bytes);
        lock (gate)
        {
            byId.Add(session.Id, byUse.AddLast(new Kept(session, clock.GetTimestamp())));
        }
    }

    /// <summary>Lets a session go, if it is kept.</summary>
    public void Remove(string id)
    {
        lock (gate)
        {
            if (byId.TryGetValue(id, out LinkedListNode<Kept>? node))
            {
                Remove(node);
            }
        }
    }

    public void Dispose() => sweeper.Dispose();

    private bool IsFull(long bytes) =>
        byId.Count >= limits.Sessions || byUse.Sum(kept => kept.Session.Bytes) + bytes > limits.MemoryBytes;

    private void Sweep()
    {
        lock (gate)
        {
            while (byUse.First is LinkedListNode<Kept> oldest && clock.GetElapsedTime(oldest.Value.LastUse) > limits.IdleTime)
            {
                Remove(oldest);
            }
        }
    }

    private void Remove(LinkedListNode<Kept> node)
    {
        byId.Remove(node.Value.Session.Id);
        byUse.Remove(node);
        unfreed += node.Value.Session.Bytes;
        if (unfreed >= FreedTogether)
        {
            unfreed = 0;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        }
    }

    private readonly record struct Kept(ExplorerSession Session, long LastUse);
}
