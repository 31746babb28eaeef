// Standard input as the process found it. Where the caller closed it (<&-), the runtime's own files take its number, and
// reading from one of them would wait for ever.

namespace Gpt2.Cli.CommandLine;

/// <summary>Opens standard input.</summary>
internal static class StandardInput
{
    private const string Descriptor = "/proc/self/fdinfo/0";
    private const string Flags = "flags:";

    /// <summary>O_CLOEXEC on Linux, whatever the processor.</summary>
    private const int CloseOnExec = 0x80000;

    /// <summary>Its stream; null where it was closed.</summary>
    public static Stream? Open() => OperatingSystem.IsLinux() && IsOurs() ? null : Console.OpenStandardInput();

    /// <summary>What is closed on exec was not there before: the runtime opens everything in this way, and a caller's input cannot be.</summary>
    private static bool IsOurs()
    {
        try
        {
            string? line = File.ReadLines(Descriptor).FirstOrDefault(line => line.StartsWith(Flags, StringComparison.Ordinal));
            return line is not null && (Convert.ToInt32(line[Flags.Length..].Trim(), fromBase: 8) & CloseOnExec) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // without /proc nobody can tell
        }
    }
}
