// gpt2 train as a process that is killed or interrupted: whatever the moment, the run goes on to the same files.

using System.Diagnostics;
using Gpt2.Core.Numerics;
using Gpt2.Core.Training;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class TrainProcessTests : IDisposable
{
    private const int Kills = 4, CheckpointEvery = 2;

    private readonly TemporaryFolder folder = new();

    public TrainProcessTests() =>
        File.WriteAllText(
            folder.PathOf("text.txt"),
            string.Concat(Enumerable.Range(0, 60).Select(i => $"{i} times the quick brown fox jumps over the lazy dog.\n")));

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Train_KilledAtRandomMoments_GoesOnToTheSameFiles()
    {
        // The first kill comes when there is a checkpoint; how long the whole run takes says when the others come.
        string[] train = ["train", "text.txt", "--out", "whole", .. Sizes(steps: 150), "--checkpoint-every", $"{CheckpointEvery}"];
        long began = Stopwatch.GetTimestamp();
        (await RunToEnd(train)).ExitCode.Should().Be(0);
        double whole = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        var random = new RandomGenerator(1);

        train[3] = "killed";
        await RunAndKill([.. train, "--report-every", "1"], process => ReadSteps(process, CheckpointEvery + 1)); // one step after the checkpoint
        IsDone().Should().BeFalse("most of the steps are left");
        TrainingRun.NewestCheckpoint(folder.PathOf("killed")).Should().NotBeNull("the run goes on from it");
        for (int kill = 1; kill < Kills && !IsDone(); kill++)
        {
            TimeSpan after = TimeSpan.FromMilliseconds(whole * (0.15 + (0.4 * random.NextDouble())));
            await RunAndKill(ResumeOr(train), process => Task.WhenAny(process.WaitForExitAsync(), Task.Delay(after)));
        }

        if (!IsDone())
        {
            (int exitCode, string error) = await RunToEnd(ResumeOr(train));
            exitCode.Should().Be(0, error);
        }

        Files("killed").Should().Equal(Files("whole"));
    }

    [UnixFact]
    public async Task Interrupt_WhileTraining_SavesAndSaysHowToGoOn()
    {
        string[] train = ["train", "text.txt", "--out", "run", .. Sizes(steps: 100_000), "--report-every", "1"];
        using Process process = CommandProcess.Start(folder.Root, train);
        using var whateverHappens = new KilledAtLast(process);
        await ReadSteps(process, 1);
        await CommandProcess.Interrupt(process);
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(CommandProcess.LongEnough);
        await process.WaitForExitAsync().WaitAsync(CommandProcess.LongEnough);

        process.ExitCode.Should().Be(130);
        error.Should().MatchRegex("saved after step [0-9]+; go on with: gpt2 train --resume run\ngpt2: cancelled\n$");
        TrainingRun.NewestCheckpoint(folder.PathOf("run")).Should().NotBeNull();
    }

    private static string[] Sizes(int steps) =>
    [
        "--steps", steps.ToString(System.Globalization.CultureInfo.InvariantCulture),
        "--layers", "1", "--heads", "2", "--channels", "8", "--context", "8",
        "--batch-size", "2", "--vocab-size", "300", "--dropout", "0.1", "--eval-every", "50", "--sample-every", "0",
    ];

    private bool IsDone() =>
        File.Exists(folder.PathOf("killed", "hparams.json")) && TrainingRun.NewestCheckpoint(folder.PathOf("killed")) is null;

    private string[] ResumeOr(string[] train) =>
        TrainingRun.NewestCheckpoint(folder.PathOf("killed")) is null ? train : ["train", "--resume", "killed"];

    /// <summary>Runs a command line, and kills it when a task is done.</summary>
    private async Task RunAndKill(string[] args, Func<Process, Task> moment)
    {
        using Process process = CommandProcess.Start(folder.Root, args);
        using var whateverHappens = new KilledAtLast(process);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        await moment(process);
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync().WaitAsync(CommandProcess.LongEnough);
        await Task.WhenAll(output, process.StandardError.ReadToEndAsync());
    }

    /// <summary>Waits until a run has reported so many steps.</summary>
    private static async Task ReadSteps(Process process, int count)
    {
        while (count > 0)
        {
            string? line = await process.StandardError.ReadLineAsync().WaitAsync(CommandProcess.LongEnough);
            line.Should().NotBeNull("training goes on");
            count -= line!.StartsWith("step ", StringComparison.Ordinal) ? 1 : 0;
        }
    }

    private Task<(int ExitCode, string Error)> RunToEnd(string[] args) => CommandProcess.RunToEnd(folder.Root, args);

    private SortedDictionary<string, string> Files(string run) => new(
        Directory.EnumerateFiles(folder.PathOf(run)).ToDictionary(path => Path.GetFileName(path), File.ReadAllText), StringComparer.Ordinal);
}
