// A progress bar on standard error where that is a terminal; a line a while elsewhere.

using System.Diagnostics;
using Gpt2.Cli.CommandLine;
using Gpt2.Core.Weights.Download;
using Spectre.Console;

namespace Gpt2.Cli.Output;

/// <summary>Runs work that takes a while.</summary>
internal static class Progress
{
    /// <summary>Runs work that may report its share done.</summary>
    public static T Run<T>(string title, CommandIo io, Func<IProgress<double>, T> work)
    {
        if (!io.ErrorIsTerminal || !io.Color)
        {
            using var lines = new ProgressLines(title, io);
            return work(lines);
        }

        T result = default!;
        io.ErrorConsole().Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: 1);
                task.IsIndeterminate = true; // until there is a share
                result = work(new Direct<double>(share =>
                {
                    task.IsIndeterminate = false;
                    task.Value = share;
                }));
            });
        return result;
    }

    /// <summary>Runs a download: a line for each file with what has come, speed and time left; notes stand above them.</summary>
    public static T RunTransfers<T>(CommandIo io, Func<IProgress<TransferProgress>?, Action<string>, T> work)
    {
        if (!io.ErrorIsTerminal || !io.Color)
        {
            using var said = new ProgressLines("downloading", io);
            var rates = new Dictionary<string, TransferRate>();
            return work(new Direct<TransferProgress>(value => said.Report(DescriptionOf(value, rates))), io.Note);
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

    private static string DescriptionOf(TransferProgress value, Dictionary<string, TransferRate> rates)
    {
        if (!rates.TryGetValue(value.File, out TransferRate? rate))
        {
            rates.Add(value.File, rate = new TransferRate());
        }

        rate.Add(value.Done, Stopwatch.GetTimestamp());
        return $"{value.File}  {rate.Describe(value)}";
    }

    /// <summary>One task of the display per file.</summary>
    private sealed class TransferLines(ProgressContext context) : IProgress<TransferProgress>
    {
        private readonly Dictionary<string, ProgressTask> tasks = [];
        private readonly Dictionary<string, TransferRate> rates = [];

        public void Report(TransferProgress value)
        {
            if (!tasks.TryGetValue(value.File, out ProgressTask? task))
            {
                tasks.Add(value.File, task = context.AddTask(Markup.Escape(value.File)));
            }

            task.IsIndeterminate = value.Size is null;
            task.MaxValue = Math.Max(1, value.Size ?? value.Done);
            task.Value = value.Done;
            task.Description = Markup.Escape(DescriptionOf(value, rates));
        }
    }

    /// <summary>Reports on the caller's thread: the order of reports is the order of work.</summary>
    private sealed class Direct<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
