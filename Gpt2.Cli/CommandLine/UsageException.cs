// A command that was called incorrectly in a way that the parser cannot detect.

namespace Gpt2.Cli.CommandLine;

/// <summary>Wrong usage: exit code 2.</summary>
public sealed class UsageException(string message) : Exception(message);
