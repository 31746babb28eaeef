// A progress bar on standard error where that is a terminal; silence elsewhere.

using Gpt2.Cli.CommandLine;
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

    /// <summary>Reports on the caller's thread: the order of reports is the order of work.</summary>
    private sealed class Direct(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
