// The three descriptors that a process begins with. Where the caller closed one (<&-, >&-), the runtime's own files take its
// number: reading from one of them would wait for ever, and writing to one would spoil it.

namespace Gpt2.Cli.CommandLine;

/// <summary>Tells the caller's descriptors from the runtime's.</summary>
internal static class StandardDescriptor
{
    private const string Flags = "flags:";

    /// <summary>O_CLOEXEC on Linux, whatever the processor.</summary>
    private const int CloseOnExec = 0x80000;

    /// <summary>
    /// Whether the runtime has taken the number of a descriptor that the caller closed. The runtime opens everything so that it is closed
    /// on exec, and what the caller passed on cannot be. Known on Linux alone.
    /// </summary>
    public static bool IsOurs(int descriptor)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            string file = FormattableString.Invariant($"/proc/self/fdinfo/{descriptor}");
            string? line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(Flags, StringComparison.Ordinal));
            return line is not null && (Convert.ToInt32(line[Flags.Length..].Trim(), fromBase: 8) & CloseOnExec) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // without /proc nobody can tell
        }
    }
}
