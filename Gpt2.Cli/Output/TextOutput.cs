// A text that a command writes as one file: a file that is there whole or not at all, or standard output.

using System.Text;
using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Files;

namespace Gpt2.Cli.Output;

/// <summary>What --out FILE, --svg FILE and the like name.</summary>
internal sealed class TextOutput : IDisposable
{
    private const string StandardOutput = "-";

    private readonly CommandIo io;
    private readonly OutputFile? file;

    /// <summary>Makes the file, so that what cannot be written fails before work is done for it.</summary>
    /// <exception cref="Gpt2Exception">It cannot be written.</exception>
    public TextOutput(string target, CommandIo io)
    {
        this.io = io;
        file = IsStandardOutput(target) ? null : new OutputFile(target, io.Cancellation);
    }

    /// <summary>Whether a target is standard output. What is known by its device would else get the command's report, too.</summary>
    public static bool IsStandardOutput(string? target) => target is StandardOutput or "/dev/stdout";

    /// <summary>Refuses --json where the text itself goes to standard output.</summary>
    /// <exception cref="UsageException">It does.</exception>
    public static void RefuseWithJson(string? target, bool json, string option)
    {
        if (json && IsStandardOutput(target))
        {
            throw new UsageException($"--json tells about a file: name it with {option} FILE");
        }
    }

    /// <summary>Writes the text, whole; a file then appears.</summary>
    /// <exception cref="Gpt2Exception">It cannot be written.</exception>
    public void Write(Action<TextWriter> write)
    {
        if (file is null)
        {
            write(io.Out);
            return;
        }

        file.Write(stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
            write(writer);
        });
        file.Commit();
    }

    public void Dispose() => file?.Dispose();
}
