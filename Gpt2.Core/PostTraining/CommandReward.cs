// Rewards from a program: for the answers of a step it is started, reads them from its standard input and writes a number for each.

using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Gpt2.Core.PostTraining;

/// <summary>
/// The program reads JSON Lines, {"prompt": …, "completion": …}, and writes a line with a number for each, in the same order. It is
/// started without a shell.
/// </summary>
internal sealed partial class CommandReward : IReward
{
    private readonly string command;
    private readonly string program;
    private readonly string[] arguments;
    private readonly double timeout;

    /// <param name="command">The program and its arguments, with spaces between them; one that contains spaces stands in quotes.</param>
    /// <param name="timeout">Seconds that it may take.</param>
    /// <exception cref="Gpt2Exception">There is no program.</exception>
    public CommandReward(string command, double timeout)
    {
        string[] words = [.. Words().Matches(command).Select(word => word.Value.Replace("\"", "", StringComparison.Ordinal))];
        this.command = command;
        this.timeout = timeout;
        program = words.FirstOrDefault() ?? throw new Gpt2Exception("no program")
        {
            Where = Name,
            Expected = RewardSource.CommandPrefix + "PROGRAM with its arguments",
        };
        arguments = words[1..];
    }

    private string Name => RewardSource.CommandPrefix + command;

    /// <inheritdoc/>
    public double[] Of(IReadOnlyList<SampledAnswer> answers, CancellationToken cancellation)
    {
        using Process process = Start();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(timeout));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(either.Token), error = process.StandardError.ReadToEndAsync(either.Token);
            Task input = WriteAsync(process, answers, either.Token);
            Task.WhenAll(output, error, input, process.WaitForExitAsync(either.Token)).GetAwaiter().GetResult();
            cancellation.ThrowIfCancellationRequested(); // Ctrl-C reaches the program too
            return process.ExitCode == 0
                ? Parse(output.Result, answers.Count)
                : throw Wrong($"ended with exit code {process.ExitCode}{Last(error.Result)}", "exit code 0");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Wrong(
                string.Create(CultureInfo.InvariantCulture, $"did not end within {timeout} s"), $"{Plural.Of(answers.Count, "number")}, then its end",
                "make it faster, or allow it more time with --reward-timeout");
        }
        finally
        {
            Kill(process);
        }
    }

    private Process Start()
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
                StandardOutputEncoding = Encoding.UTF8,
                StandardErrorEncoding = Encoding.UTF8,
                UseShellExecute = false,
            })!;
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            throw new Gpt2Exception($"cannot be started: {e.Message}", e) { Where = Name, Expected = "a program, with its arguments after it" };
        }
    }

    private static async Task WriteAsync(Process process, IReadOnlyList<SampledAnswer> answers, CancellationToken cancellation)
    {
        try
        {
            foreach (SampledAnswer answer in answers)
            {
                var asked = new AnswerToReward(answer.Prompt.PromptText, answer.Text);
                string line = JsonSerializer.Serialize(asked, RewardShapes.Default.AnswerToReward);
                await process.StandardInput.WriteAsync((line + "\n").AsMemory(), cancellation).ConfigureAwait(false);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It does not read to the end. What it has written, or its exit code, tells whether that is right.
        }
    }

    private double[] Parse(string output, int expected)
    {
        string[] lines = [.. output.TrimEnd().Split('\n').Select(line => line.Trim())];
        if (lines is [""])
        {
            lines = [];
        }

        var rewards = new double[Math.Min(lines.Length, expected)];
        for (int i = 0; i < rewards.Length; i++)
        {
            if (!double.TryParse(lines[i], NumberStyles.Float, CultureInfo.InvariantCulture, out rewards[i]) || !double.IsFinite(rewards[i]))
            {
                throw Wrong($"line {i + 1} of its output is '{VisibleText.Brief(lines[i])}'", "a finite number such as 0.5");
            }
        }

        return lines.Length == expected
            ? rewards
            : throw Wrong($"wrote {Plural.Of(lines.Length, "line")}", $"{expected}, one for each line that it reads");
    }

    private Gpt2Exception Wrong(string found, string expected, string? remedy = null) =>
        new(found) { Where = Name, Expected = expected, Remedy = remedy };

    /// <summary>The last line that it wrote to standard error.</summary>
    private static string Last(string error) =>
        error.Split('\n').LastOrDefault(line => !string.IsNullOrWhiteSpace(line)) is string line ? $" ({VisibleText.Brief(line.Trim())})" : "";

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has just ended.
        }
    }

    [GeneratedRegex("(?:[^ \"]|\"[^\"]*\")+")]
    private static partial Regex Words();
}

/// <summary>A line that the program reads.</summary>
internal sealed record AnswerToReward(
    [property: JsonPropertyName("prompt")] string Prompt, [property: JsonPropertyName("completion")] string Completion);

[JsonSerializable(typeof(AnswerToReward))]
internal sealed partial class RewardShapes : JsonSerializerContext;
