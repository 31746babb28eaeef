// Text that is read line by line. The bytes are split first and decoded afterwards, so that a line that is not text
// does not affect the lines around it.

using System.Buffers;
using System.Text;
using Gpt2.Core;
using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Cli.CommandLine;

/// <summary>Lines of an input. After an error, the next call reads the following line.</summary>
/// <param name="input">The source of the lines.</param>
/// <param name="longest">The maximum number of bytes in a line.</param>
internal sealed class InputLines(InputBytes input, int longest)
{
    private readonly byte[] piece = new byte[1 << 12];
    private readonly ArrayBufferWriter<byte> line = new();
    private int next, end;
    private bool ended, skipping;

    /// <summary>The number of the last line that was read or rejected, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>The place of that line in errors.</summary>
    public ErrorPlace Place => new(input.Name, Number);

    /// <summary>The next line without its end, LF or CRLF; null if there is none.</summary>
    /// <exception cref="Gpt2Exception">It is not UTF-8, too long, or cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C was pressed.</exception>
    public string? Next()
    {
        bool whole = Collect();
        if (!whole && line.WrittenCount == 0)
        {
            return null;
        }

        Number++;
        if (line.WrittenCount > longest)
        {
            skipping = !whole;
            throw new Gpt2Exception(Invariant($"found more than {longest:N0} bytes")) { Where = Place, Expected = "a line of at most that" };
        }

        return Decode(line.WrittenSpan);
    }

    /// <summary>Collects bytes up to the end of a line, or until they are too many.</summary>
    /// <returns>Whether the end was found.</returns>
    private bool Collect()
    {
        line.ResetWrittenCount();
        while (line.WrittenCount <= longest)
        {
            if (next == end)
            {
                if (ended)
                {
                    return false;
                }

                ended = true; // even if reading fails, since it would fail again
                (next, end) = (0, input.Read(piece));
                ended = end == 0;
                continue;
            }

            ReadOnlySpan<byte> come = piece.AsSpan(next, end - next);
            int lineFeed = come.IndexOf((byte)'\n');
            int taken = lineFeed < 0 ? come.Length : lineFeed;
            if (!skipping)
            {
                line.Write(come[..taken]);
            }

            next += lineFeed < 0 ? taken : taken + 1;
            if (lineFeed >= 0 && !skipping)
            {
                return true;
            }

            skipping &= lineFeed < 0;
        }

        return false;
    }

    private string Decode(ReadOnlySpan<byte> bytes)
    {
        if (StrictUtf8.FirstFault(bytes) is int fault)
        {
            throw StrictUtf8.Refusal(input.Name, Number, bytes, fault);
        }

        if (Number == 1 && bytes.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        }

        return Encoding.UTF8.GetString(bytes.EndsWith("\r"u8) ? bytes[..^1] : bytes);
    }
}
