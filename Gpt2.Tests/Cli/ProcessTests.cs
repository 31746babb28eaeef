// The command as a process of its own: what only a real console, real pipes and real signals show.

using System.Diagnostics;
using System.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class ProcessTests : IDisposable
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder elsewhere = new();

    public void Dispose() => elsewhere.Dispose();

    [Fact]
    public async Task Predict_FromAnotherDirectory_UsesTheDefaultModel()
    {
        (int exitCode, string output, string error) = await RunToEnd("", "predict", "Mike", "--json");

        exitCode.Should().Be(0, error);
        output.Should().StartWith("{\"model\":\"").And.EndWith("}" + Environment.NewLine);
    }

    [Fact]
    public async Task Pipes_AreUtf8WithoutAMark_BothWays()
    {
        (int exitCode, string output, _) = await RunToEnd("é東\n", "tokenize", "--json");

        exitCode.Should().Be(0);
        output.Should().StartWith("{\"text\":\"é東\\n\",\"ids\":[", "the first byte is the brace");
    }

    [Fact]
    public async Task Errors_GoToStandardErrorWithTheirExitCode()
    {
        (int exitCode, string output, string error) = await RunToEnd("", "predict", "--ids", "x");

        exitCode.Should().Be(2);
        output.Should().BeEmpty();
        error.Should().StartWith("gpt2: --ids: found 'x'");
    }

    [UnixFact]
    public async Task Interrupt_WhileGenerating_EndsWith130()
    {
        using Process process = Start("generate", "Mike", "-n", "100000000");
        using var whateverHappens = new Killed(process);
        var first = new char[1];
        (await process.StandardOutput.ReadAsync(first).AsTask().WaitAsync(LongEnough)).Should().Be(1, "tokens come as they are made");

        using (Process kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        Task<string> rest = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(LongEnough);
        await rest;
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(130);
        error.Should().EndWith("gpt2: cancelled" + Environment.NewLine);
    }

    /// <summary>Ends a process with the test, also where the test fails.</summary>
    private sealed class Killed(Process process) : IDisposable
    {
        public void Dispose()
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private async Task<(int ExitCode, string Out, string Error)> RunToEnd(string input, params string[] args)
    {
        using Process process = Start(args);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(LongEnough);
        return (process.ExitCode, await output, await error);
    }

    private Process Start(params string[] args)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        string[] command = [host, Path.Combine(AppContext.BaseDirectory, "gpt2.dll"), .. args];
        if (OperatingSystem.IsLinux())
        {
            // Where the tests run in the background, interrupts are ignored, and a child inherits that.
            command = ["env", "--default-signal=INT", .. command];
        }

        return Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = elsewhere.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
            StandardErrorEncoding = utf8,
        })!;
    }
}

/// <summary>A test of what Windows does not have: signals.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "Windows has no signals to send" : null;
}
