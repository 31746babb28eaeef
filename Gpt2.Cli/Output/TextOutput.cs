// A text that a command writes to a file, which then exists as a whole or not at all, or to standard output.

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

    /// <summary>Creates the file, so that one that cannot be written fails before the work is done.</summary>
    /// <param name="target">The file, or '-'.</param>
    /// <param name="io">Where the command writes.</param>
    /// <param name="read">Files and folders that the command reads, which must not be replaced; null for none.</param>
    /// <exception cref="Gpt2Exception">It cannot be written.</exception>
    /// <exception cref="UsageException">It is one of those that are read.</exception>
    public TextOutput(string target, CommandIo io, params string?[] read)
    {
        this.io = io;
        if (!IsStandardOutput(target) && read.Any(path => path is not null && Replaces(target, path)))
        {
            throw new UsageException($"{target}: the command reads this file; choose another to write");
        }

        file = IsStandardOutput(target) ? null : new OutputFile(target, io.Cancellation);
    }

    /// <summary>
    /// Whether a target is standard output. With /dev/stdout, the command's report would go there too.
    /// </summary>
    public static bool IsStandardOutput(string? target) => target is StandardOutput or "/dev/stdout";

    /// <summary>Rejects --json if the text itself goes to standard output.</summary>
    /// <exception cref="UsageException">It does.</exception>
    public static void RefuseWithJson(string? target, bool json, string option)
    {
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

        file.Write(stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
            write(writer);
        });
        file.Commit();
    }

    public void Dispose() => file?.Dispose();

    /// <summary>Whether a target is a file that is read, or in a folder that is.</summary>
    private static bool Replaces(string target, string read)
    {
        string written = FinalPath.Of(target), source = FinalPath.Of(Path.TrimEndingDirectorySeparator(read));
        return written == source || (File.Exists(written) && written.StartsWith(source + Path.DirectorySeparatorChar, StringComparison.Ordinal));
    }
}
