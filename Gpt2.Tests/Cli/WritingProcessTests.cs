// What a process that writes meets: signals, a second process in the same folder, a full disk, an output nobody reads, and
// a user without a home.

using System.Diagnostics;
using Gpt2.Core.Training;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class WritingProcessTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public WritingProcessTests() =>
        File.WriteAllText(
            folder.PathOf("text.txt"),
            string.Concat(Enumerable.Range(0, 60).Select(i => $"{i} times the quick brown fox jumps over the lazy dog.\n")));

    public void Dispose() => folder.Dispose();

    [UnixTheory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    [InlineData("INT")]
    public async Task Signal_WhileAFileIsWritten_EndsWith130AndLeavesNothing(string signal)
    {
        using Process process = CommandProcess.Start(folder.Root, "corpus", "--size", "1000000000000", "--out", "big.txt");
        using var whateverHappens = new KilledAtLast(process);
        await Until(() => Partials().Length > 0);

        await CommandProcess.Signal(process, signal);
        await process.WaitForExitAsync().WaitAsync(CommandProcess.LongEnough);

        process.ExitCode.Should().Be(130);
        (await process.StandardError.ReadToEndAsync()).Should().Be("gpt2: cancelled\n");
        Directory.EnumerateFileSystemEntries(folder.Root).Should().Equal(folder.PathOf("text.txt"));
    }

    [UnixFact]
    public async Task Terminate_WhileTraining_SavesAsCtrlCDoes()
    {
        using Process process = await Training("run");
        using var whateverHappens = new KilledAtLast(process);

        await CommandProcess.Signal(process, "TERM");
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(CommandProcess.LongEnough);
        await process.WaitForExitAsync().WaitAsync(CommandProcess.LongEnough);

        process.ExitCode.Should().Be(130);
        error.Should().MatchRegex("saved after step [0-9]+; go on with: gpt2 train --resume run\ngpt2: cancelled\n$");
        TrainingRun.NewestCheckpoint(folder.PathOf("run")).Should().NotBeNull();
        Directory.EnumerateFiles(folder.PathOf("run"), "training.*").Should().BeEmpty("the lock goes with its holder");
    }

    [Fact]
    public async Task Train_TwoInOneFolder_TheSecondNamesTheFirst_AndAKilledOneHoldsNothing()
    {
        using Process first = await Training("two");
        using var whateverHappens = new KilledAtLast(first);

        foreach (string[] args in (string[][])[Train("two", "2"), ["train", "--resume", "two"]])
        {
            (int exitCode, string error) = await RunToEnd(args);
            exitCode.Should().Be(1);
            error.Should().MatchRegex("^gpt2: two: process [0-9]+ is training in it; wait for it to finish, or choose another folder\r?\n$");
        }

        first.Kill(entireProcessTree: true);
        await first.WaitForExitAsync();
        (await RunToEnd(Train("two", "2"))).ExitCode.Should().Be(0);
        TrainingLog.Read(folder.PathOf("two", "log.csv")).Select(line => line.Step).Should().Equal(1, 2);
        Directory.EnumerateFileSystemEntries(folder.PathOf("two"), "training.*").Should().BeEmpty();
    }

    [LinuxTheory]
    [InlineData("convert tiny out --to safetensors", "gpt2: out: cannot write this folder")]
    [InlineData("convert tiny out.gguf", "gpt2: out.gguf: cannot write this file")]
    [InlineData("new out --channels 64", "gpt2: out: cannot write this folder")]
    [InlineData("train text.txt --vocab-size 257 --steps 1 --context 8 --out out", "gpt2: out: cannot write this folder")]
    public async Task Write_FileLongerThanIsAllowed_IsRefusedInALineAndLeavesNothing(string command, string line)
    {
        (await CommandProcess.Shell(folder.Root, "$GPT2 new tiny --layers 1 --channels 16 --heads 1")).ExitCode.Should().Be(0);

        // The runtime itself maps a large file if pages may not be written and executed.
        var environment = new Dictionary<string, string?> { ["DOTNET_EnableWriteXorExecute"] = "0" };
        (int exitCode, string output, string error) = await CommandProcess.Shell(
            folder.Root, $"ulimit -f 16; trap '' XFSZ; $GPT2 {command}", environment);

        exitCode.Should().Be(1);
        output.Should().BeEmpty();
        error.TrimEnd('\n').Split('\n')[^1].Should().Be(
            line + " (a file would be longer than the file system or a limit of this process allows); choose another place");
        Partials().Should().BeEmpty();
        File.Exists(folder.PathOf("out.gguf")).Should().BeFalse();
        File.Exists(folder.PathOf("out", "hparams.json")).Should().BeFalse();
    }

    [UnixFact]
    public async Task File_LeftByAKilledWriter_GoesWithTheNextOfTheSameName()
    {
        using Process process = CommandProcess.Start(folder.Root, "corpus", "--size", "1000000000000", "--out", "big.txt");
        using var whateverHappens = new KilledAtLast(process);
        await Until(() => Partials().Length > 0);
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        Partials().Should().ContainSingle();

        CommandRun.Of("corpus", "--size", "10", "--out", folder.PathOf("big.txt")).Result();

        Partials().Should().BeEmpty();
    }

    [UnixFact]
    public async Task StandardOutput_NobodyReadsIt_EndsSilently()
    {
        // Without end: if it went on for nobody, the test would wait in vain.
        (_, string output, string error) = await CommandProcess.Shell(
            folder.Root, "{ $GPT2 corpus --size 1000000000000; echo $? > code; } | head -c 10");

        output.Should().HaveLength(10);
        error.Should().BeEmpty();
        (await File.ReadAllTextAsync(folder.PathOf("code"))).Should().Be("141\n");
    }

    [UnixFact]
    public async Task StandardOutput_Closed_SaysSo()
    {
        (int exitCode, _, string error) = await CommandProcess.Shell(folder.Root, "$GPT2 predict Mike >&-");

        exitCode.Should().Be(1);
        error.Should().Be("gpt2: standard output: it is closed, expected a terminal, a file or a pipe\n");
    }

    [LinuxTheory]
    [InlineData("$GPT2 predict Mike >&- 2>&-")]
    [InlineData("$GPT2 predict Mike <&- >&- 2>&-")]
    [InlineData("$GPT2 predict <&- >&- 2>&-")]
    public async Task StandardStreams_AllClosed_FailsAndDoesNotHang(string script) =>
        (await CommandProcess.Shell(folder.Root, script)).Should().Be((1, "", ""));

    [UnixFact]
    public async Task StandardError_Closed_DoesNotSpoilTheResult()
    {
        (int exitCode, string output, _) = await CommandProcess.Shell(folder.Root, "$GPT2 generate Mike -n 1 --temperature 1 2>&-");

        exitCode.Should().Be(0);
        output.Should().NotBeEmpty();
    }

    [LinuxFact]
    public async Task FullDisk_SaysSo()
    {
        (int exitCode, _, string error) = await CommandProcess.Shell(folder.Root, "$GPT2 predict Mike > /dev/full");
        exitCode.Should().Be(1);
        error.Should().Be("gpt2: standard output: cannot be written (the disk is full); make room or choose another place\n");

        (exitCode, _, error) = await CommandProcess.Shell(folder.Root, "printf 'Mike\nMike\n' | $GPT2 generate --interactive > /dev/full");
        exitCode.Should().Be(1);
        error.Should().StartWith("gpt2: standard output: cannot be written (the disk is full); ", "no line of input is at fault");

        (exitCode, _, error) = await CommandProcess.Shell(folder.Root, "exec 3>/dev/full; $GPT2 corpus --size 100000 --out /dev/fd/3");
        exitCode.Should().Be(1);
        error.Should().Be("gpt2: /dev/fd/3: cannot write this file (the disk is full); make room or choose another place\n");
    }

    [UnixTheory]
    [InlineData("/nonexistent")]
    [InlineData("relative")]
    public async Task Home_ThatNamesNoFolder_MeansNoCacheAndNotTheCurrentFolder(string home)
    {
        Directory.CreateDirectory(folder.PathOf("relative"));
        var environment = new Dictionary<string, string?>
        {
            ["HOME"] = home,
            ["XDG_CACHE_HOME"] = "also/relative",
            ["DOTNET_CLI_HOME"] = folder.Root,
        };
        string why = $"HOME is '{home}', expected the full path of an existing folder; set it, or XDG_CACHE_HOME";
        string before = string.Join(' ', Directory.EnumerateFileSystemEntries(folder.Root, "*", SearchOption.AllDirectories).Order());

        (await CommandProcess.Shell(folder.Root, "$GPT2 cache", environment)).Should().Be((1, "", $"gpt2: cache: {why}\n"));
        (await CommandProcess.Shell(folder.Root, "$GPT2 download gpt2", environment)).Should()
            .Be((1, "", $"gpt2: folder for gpt2: {why}, or name a folder with --out\n"));
        (int exitCode, _, string error) = await CommandProcess.Shell(folder.Root, "$GPT2 predict Mike --verbose", environment);
        exitCode.Should().Be(0);
        error.Should().Contain($"cache: {why}\n");
        (await CommandProcess.Shell(folder.Root, "$GPT2 predict Mike -m nope", environment)).Error.Should().NotContain(".cache");

        string.Join(' ', Directory.EnumerateFileSystemEntries(folder.Root, "*", SearchOption.AllDirectories).Order()).Should().Be(before);
    }

    private static string[] Train(string run, string steps) =>
    [
        "train", "text.txt", "--out", run, "--steps", steps, "--layers", "1", "--heads", "2", "--channels", "8", "--context", "8",
        "--batch-size", "2", "--vocab-size", "300", "--sample-every", "0", "--report-every", "1", "--eval-every", "1000000",
        "--checkpoint-every", "10000000",
    ];

    /// <summary>A training that has done its first step and goes on for long.</summary>
    private async Task<Process> Training(string run)
    {
        Process process = CommandProcess.Start(folder.Root, Train(run, "10000000"));
        try
        {
            string? line = "";
            while (line is not null && !line.StartsWith("step ", StringComparison.Ordinal))
            {
                line = await process.StandardError.ReadLineAsync().WaitAsync(CommandProcess.LongEnough);
            }

            line.Should().NotBeNull("training begins");
            return process;
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private Task<(int ExitCode, string Error)> RunToEnd(string[] args) => CommandProcess.RunToEnd(folder.Root, args);

    private string[] Partials() => Directory.GetFiles(folder.Root, "*.partial-*");

    private static async Task Until(Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(CommandProcess.LongEnough);
        while (!isSo())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
