// The exit codes of the command.

namespace Gpt2.Cli.CommandLine;

/// <summary>What the process returns.</summary>
public static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;

    /// <summary>Ctrl-C, SIGTERM or SIGHUP.</summary>
    public const int Cancelled = 130;

    /// <summary>
    /// The reader of standard output is gone; this is the code that a shell reports for other commands in that case.
    /// </summary>
    public const int NobodyReads = 141;
}
