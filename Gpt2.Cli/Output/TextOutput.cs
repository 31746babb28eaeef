// What a command writes to a file, which then exists as a whole or not at all; a text may go to standard output instead.

using System.Text;
using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Files;

namespace Gpt2.Cli.Output;

/// <summary>The target of --out FILE, --svg FILE and similar options.</summary>
internal sealed class TextOutput : IDisposable
{
    private const string StandardOutput = "-";

    private readonly CommandIo io;
    private readonly OutputFile? file;
    private readonly string? replaced;

    /// <summary>Creates the file, so that one that cannot be written fails before the work is done.</summary>
    /// <param name="target">The file, or '-'.</param>
    /// <param name="io">Where the command writes.</param>
    /// <param name="read">Files and folders that the command reads, which must not be replaced; null for none.</param>
    /// <exception cref="Gpt2Exception">It cannot be written.</exception>
    /// <exception cref="UsageException">It is one of those that are read.</exception>
    public TextOutput(string target, CommandIo io, params string?[] read)
    {
        this.io = io;
        if (!IsStandardOutput(target))
        {
            OutputTarget.RequireNotRead(target, Directory.Exists(target) ? [] : read);
            replaced = File.Exists(target) && RegularFile.Otherwise(target) is null ? target : null;
            file = new OutputFile(target, io.Cancellation);
        }
    }

    /// <summary>
    /// Whether a target is standard output. With /dev/stdout, the command's report would go there too.
    /// </summary>
    public static bool IsStandardOutput(string? target) => target is StandardOutput or "/dev/stdout";

    /// <summary>Rejects a target without a name, and --json if the text itself goes to standard output.</summary>
    /// <exception cref="UsageException">It is one of these.</exception>
    public static void Require(string? target, bool json, string option)
    {
        if (target is not null && string.IsNullOrWhiteSpace(target))
        {
            throw new UsageException("found no name", where: option, expected: "a file");
        }

        if (json && IsStandardOutput(target))
        {
            throw new UsageException($"--json describes a file: name it with {option} FILE");
        }
    }

    /// <summary>Writes the whole text; only then does a file appear.</summary>
    /// <exception cref="Gpt2Exception">It cannot be written.</exception>
    public void Write(Action<TextWriter> write)
    {
        if (file is null)
        {
            write(io.Out);
            return;
        }

        WriteBytes(stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
            write(writer);
        });
    }

    /// <summary>Writes a whole file that is not a text; only then does it appear.</summary>
    /// <exception cref="Gpt2Exception">It cannot be written.</exception>
    /// <exception cref="InvalidOperationException">The target is standard output.</exception>
    public void WriteBytes(Action<Stream> write)
    {
        OutputFile target = file ?? throw new InvalidOperationException("the target is standard output, expected a file");
        target.Write(write);
        target.Commit();
        if (replaced is not null)
        {
            io.Note($"note: {replaced} existed and was replaced");
        }
    }

    public void Dispose() => file?.Dispose();
}
