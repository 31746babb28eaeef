// A command that was called wrongly, beyond what the parser can see.

namespace Gpt2.Cli.CommandLine;

/// <summary>Wrong usage: exit code 2.</summary>
public sealed class UsageException(string message) : Exception(message);
