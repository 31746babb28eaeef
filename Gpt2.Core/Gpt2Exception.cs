// The exception for everything a user can set right: a missing file, a wrong shape, an id out of range.
// It stands at the root because every folder may throw it.

namespace Gpt2.Core;

/// <summary>
/// An error in what was given to the program. Its message is one line that says what is wrong, where, what was
/// found, what was expected and what to do.
/// </summary>
public sealed class Gpt2Exception : Exception
{
    public Gpt2Exception(string message)
        : base(message)
    {
    }

    public Gpt2Exception(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
