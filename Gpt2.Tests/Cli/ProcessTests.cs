// The command as a process of its own: what only a real console, real pipes and real signals show.

using System.Diagnostics;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class ProcessTests : IDisposable
{
    private static readonly TimeSpan LongEnough = CommandProcess.LongEnough;

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
        // A model without text has no end of text: it goes on until it is stopped.
        string endless = elsewhere.PathOf("endless");
        CommandRun.Of("new", endless, "--vocab-size", "9").Result();
        using Process process = Start("generate", "--ids", "1", "-n", "100000000", "--model", endless);
        using var whateverHappens = new KilledAtLast(process);
        var first = new char[1];
        (await process.StandardOutput.ReadAsync(first).AsTask().WaitAsync(LongEnough)).Should().Be(1, "tokens come as they are made");

        await CommandProcess.Interrupt(process);
        Task<string> rest = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(LongEnough);
        await rest;
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(130);
        error.Should().EndWith("gpt2: cancelled" + Environment.NewLine);
    }

    [UnixFact]
    public async Task Interrupt_WhileAPromptIsAwaited_EndsWith130()
    {
        using Process process = Start("generate", "--interactive", "-n", "3");
        using var whateverHappens = new KilledAtLast(process);
        foreach (string prompt in (string[])["Mike is quick. He", "The capital of Italy"])
        {
            await process.StandardInput.WriteLineAsync(prompt);
            await process.StandardInput.FlushAsync();
            string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(LongEnough);
            line.Should().NotBeNullOrEmpty("each prompt is answered before the next");
        }

        await CommandProcess.Interrupt(process);
        await process.WaitForExitAsync().WaitAsync(LongEnough);

        process.ExitCode.Should().Be(130);
        (await process.StandardError.ReadToEndAsync()).Should().Be("gpt2: cancelled" + Environment.NewLine);
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

    private Process Start(params string[] args) => CommandProcess.Start(elsewhere.Root, args);
}
