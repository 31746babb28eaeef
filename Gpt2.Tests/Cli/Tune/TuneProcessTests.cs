// gpt2 tune as a process that is killed: whatever the moment, the run goes on to the same files. The steps of grpo sample, so that the
// random numbers of a resumed run must be those of one that was not stopped.

using System.Diagnostics;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Training;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Tune;

public sealed class TuneProcessTests : IDisposable
{
    private readonly TuneFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Grpo_KilledAtRandomMoments_GoesOnToTheSameFiles()
    {
        string[] tune =
        [
            "tune", "grpo", folder.Examples, "--model", folder.Model, "--reward", "rule:short", "--steps", "200", "--batch-size", "2", "--group", "4",
            "--max-new-tokens", "4", "--answers", "8", "--validation-share", "0.2", "--checkpoint-every", "2", "--report-every", "1", "--out",
        ];
        (await CommandProcess.RunToEnd(folder.Root, [.. tune, "whole"])).ExitCode.Should().Be(0);

        foreach (int steps in (int[])[3, 1, 5]) // so many steps are seen before the process is killed
        {
            string[] args = TrainingRun.NewestCheckpoint(folder.Run) is null
                ? [.. tune, "run"]
                : ["tune", "grpo", "--resume", "run", "--report-every", "1"];
            using Process process = CommandProcess.Start(folder.Root, args);
            using var whateverHappens = new KilledAtLast(process);
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            for (int seen = 0; seen < steps;)
            {
                string? line = await process.StandardError.ReadLineAsync().WaitAsync(CommandProcess.LongEnough);
                line.Should().NotBeNull("tuning goes on");
                seen += line!.StartsWith("step ", StringComparison.Ordinal) ? 1 : 0;
            }

            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync().WaitAsync(CommandProcess.LongEnough);
            await Task.WhenAll(output, process.StandardError.ReadToEndAsync());
            File.Exists(Path.Combine(folder.Run, AdapterCsv.SettingsFile)).Should().BeFalse("most of the steps are left");
        }

        TuningState.Read(TrainingRun.NewestCheckpoint(folder.Run)!).Step.Should().BeGreaterThan(0);
        (int exitCode, string log) = await CommandProcess.RunToEnd(folder.Root, "tune", "grpo", "--resume", "run");
        exitCode.Should().Be(0, log);
        folder.Files("run").Should().Equal(folder.Files("whole"));
    }
}
