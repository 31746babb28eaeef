// Who may stay connected. Where all places are taken, a newcomer gets that of the connection that has been silent longest, so peers
// that say nothing, or say it slowly, do not keep out those with a request. One whose request runs or waits keeps its place.

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gpt2.Cli.Serve;

/// <summary>The places of a server's connections.</summary>
/// <param name="most">How many there are.</param>
internal sealed class ConnectionPlaces(int most)
{
    private readonly Lock gate = new();
    private readonly LinkedList<Place> silent = new(); // the longest first
    private int taken;

    /// <summary>Serves a connection while it has a place; closes it at once where everybody else has a request under way.</summary>
    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate serve)
    {
        var place = new Place(this, connection);
        if (!TryTake(place))
        {
            connection.Abort();
            return;
        }

        connection.Features.Set(place); // its requests have the features of their connection
        try
        {
            await serve(connection);
        }
        finally
        {
            lock (gate)
            {
                GiveUp(place);
            }
        }
    }

    /// <summary>A request has come on a connection: of the silent ones it is now the last.</summary>
    public static void Heard(HttpContext context) => Keep(context).Dispose();

    /// <summary>Keeps the place of a request's connection until the result is disposed.</summary>
    public static IDisposable Keep(HttpContext context)
    {
        Place place = context.Features.GetRequiredFeature<Place>();
        place.Keep();
        return place;
    }

    /// <summary>Whether a request's connection was closed here, since a newcomer needed its place.</summary>
    public static bool HasLost(HttpContext context) => context.Features.GetRequiredFeature<Place>().IsLost;

    private bool TryTake(Place place)
    {
        Place? longest = null;
        lock (gate)
        {
            if (taken == most)
            {
                longest = silent.First?.Value;
                if (longest is null)
                {
                    return false;
                }

                longest.IsLost = true;
                GiveUp(longest);
            }

            taken++;
            silent.AddLast(place.Node);
        }

        longest?.Connection.Abort(new ConnectionAbortedException("silent longest, and its place is needed"));
        return true;
    }

    private void GiveUp(Place place)
    {
        if (place.IsTaken)
        {
            place.IsTaken = false;
            taken--;
            place.Node.List?.Remove(place.Node);
        }
    }

    /// <summary>A connection's place; disposed when its request is answered, not when it ends.</summary>
    private sealed class Place : IDisposable
    {
        private readonly ConnectionPlaces places;
        private volatile bool isLost;

        public Place(ConnectionPlaces places, ConnectionContext connection)
        {
            this.places = places;
            Connection = connection;
            Node = new LinkedListNode<Place>(this);
        }

        public ConnectionContext Connection { get; }

        /// <summary>In the list while the connection is silent.</summary>
        public LinkedListNode<Place> Node { get; }

        public bool IsTaken { get; set; } = true;

        /// <summary>Whether a newcomer took it. Read without the gate.</summary>
        public bool IsLost
        {
            get => isLost;
            set => isLost = value;
        }

        public void Keep()
        {
            lock (places.gate)
            {
                Node.List?.Remove(Node);
            }
        }

        public void Dispose()
        {
            lock (places.gate)
            {
                if (IsTaken && Node.List is null)
                {
                    places.silent.AddLast(Node);
                }
            }
        }
    }
}
