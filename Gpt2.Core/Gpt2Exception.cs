// The exception for everything that a user can fix: a missing file, a wrong shape, an id out of range. It is in the
// root namespace because every folder may throw it.

namespace Gpt2.Core;

/// <summary>
/// An error in what was given to the program, in parts. <see cref="Message"/> is one line made from them: "WHERE:
/// FOUND, expected EXPECTED; REMEDY", without the parts that are null.
/// </summary>
/// <param name="found">What is wrong: "no such file", "found 3 cells".</param>
/// <param name="innerException">The exception that caused this one, if any.</param>
public sealed class Gpt2Exception(string found, Exception? innerException = null) : Exception(null, innerException)
{
    /// <summary>The file, tensor or setting that is wrong; null if <see cref="Found"/> says so.</summary>
    public ErrorPlace? Where { get; init; }

    /// <summary>What is wrong, or what was found.</summary>
    public string Found { get; } = found;

    /// <summary>What was expected, worded to follow "expected".</summary>
    public string? Expected { get; init; }

    /// <summary>What to do about it.</summary>
    public string? Remedy { get; init; }

    /// <summary>Found and expected: what is wrong, without where and what to do.</summary>
    public string Problem => Expected is null ? Found : $"{Found}, expected {Expected}";

    public override string Message => (Where is null ? "" : $"{Where}: ") + Problem + (Remedy is null ? "" : $"; {Remedy}");

    /// <summary>The same error at another place: one that the user knows, instead of an internal file.</summary>
    /// <param name="where">The place.</param>
    /// <param name="remedy">What to do about it there; null for the same.</param>
    public Gpt2Exception At(ErrorPlace where, string? remedy = null) =>
        new(Found, this) { Where = where, Expected = Expected, Remedy = remedy ?? Remedy };
}
