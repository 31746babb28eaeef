// What a server says while it runs.

namespace Gpt2.Cli.Serve;

/// <summary>Takes lines from several threads at once.</summary>
internal interface IServerLog
{
    /// <summary>A request has ended this way.</summary>
    public void Request(string line);

    /// <summary>The server itself has failed at a request.</summary>
    public void Failure(Exception exception);
}
