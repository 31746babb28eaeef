// A whole text to learn from or to evaluate on: a UTF-8 file, or standard input for '-'.

using System.CommandLine;
using System.Text;
using Gpt2.Core;

namespace Gpt2.Cli.CommandLine;

/// <summary>The argument FILE.</summary>
internal static class TextFile
{
    /// <summary>The path that stands for standard input.</summary>
    public const string StandardInput = "-";

    public static Argument<string> Argument(string description) => new("file")
    {
        Description = description + " UTF-8; - is standard input.",
        HelpName = "FILE",
    };

    public static bool IsStandardInput(string path) => path == StandardInput;

    /// <summary>What an error message calls it.</summary>
    public static string NameOf(string path) => path == StandardInput ? "standard input" : path;

    /// <summary>Reads it whole, and refuses what cannot be learned from: an empty text, or a binary file.</summary>
    /// <exception cref="Gpt2Exception">It is missing, cannot be read, is empty, or is no text.</exception>
    public static string ReadToLearnFrom(string path, CommandIo io)
    {
        string text = Read(path, io);
        if (text.Length == 0)
        {
            throw new Gpt2Exception($"{NameOf(path)}: the text is empty, expected words to learn from");
        }

        int zero = text.IndexOf('\0', StringComparison.Ordinal);
        return zero < 0
            ? text
            : throw new Gpt2Exception($"{NameOf(path)}: found a zero byte after {zero} characters, expected a text and not a binary file");
    }

    /// <summary>Reads it whole; a byte-order mark is no part of it.</summary>
    /// <exception cref="Gpt2Exception">It is missing, cannot be read, or is not UTF-8 text.</exception>
    public static string Read(string path, CommandIo io)
    {
        try
        {
            if (path == StandardInput)
            {
                return io.In.ReadToEnd();
            }

            using var reader = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new Gpt2Exception($"{path}: no such file", e);
        }
        catch (DecoderFallbackException e)
        {
            throw new Gpt2Exception($"{NameOf(path)}: not UTF-8 text: convert it first", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Gpt2Exception($"{NameOf(path)}: cannot be read ({e.Message}); expected a text file", e);
        }
    }
}
