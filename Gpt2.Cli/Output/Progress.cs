// A progress bar on standard error if that is a terminal with colours; otherwise a line from time to time.

using System.Diagnostics;
using Gpt2.Cli.CommandLine;
using Gpt2.Core.Weights.Download;
using Spectre.Console;

namespace Gpt2.Cli.Output;

/// <summary>Runs work that takes a while.</summary>
internal static class Progress
{
    /// <summary>Below this share no time left is shown: the first pieces may be the smallest.</summary>
    private const double MinShareShown = 0.01;

    /// <summary>Below this width a bar and the time left would be broken.</summary>
    private const int RoomForABar = 70;

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
            .Columns(ColumnsFor(io.ErrorWidth))
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: 1);
                task.IsIndeterminate = true; // until there is a share
                result = work(new Direct<double>(share =>
                {
                    task.IsIndeterminate = share < MinShareShown;
                    task.Value = share;
                }));
            });
        return result;
    }

    /// <summary>
    /// Runs a download: a line for each file with bytes received, speed and time left; notes are above them.
    /// </summary>
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
            .Columns([.. ColumnsFor(io.ErrorWidth).Where(column => column is not RemainingTimeColumn)])
            .Start(context =>
            {
                var lines = new TransferLines(context);
                result = work(lines, text => console.WriteLine(text));
            });
        return result;
    }

    /// <summary>The columns that fit on a screen: always the title and the share done.</summary>
    internal static ProgressColumn[] ColumnsFor(int? width) => width < RoomForABar
        ? [new TaskDescriptionColumn { Alignment = Justify.Left }, new PercentageColumn()]
        : [new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()];

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

    /// <summary>Reports on the caller's thread, so that reports are in the order of the work.</summary>
    private sealed class Direct<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
