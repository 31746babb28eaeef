// Standard input as the process found it.

namespace Gpt2.Cli.CommandLine;

/// <summary>Opens standard input.</summary>
internal static class StandardInput
{
    /// <summary>Its stream; null where it was closed.</summary>
    public static Stream? Open() => StandardDescriptor.IsOurs(0) ? null : Console.OpenStandardInput();
}
