// The server reports what happens, and the command decides how to show it.

namespace Gpt2.Cli.Http;

/// <summary>Receives a server's reports, from several threads at once.</summary>
internal interface IServerLog
{
    /// <summary>Reports how a request ended.</summary>
    public void Request(string line);

    /// <summary>Reports that a request failed through an error in the server itself.</summary>
    public void Failure(Exception exception);
}
