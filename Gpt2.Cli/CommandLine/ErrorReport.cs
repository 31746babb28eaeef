// Reports an error: as one line on standard error, or one JSON object with --json, and as an exit code.

using Gpt2.Cli.Output;
using Gpt2.Core;

namespace Gpt2.Cli.CommandLine;

/// <summary>Turns exceptions into a line and an exit code.</summary>
internal static class ErrorReport
{
    public static int Of(Exception exception, bool json, bool verbose, CommandIo io)
    {
        if (exception is NobodyReadsException)
        {
            return ExitCode.NobodyReads;
        }

        (int exitCode, string code, string message) = exception switch
        {
            OperationCanceledException => (ExitCode.Cancelled, "cancelled", "cancelled"),
            UsageException => (ExitCode.WrongUsage, "usage", exception.Message),
            Gpt2Exception or OutputFailedException => (ExitCode.Failed, "failed", exception.Message),
            IOException or UnauthorizedAccessException => (ExitCode.Failed, "failed", exception.Message),
            OutOfMemoryException => (ExitCode.Failed, "failed", "not enough memory for this model: close other programs or take a smaller one"),
            _ => (ExitCode.Failed, "internal", $"internal error: {exception.Message} (please report it with the output of --verbose)"),
        };

        io.Out.Flush();
        string line = VisibleText.Of(message.ReplaceLineEndings(" "));
        if (json)
        {
            Gpt2Exception? parts = exception as Gpt2Exception ?? (exception as UsageException)?.Problem;
            JsonShapes.Write(
                new ErrorResult(new ErrorDetail(line, code, parts?.Where?.ToString(), parts?.Found, parts?.Expected, parts?.Remedy)), io.Error);
        }
        else
        {
            io.Note($"gpt2: {line}");
        }

        bool wasAskedTo = exception is OperationCanceledException && io.Cancellation.IsCancellationRequested;
        if (verbose && !wasAskedTo)
        {
            io.Error.WriteLine(exception.ToString());
        }

        return exitCode;
    }
}
