// The official client of the completions API, which does not travel with the project: a test with it needs Node and a folder in which
// "npm install openai" was run, named by GPT2_OPENAI_CLIENT. Where one is missing the test is skipped and says so.

using System.ComponentModel;
using System.Diagnostics;

namespace Gpt2.Tests.Support;

internal static class OpenAiClient
{
    public const string FolderVariable = "GPT2_OPENAI_CLIENT";

    /// <summary>What every reason to skip begins with; .ci/run lets these tests, and no others, be skipped.</summary>
    public const string SkipBegin = "optional: ";

    /// <summary>The folder with the installed package, or null.</summary>
    public static string? Folder { get; } = Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder ? folder : null;

    public static string? SkipReason { get; } = Reason();

    private static string? Reason()
    {
        if (Folder is null)
        {
            return $"{SkipBegin}{FolderVariable} names no folder in which 'npm install openai' was run";
        }

        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "openai")))
        {
            return $"{SkipBegin}there is no node_modules/openai in {Folder}, which {FolderVariable} names: run 'npm install openai' there";
        }

        return HasNode() ? null : $"{SkipBegin}Node is not on this machine";
    }

    /// <summary>Whether Node is on this machine.</summary>
    internal static bool HasNode()
    {
        try
        {
            using Process? node = Process.Start(new ProcessStartInfo("node", ["--version"]) { RedirectStandardOutput = true });
            node?.WaitForExit();
            return node?.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}

/// <summary>A test with the official client.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenAiClientFactAttribute : FactAttribute
{
    public OpenAiClientFactAttribute() => Skip = OpenAiClient.SkipReason;
}
