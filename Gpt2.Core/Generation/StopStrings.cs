// Ends a text before the first stop string, even if it arrives in pieces: what may still become one is held back.

using System.Text;

namespace Gpt2.Core.Generation;

/// <summary>A stream of pieces of text that ends at a stop string.</summary>
/// <param name="stops">The stop strings, none empty; compared character by character.</param>
internal sealed class StopStrings(IReadOnlyList<string> stops)
{
    private readonly StringBuilder held = new();

    /// <summary>Whether a stop string has been found.</summary>
    public bool Found { get; private set; }

    /// <summary>
    /// Takes the next piece and returns what may be shown now: nothing that may still become a stop string, and nothing
    /// more after one was found. If a piece completes several, the one that begins first counts.
    /// </summary>
    public string Push(string piece)
    {
        if (Found || stops.Count == 0)
        {
            return Found ? "" : piece;
        }

        held.Append(piece);
        string text = held.ToString();
        int shown = text.Length;
        foreach (string stop in stops)
        {
            int at = text.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0)
            {
                Found = true;
                shown = Math.Min(shown, at);
            }
        }

        if (Found)
        {
            held.Clear();
            return text[..shown];
        }

        int kept = LongestBeginning(text);
        held.Remove(0, text.Length - kept);
        return text[..^kept];
    }

    /// <summary>Returns what is still held back, at the end of the stream.</summary>
    public string Flush()
    {
        string rest = held.ToString();
        held.Clear();
        return rest;
    }

    /// <summary>The length of the longest end of a text that is the beginning of a stop string.</summary>
    private int LongestBeginning(string text)
    {
        int longest = 0;
        foreach (string stop in stops)
        {
            for (int length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                {
                    longest = length;
                }
            }
        }

        return longest;
    }
}
