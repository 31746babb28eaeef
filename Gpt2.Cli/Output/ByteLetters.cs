// What the letters mean with which merges are written: one for each byte, also for bytes that are no letters.

using System.Globalization;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Output;

/// <summary>Collects the bytes that are shown, and explains those whose letters say something else.</summary>
internal sealed class ByteLetters
{
    /// <summary>So many tell what is meant.</summary>
    private const int Examples = 4;

    private readonly SortedSet<byte> seen = [];

    /// <summary>Adds what is shown.</summary>
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

    /// <summary>One line; null where every letter stands for itself.</summary>
    public string? Explanation()
    {
        if (seen.Count == 0)
        {
            return null;
        }

        string[] examples = [.. seen.Take(Examples).Select(value => string.Create(
            CultureInfo.InvariantCulture, $"{ByteAlphabet.CharOf(value)} is {(value == ' ' ? "the space" : $"byte {value:X2}")}"))];
        return $"Merges join bytes, and a letter stands for each: {string.Join(", ", examples)}{(seen.Count > Examples ? ", …" : "")}";
    }
}
