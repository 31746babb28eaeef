// A progress bar on standard error where that is a terminal; silence elsewhere.

using System.Diagnostics;
using Gpt2.Cli.CommandLine;
using Gpt2.Core.Weights.Download;
using Spectre.Console;

namespace Gpt2.Cli.Output;

/// <summary>Runs work that reports its share done.</summary>
internal static class Progress
{
    public static T Run<T>(string title, CommandIo io, Func<IProgress<double>?, T> work)
    {
        if (!io.ErrorIsTerminal || !io.Color)
        {
            return work(null);
        }

        T result = default!;
        io.ErrorConsole().Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: 1);
                result = work(new Direct(share => task.Value = share));
            });
        return result;
    }

    /// <summary>Runs a download: a line for each file with what has come, speed and time left; notes stand above them.</summary>
    public static T RunTransfers<T>(CommandIo io, Func<IProgress<TransferProgress>?, Action<string>, T> work)
    {
        if (!io.ErrorIsTerminal || !io.Color)
        {
            return work(null, io.Note);
        }

        T result = default!;
        IAnsiConsole console = io.ErrorConsole();
        console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .Start(context =>
            {
                var lines = new TransferLines(context);
                result = work(lines, text => console.WriteLine(text));
            });
        return result;
    }

    /// <summary>One task of the display per file.</summary>
    private sealed class TransferLines(ProgressContext context) : IProgress<TransferProgress>
    {
        private readonly Dictionary<string, (ProgressTask Task, TransferRate Rate)> lines = [];

        public void Report(TransferProgress value)
        {
            if (!lines.TryGetValue(value.File, out (ProgressTask Task, TransferRate Rate) line))
            {
                line = (context.AddTask(Markup.Escape(value.File)), new TransferRate());
                lines.Add(value.File, line);
            }

            line.Rate.Add(value.Done, Stopwatch.GetTimestamp());
            line.Task.IsIndeterminate = value.Size is null;
            line.Task.MaxValue = Math.Max(1, value.Size ?? value.Done);
            line.Task.Value = value.Done;
            line.Task.Description = Markup.Escape($"{value.File}  {line.Rate.Describe(value)}");
        }
    }

    /// <summary>Reports on the caller's thread: the order of reports is the order of work.</summary>
    private sealed class Direct(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
