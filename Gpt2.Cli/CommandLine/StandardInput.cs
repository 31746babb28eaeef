// Standard input of the process, which the caller may have closed.

namespace Gpt2.Cli.CommandLine;

/// <summary>Opens standard input.</summary>
internal static class StandardInput
{
    /// <summary>The stream; null if it was closed.</summary>
    public static Stream? Open() => StandardDescriptor.IsOurs(0) ? null : Console.OpenStandardInput();
}
