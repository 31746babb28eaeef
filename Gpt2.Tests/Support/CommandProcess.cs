// Starts the command as a process of its own, sends it signals, and sees to it that none outlives its test.

using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Gpt2.Tests.Support;

/// <summary>gpt2 as a process.</summary>
internal static class CommandProcess
{
    /// <summary>After this a process is taken to hang.</summary>
    public static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(60);

    /// <summary>Starts a command line in a folder, with its input and output redirected.</summary>
    public static Process Start(string folder, params string[] args) => Start(folder, new Dictionary<string, string?>(), args);

    /// <summary>The same with variables added to the environment, or taken from it where they are null.</summary>
    public static Process Start(string folder, IReadOnlyDictionary<string, string?> environment, params string[] args)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        string[] command = CommandOf(args);
        if (OperatingSystem.IsLinux())
        {
            // Where the tests run in the background, signals may be ignored, and a child inherits that.
            command = ["env", "--default-signal=INT,TERM,HUP", .. command];
        }

        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
            StandardErrorEncoding = utf8,
        };
        foreach ((string name, string? value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Has a shell run a script, in which "$@" is the command line.</summary>
    public static Process StartByShell(string script, params string[] args)
    {
        var start = new ProcessStartInfo("sh", ["-c", script, "sh", .. CommandOf(args)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        return Process.Start(start)!;
    }

    /// <summary>Runs a command line to its end.</summary>
    public static async Task<(int ExitCode, string Error)> RunToEnd(string folder, params string[] args)
    {
        using Process process = Start(folder, args);
        using var whateverHappens = new KilledAtLast(process);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(LongEnough);
        await output;
        return (process.ExitCode, await error);
    }

    /// <summary>Sends what Ctrl-C sends.</summary>
    public static Task Interrupt(Process process) => Signal(process, "INT");

    /// <summary>Sends a signal.</summary>
    public static async Task Signal(Process process, string name)
    {
        using Process kill = Process.Start("kill", ["-" + name, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private static string[] CommandOf(string[] args) =>
        [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Path.Combine(AppContext.BaseDirectory, "gpt2.dll"), .. args];

    /// <summary>Runs a shell's command line in a folder; in it $GPT2 is the command.</summary>
    /// <returns>Exit code, standard output and standard error of the shell.</returns>
    public static async Task<(int ExitCode, string Out, string Error)> Shell(
        string folder, string script, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo("sh", ["-c", script])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        start.Environment["GPT2"] = $"{host} {Path.Combine(AppContext.BaseDirectory, "gpt2.dll")}";
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        using var whateverHappens = new KilledAtLast(process);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(LongEnough);
        return (process.ExitCode, await output, await error);
    }
}

/// <summary>Ends a process with the test, also where the test fails.</summary>
internal sealed class KilledAtLast(Process process) : IDisposable
{
    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
    }
}

/// <summary>A test of what Windows does not have: signals.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "Windows has no signals to send" : null;
}

/// <summary>A theory about what Windows does not have: signals.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute() => Skip = OperatingSystem.IsWindows() ? "Windows has no signals to send" : null;
}

/// <summary>A test of what only Linux has, such as /dev/full and a file system of processes.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "only Linux has /dev/full and /proc/self";
}

/// <summary>A theory about what only Linux has.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute() => Skip = new LinuxFactAttribute().Skip;
}
