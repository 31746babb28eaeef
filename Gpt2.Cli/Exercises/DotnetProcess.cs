// Runs the .NET SDK's command, `dotnet`, to its end.

using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Gpt2.Core;

namespace Gpt2.Cli.Exercises;

internal static class DotnetProcess
{
    /// <summary>Runs it and returns its exit code and what it printed; it is killed when the time is over.</summary>
    /// <exception cref="Gpt2Exception">There is no such command.</exception>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public static (int ExitCode, string Output) Run(string folder, TimeSpan limit, CancellationToken cancellation, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = start.Environment["DOTNET_NOLOGO"] = start.Environment["NO_COLOR"] = "1";
        using Process process = Start(start);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ended.CancelAfter(limit);
        Task<string> output = process.StandardOutput.ReadToEndAsync(ended.Token), error = process.StandardError.ReadToEndAsync(ended.Token);
        try
        {
            process.WaitForExitAsync(ended.Token).GetAwaiter().GetResult();
            return (process.ExitCode, output.GetAwaiter().GetResult() + error.GetAwaiter().GetResult());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException();
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new Gpt2Exception("the command 'dotnet' was not found", e)
            {
                Remedy = "install the .NET 10 SDK, which builds the exercises, or put it on the PATH",
            };
        }
    }
}
