// --break: a step at which an attached debugger stops, and a note if none is attached.

using System.Diagnostics;
using Gpt2.Core.Model;

namespace Gpt2.Cli.CommandLine;

internal static class Breakpoints
{
    /// <summary>Reads the option's value; null if it was not given.</summary>
    /// <exception cref="Core.Gpt2Exception">It is not a step of the model.</exception>
    public static StepBreakpoint? Parse(string? text, Gpt2Config config, CommandIo io)
    {
        if (text is null)
        {
            return null;
        }

        var breakpoint = StepBreakpoint.Parse(text, config);
        if (!Debugger.IsAttached)
        {
            io.Note($"note: no debugger is attached, so nothing stops at {breakpoint}: start this with F5, see docs/debugging.md");
        }

        return breakpoint;
    }
}
