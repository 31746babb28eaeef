// Explains the letters in which merges are written: one for each byte, even for bytes that are not letters.

using System.Globalization;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Output;

/// <summary>Collects the bytes that are shown, and explains those whose letters do not stand for themselves.</summary>
internal sealed class ByteLetters
{
    /// <summary>Maximum number of examples.</summary>
    private const int Examples = 4;

    private readonly SortedSet<byte> seen = [];

    /// <summary>Adds the bytes shown.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            bool printsItself = value is > (byte)' ' and < 0x7F;
            if (!printsItself)
            {
                seen.Add(value);
            }
        }
    }

    /// <summary>One line; null if every letter stands for itself.</summary>
    public string? Explanation()
    {
        if (seen.Count == 0)
        {
            return null;
        }

        string[] examples = [.. seen.Take(Examples).Select(value => string.Create(
            CultureInfo.InvariantCulture, $"{ByteAlphabet.CharOf(value)} is {(value == ' ' ? "the space" : $"byte {value:X2}")}"))];
        return $"Merges join bytes, each shown as a letter: {string.Join(", ", examples)}{(seen.Count > Examples ? ", …" : "")}";
    }
}
