// Reads and writes vocab.bpe: a version line, then one merge "left right" per line in the byte alphabet.

using System.Text;

namespace Gpt2.Core.Text;

/// <summary>The file vocab.bpe.</summary>
public static class VocabularyFile
{
    public const string FileName = "vocab.bpe";

    /// <summary>No vocabulary comes near this; a file that is larger is none.</summary>
    private const long LargestFile = 1 << 26;

    private const int LongestLine = 1 << 16;
    private const int LongestShown = 80;

    private const string VersionMark = "#version";
    private const string VersionLine = "#version: 0.2";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a vocabulary. Line ends may be LF or CRLF; a byte-order mark and blank last lines are accepted.</summary>
    /// <exception cref="Gpt2Exception">The file is missing or a line is not a merge; the message names the line.</exception>
    public static Vocabulary Read(string path)
    {
        RequireSize(path);
        string[] lines;
        try
        {
            lines = File.ReadAllText(path, StrictUtf8).TrimEnd('\r', '\n').Split('\n');
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new Gpt2Exception($"{path}: no such file, expected a vocabulary in the form of GPT-2's vocab.bpe", e);
        }
        catch (DecoderFallbackException e)
        {
            throw new Gpt2Exception($"{path}: not UTF-8 text, expected a vocabulary in the form of GPT-2's vocab.bpe", e);
        }

        var builder = new VocabularyBuilder();
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].TrimEnd('\r');
            if (i == 0 && line.StartsWith(VersionMark, StringComparison.Ordinal))
            {
                continue;
            }

            string[] parts = line.Split(' ');
            string? error = parts.Length == 2 && parts[0].Length > 0 && parts[1].Length > 0 && line.Length <= LongestLine
                ? builder.Add(parts[0], parts[1])
                : $"found '{(line.Length <= LongestShown ? line : line[..LongestShown] + "…")}', expected two tokens separated by one space";
            if (error is not null)
            {
                throw new Gpt2Exception($"{path} line {i + 1}: {error}");
            }
        }

        return builder.Build();
    }

    /// <summary>Refuses a file that is far larger than any vocabulary, before it is read.</summary>
    /// <exception cref="Gpt2Exception">It is.</exception>
    internal static void RequireSize(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > LargestFile and long length })
        {
            throw new Gpt2Exception($"{path}: found {length} bytes, expected a vocabulary, which is far smaller: is it another file? Take the one of the model");
        }
    }

    /// <summary>Writes a vocabulary in the same form, with LF line ends.</summary>
    public static void Write(Vocabulary vocabulary, string path)
    {
        using var writer = new StreamWriter(path, append: false, StrictUtf8);
        Write(vocabulary, writer);
    }

    /// <summary>Writes a vocabulary in the same form to what is open already.</summary>
    public static void Write(Vocabulary vocabulary, TextWriter writer)
    {
        writer.Write(VersionLine + "\n");
        foreach (Merge merge in vocabulary.Merges)
        {
            writer.Write($"{vocabulary.WrittenForm(merge.Left)} {vocabulary.WrittenForm(merge.Right)}\n");
        }
    }
}
