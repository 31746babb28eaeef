// The command line as bytes. The runtime replaces whatever is not UTF-8 with U+FFFD, which would silently change a
// prompt; on Linux the bytes are still available.

using System.Text;
using Gpt2.Core.Text;

namespace Gpt2.Cli.CommandLine;

/// <summary>Examines the undecoded arguments.</summary>
internal static class RawArguments
{
    private const string CommandLineFile = "/proc/self/cmdline";
    private const char Replacement = '\uFFFD';

    /// <summary>
    /// Throws if an argument of this process is not UTF-8; does nothing if its bytes are not available.
    /// </summary>
    /// <exception cref="UsageException">An argument is not UTF-8.</exception>
    public static void RequireUtf8(string[] args)
    {
        if (!OperatingSystem.IsLinux() || !args.Any(arg => arg.Contains(Replacement, StringComparison.Ordinal)))
        {
            return;
        }

        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(CommandLineFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return;
        }

        if (Fault(args, bytes) is string fault)
        {
            throw new UsageException(fault);
        }
    }

    /// <summary>
    /// Describes the first argument that is not UTF-8; null if all are, or if the bytes belong to another command line.
    /// </summary>
    /// <param name="args">The decoded arguments.</param>
    /// <param name="commandLine">
    /// The program, possibly its host, and the arguments, each terminated by a zero byte.
    /// </param>
    internal static string? Fault(string[] args, byte[] commandLine)
    {
        if (commandLine is not [.., 0])
        {
            return null;
        }

        var raw = new List<byte[]>();
        for (int start = 0; start < commandLine.Length; start += raw[^1].Length + 1)
        {
            raw.Add(commandLine[start..Array.IndexOf(commandLine, (byte)0, start)]);
        }

        int before = raw.Count - args.Length;
        string? fault = null;
        for (int i = 0; i < args.Length; i++)
        {
            byte[] bytes = before < 0 ? [] : raw[before + i];
            if (StrictUtf8.FirstFault(bytes) is int offset)
            {
                fault ??= $"argument {i + 1}, '{args[i]}', byte {offset + 1}: found 0x{bytes[offset]:X2}, which is not UTF-8; "
                    + "does the terminal or script use another encoding?";
            }
            else if (Encoding.UTF8.GetString(bytes) != args[i])
            {
                return null;
            }
        }

        return fault;
    }
}
