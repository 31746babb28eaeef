// What may go better the next time: a dropped connection, a time-out, a server that is busy. Everything else is a
// Gpt2Exception at once.

namespace Gpt2.Core.Weights.Download;

/// <summary>A try that failed and is worth another one.</summary>
internal sealed class TransferInterruptedException : Exception
{
    public TransferInterruptedException(string message, Exception? innerException = null, TimeSpan? retryAfter = null)
        : base(message, innerException)
    {
        RetryAfter = retryAfter;
    }

    /// <summary>How long the server asks to wait; null where it does not.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether what was asked about the file before no longer holds.</summary>
    public bool AskAgain { get; init; }
}
