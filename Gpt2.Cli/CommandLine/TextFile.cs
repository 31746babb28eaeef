// A whole text to learn from or to evaluate on: a UTF-8 file, or standard input for '-'.

using System.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Text;

namespace Gpt2.Cli.CommandLine;

/// <summary>The argument FILE.</summary>
internal static class TextFile
{
    /// <summary>The path that stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Maximum bytes of a text: no more characters fit into a string.</summary>
    public const int LongestText = 1_000_000_000;

    /// <summary>Maximum bytes of a prompt: more tokens than any model's context.</summary>
    public const int LongestPrompt = 1 << 20;

    public static Argument<string> Argument(string description) => new("file")
    {
        Description = description + " UTF-8; - is standard input.",
        HelpName = "FILE",
    };

    public static bool IsStandardInput(string path) => path == StandardInput;

    /// <summary>The name in error messages.</summary>
    public static string NameOf(string path) => path == StandardInput ? "standard input" : path;

    /// <summary>
    /// Reads the whole text, and rejects what cannot be learned from: an empty text, or a binary file.
    /// </summary>
    /// <exception cref="Gpt2Exception">It is missing, cannot be read, is empty, or is not text.</exception>
    public static string ReadToLearnFrom(string path, CommandIo io)
    {
        string text = Read(path, io);
        if (text.Length == 0)
        {
            throw new Gpt2Exception("the text is empty") { Where = NameOf(path), Expected = "words to learn from" };
        }

        int zero = text.IndexOf('\0', StringComparison.Ordinal);
        return zero < 0
            ? text
            : throw new Gpt2Exception($"found a zero byte after {zero} characters")
            {
                Where = NameOf(path),
                Expected = "a text and not a binary file",
            };
    }

    /// <summary>Reads the whole text, without its byte-order mark.</summary>
    /// <param name="path">The file, or '-'.</param>
    /// <param name="io">Provides standard input.</param>
    /// <param name="most">The maximum number of bytes.</param>
    /// <param name="expected">What the text should be, for messages.</param>
    /// <exception cref="Gpt2Exception">It is missing, cannot be read, is too long, or is not UTF-8 text.</exception>
    public static string Read(string path, CommandIo io, int most = LongestText, string expected = "a text")
    {
        using InputBytes input = IsStandardInput(path) ? InputBytes.OfStandardInput(io) : InputBytes.OfFile(path, io);
        return StrictUtf8.Decode(input.ReadAll(most, expected).Span, input.Name);
    }
}
