// The number of connections is limited. If all places are taken, a new connection takes the place of the one that has
// been silent longest, so that clients that send nothing, or send it slowly, do not keep out those with a request. A
// connection whose request is running or waiting keeps its place.

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gpt2.Cli.Serve;

/// <summary>The places of a server's connections.</summary>
/// <param name="max">How many places there are.</param>
internal sealed class ConnectionPlaces(int max)
{
    private readonly Lock gate = new();
    private readonly LinkedList<Place> silent = new(); // the one that has been silent longest is first
    private int taken;

    /// <summary>
    /// Serves a connection while it has a place; closes it immediately if all others have a running or waiting request.
    /// </summary>
    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate serve)
    {
        var place = new Place(this, connection);
        if (!TryTake(place))
        {
            connection.Abort();
            return;
        }

        connection.Features.Set(place); // requests inherit the features of their connection
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

    /// <summary>
    /// Notes that a request has arrived, so its connection is now the last to be closed for its silence.
    /// </summary>
    public static void Heard(HttpContext context) => Keep(context).Dispose();

    /// <summary>Reserves the place of a request's connection until the result is disposed.</summary>
    public static IDisposable Keep(HttpContext context)
    {
        Place place = context.Features.GetRequiredFeature<Place>();
        place.Keep();
        return place;
    }

    /// <summary>Whether a request's connection was closed because a new one needed its place.</summary>
    public static bool HasLost(HttpContext context) => context.Features.GetRequiredFeature<Place>().IsLost;

    private bool TryTake(Place place)
    {
        Place? longest = null;
        lock (gate)
        {
            if (taken == max)
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

        longest?.Connection.Abort(new ConnectionAbortedException("it was silent longest, and its place was needed"));
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

    /// <summary>A connection's place; disposed when its request is answered, not when the connection ends.</summary>
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

        /// <summary>Is in the list while the connection is silent.</summary>
        public LinkedListNode<Place> Node { get; }

        public bool IsTaken { get; set; } = true;

        /// <summary>Whether a new connection took the place. Read without the lock.</summary>
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
