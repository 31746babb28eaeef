// The three descriptors that a process starts with. If the caller closed one (<&-, >&-), one of the runtime's own files
// gets its number: reading from it would wait for ever, and writing to it would corrupt it.

namespace Gpt2.Cli.CommandLine;

/// <summary>Distinguishes the caller's descriptors from the runtime's.</summary>
internal static class StandardDescriptor
{
    private const string Flags = "flags:";

    /// <summary>O_CLOEXEC on Linux, on any processor.</summary>
    private const int CloseOnExec = 0x80000;

    /// <summary>
    /// Whether the runtime has taken the number of a descriptor that the caller closed. The runtime opens all files
    /// with close-on-exec, which what the caller passed on cannot have. Only Linux can tell.
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
            return false; // without /proc there is no way to tell
        }
    }
}
