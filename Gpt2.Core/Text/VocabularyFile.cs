// Reads and writes vocab.bpe: a version line, then one merge "left right" per line in the byte alphabet.

using System.Text;
using System.Text.RegularExpressions;

namespace Gpt2.Core.Text;

/// <summary>Reads and writes vocab.bpe.</summary>
public static partial class VocabularyFile
{
    public const string FileName = "vocab.bpe";

    private const int LongestLine = 1 << 16;
    private const int LongestShown = 80;

    private const string Expected = "a vocabulary in the form of GPT-2's vocab.bpe";
    private const string VersionMark = "#version";
    private const string VersionLine = "#version: 0.2";

    private static readonly UTF8Encoding PlainUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Reads a vocabulary. Line ends may be LF, CRLF or CR, as in OpenAI's own reader; a byte-order mark and blank last
    /// lines are accepted. The first line may give the version or be a merge.
    /// </summary>
    /// <exception cref="Gpt2Exception">
    /// The file is missing, or a line is not a merge; the message gives the line.
    /// </exception>
    public static Vocabulary Read(string path)
    {
        string[] lines = ReadText(path).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').TrimEnd('\n').Split('\n');
        var builder = new VocabularyBuilder();
        for (int i = 0; i < lines.Length; i++)
        {
            bool isVersion = i == 0 && lines[i].StartsWith(VersionMark, StringComparison.Ordinal);
            if ((isVersion ? CheckVersion(lines[i]) : AddMerge(builder, lines[i])) is Gpt2Exception error)
            {
                throw WrongFile.Refusal(path, Expected) ?? new Gpt2Exception(error.Found)
                {
                    Where = new(path, i + 1),
                    Expected = error.Expected,
                    Remedy = i == 0 ? "name a vocab.bpe or a merges.txt; 'gpt2 train-tokenizer' makes one of a text"
                        : "a merge is lost or broken: take the file of the model",
                };
            }
        }

        return builder.Build();
    }

    /// <summary>The text of a file that belongs to a vocabulary.</summary>
    /// <exception cref="Gpt2Exception">The file is missing, far too large or not UTF-8.</exception>
    internal static string ReadText(string path)
    {
        byte[] bytes = RegularFile.ReadSmall(path, Expected);
        return StrictUtf8.FirstFault(bytes) is not null && WrongFile.Refusal(path, Expected) is Gpt2Exception refusal
            ? throw refusal
            : StrictUtf8.Decode(bytes, path);
    }

    /// <summary>Writes a vocabulary in the same form, with LF line ends.</summary>
    public static void Write(Vocabulary vocabulary, string path)
    {
        using var writer = new StreamWriter(path, append: false, PlainUtf8);
        Write(vocabulary, writer);
    }

    /// <summary>Writes a vocabulary in the same form to an open writer.</summary>
    public static void Write(Vocabulary vocabulary, TextWriter writer)
    {
        writer.Write(VersionLine + "\n");
        foreach (Merge merge in vocabulary.Merges)
        {
            writer.Write($"{vocabulary.WrittenForm(merge.Left)} {vocabulary.WrittenForm(merge.Right)}\n");
        }
    }

    private static Gpt2Exception? CheckVersion(string line) =>
        Version().IsMatch(line) ? null : Wrong(line, $"'{VersionLine}' and nothing else in this line");

    private static Gpt2Exception? AddMerge(VocabularyBuilder builder, string line)
    {
        string[] parts = line.Split(' ');
        return parts.Length == 2 && parts[0].Length > 0 && parts[1].Length > 0 && line.Length <= LongestLine
            ? builder.Add(parts[0], parts[1])
            : Wrong(line, "two tokens separated by one space");
    }

    private static Gpt2Exception Wrong(string line, string expected) =>
        new($"found '{(line.Length <= LongestShown ? line : line[..LongestShown] + "…")}'") { Expected = expected };

    /// <summary>The line as in OpenAI's file, or with the words that Hugging Face's tokenizers add to it.</summary>
    [GeneratedRegex(@"^#version: [0-9]+\.[0-9]+( - Trained by .*)?\z")]
    private static partial Regex Version();
}
