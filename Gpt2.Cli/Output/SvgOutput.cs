// --svg: a picture in a file beside the result of a command, or the picture alone on standard output. All commands that draw do the same.

using System.CommandLine;
using Gpt2.Cli.CommandLine;

namespace Gpt2.Cli.Output;

/// <summary>The target of --svg; nothing is drawn without one.</summary>
internal sealed class SvgOutput : IDisposable
{
    private const string Name = "--svg";

    private readonly CommandIo io;
    private readonly string? target;
    private readonly TextOutput? output;

    /// <summary>Creates the file, so that one that cannot be written fails before the work is done.</summary>
    /// <param name="target">What <see cref="Target"/> returned.</param>
    /// <param name="io">Where the command writes.</param>
    /// <param name="read">Files and folders that the command reads, which must not be replaced; null for none.</param>
    /// <exception cref="Core.Gpt2Exception">It cannot be written.</exception>
    /// <exception cref="UsageException">It is one of those that are read.</exception>
    public SvgOutput(string? target, CommandIo io, params string?[] read)
    {
        this.target = target;
        this.io = io;
        output = target is null ? null : new TextOutput(target, io, read);
    }

    /// <summary>The option.</summary>
    /// <param name="what">What is drawn.</param>
    /// <param name="more">What else there is to say about it, in sentences.</param>
    public static Option<string?> Option(string what, string? more = null) => new(Name)
    {
        Description = $"Draw {what} into this file; - is standard output." + (more is null ? "" : "\n" + more),
        HelpName = "FILE",
    };

    /// <summary>The target: a file, - for standard output, or null.</summary>
    /// <exception cref="UsageException">It has no name, or picture and JSON would both go to standard output.</exception>
    public static string? Target(ParseResult parsed, Option<string?> option, bool json)
    {
        string? target = parsed.GetValue(option);
        TextOutput.Require(target, json, Name);
        return target;
    }

    /// <summary>Draws the picture, and then writes the result unless the picture has gone to standard output.</summary>
    /// <param name="draw">Draws it.</param>
    /// <param name="report">Writes the result.</param>
    /// <param name="what">What the file is, for a note after the result.</param>
    public void Write(Func<string> draw, Action report, string what)
    {
        output?.Write(writer => writer.Write(draw()));
        if (TextOutput.IsStandardOutput(target))
        {
            return;
        }

        report();
        if (output is not null)
        {
            io.Note($"{target}: {what}");
        }
    }

    public void Dispose() => output?.Dispose();
}
