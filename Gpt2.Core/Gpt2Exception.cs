// The exception for everything a user can fix: a missing file, a wrong shape, an id out of range.
// It stands at the root because every folder may throw it.

namespace Gpt2.Core;

/// <summary>
/// An error in what was given to the program, in parts. <see cref="Message"/> is one line made of them:
/// "WHERE: FOUND, expected EXPECTED; REMEDY", without the parts that are null.
/// </summary>
/// <param name="found">What is wrong: "no such file", "found 3 cells".</param>
/// <param name="innerException">What caused it, where another exception did.</param>
public sealed class Gpt2Exception(string found, Exception? innerException = null) : Exception(null, innerException)
{
    /// <summary>The file, tensor or setting that is wrong; null where <see cref="Found"/> says it.</summary>
    public ErrorPlace? Where { get; init; }

    /// <summary>What is wrong, or stands there.</summary>
    public string Found { get; } = found;

    /// <summary>What should stand there, in words that go after "expected".</summary>
    public string? Expected { get; init; }

    /// <summary>What to do about it.</summary>
    public string? Remedy { get; init; }

    /// <summary>Found and expected: what is wrong, without where it is and what to do.</summary>
    public string Problem => Expected is null ? Found : $"{Found}, expected {Expected}";

    public override string Message => (Where is null ? "" : $"{Where}: ") + Problem + (Remedy is null ? "" : $"; {Remedy}");

    /// <summary>The same error at another place: that which the user knows, in place of a file of ours.</summary>
    /// <param name="where">The place.</param>
    /// <param name="remedy">What to do about it there; null for the same.</param>
    public Gpt2Exception At(ErrorPlace where, string? remedy = null) =>
        new(Found, this) { Where = where, Expected = Expected, Remedy = remedy ?? Remedy };
}
