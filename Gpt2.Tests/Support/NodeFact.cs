// Tests that run a script under Node, which does not travel with the project: without it they are skipped and say so.

using System.Diagnostics;

namespace Gpt2.Tests.Support;

internal static class NodeScript
{
    /// <summary>Runs a script of the repository.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(string[] script, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("node", [Path.Combine([SharedData.RepositoryRoot, .. script]), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new System.Text.UTF8Encoding(false),
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        using Process node = Process.Start(start)!;
        using var whateverHappens = new KilledAtLast(node);
        Task<string> output = node.StandardOutput.ReadToEndAsync();
        Task<string> error = node.StandardError.ReadToEndAsync();
        await node.StandardInput.WriteAsync(input);
        node.StandardInput.Close();
        await node.WaitForExitAsync().WaitAsync(CommandProcess.LongEnough);
        node.ExitCode.Should().Be(0, await error);
        return await output;
    }
}

/// <summary>A test that needs Node.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeFactAttribute : FactAttribute
{
    private static readonly string? Reason = OpenAiClient.HasNode() ? null : $"{OpenAiClient.SkipBegin}Node is not on this machine";

    public NodeFactAttribute() => Skip = Reason;
}
