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

    /// <summary>The reader of standard output went away: what a shell reports of other commands then.</summary>
    public const int NobodyReads = 141;
}
