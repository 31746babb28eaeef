// A folder with a small model and examples, which the tests of tune begin with.

using Gpt2.Cli;
using Gpt2.Cli.CommandLine;
using Gpt2.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gpt2.Tests.Cli.Tune;

/// <summary>A model of 1 block and bytes as tokens, and a file of examples.</summary>
public sealed class TuneFolder : IDisposable
{
    private readonly SmallModelFolder small = new(context: 24, layers: 1, channels: 16, heads: 2);

    public TuneFolder()
    {
        File.WriteAllText(Examples, string.Concat(Enumerable.Range(0, 20).Select(i =>
            $"{{\"prompt\": \"{(char)('a' + i)}?\", \"completion\": \" {(char)('b' + i)}!\"}}\n")));
        File.WriteAllText(Pairs, string.Concat(Enumerable.Range(0, 20).Select(i =>
            $"{{\"prompt\": \"{(char)('a' + i)}?\", \"chosen\": \" {(char)('b' + i)}!\", \"rejected\": \" no\"}}\n")));
    }

    public string Root => small.Root;

    /// <summary>The model's folder.</summary>
    public string Model => small.Model;

    /// <summary>20 completions, with a line for each.</summary>
    public string Examples => PathOf("examples.jsonl");

    /// <summary>20 preferences with the same prompts, which like an answer with a mark better than "no".</summary>
    public string Pairs => PathOf("pairs.jsonl");

    /// <summary>The folder of a run.</summary>
    public string Run => PathOf("run");

    /// <summary>Runs gpt2 tune sft with the model.</summary>
    public CommandRun Tune(params string[] args) => CommandRun.Of(["tune", "sft", .. args, "--model", Model]);

    /// <summary>Runs a command line, which is asked to stop when it has reported a step; returns its exit code and its log.</summary>
    public static (int ExitCode, string Log) StopAfter(int step, params string[] args)
    {
        using var cancellation = new CancellationTokenSource();
        var log = new StoppingWriter($"step {step}/", cancellation);
        var io = new CommandIo(
            null, new StringWriter(), log, InIsTerminal: false, OutIsTerminal: false, ErrorIsTerminal: false, Color: false, cancellation.Token)
        {
            Clock = new FakeTimeProvider(),
        };
        return (Gpt2Command.Run([.. args, "--report-every", "1"], io), log.ToString());
    }

    /// <summary>The files of a run by name, as text.</summary>
    public SortedDictionary<string, string> Files(string run) => new(
        Directory.EnumerateFiles(PathOf(run)).ToDictionary(path => Path.GetFileName(path), File.ReadAllText), StringComparer.Ordinal);

    public string PathOf(string name) => small.PathOf(name);

    public void Dispose() => small.Dispose();

    private sealed class StoppingWriter(string beginning, CancellationTokenSource cancellation) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.StartsWith(beginning, StringComparison.Ordinal) == true)
            {
                cancellation.Cancel();
            }
        }
    }
}
