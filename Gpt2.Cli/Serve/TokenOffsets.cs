// The API reports where each token begins in the text.

using System.Text;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Serve;

/// <summary>
/// Counts the code points before each token of a text. A token inside a character begins where the character does.
/// </summary>
/// <param name="vocabulary">The bytes of the tokens.</param>
/// <param name="start">Where the first token begins.</param>
internal sealed class TokenOffsets(Vocabulary vocabulary, int start)
{
    private readonly StreamingDecoder decoder = new(vocabulary);
    private int next = start;

    /// <summary>Takes the next token and returns where it begins.</summary>
    public int Push(int id)
    {
        int offset = next;
        next += Length(decoder.Push(id));
        return offset;
    }

    /// <summary>The number of code points in a text; half of a surrogate pair counts as one.</summary>
    public static int Length(string text)
    {
        int count = 0;
        foreach (Rune _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }
}
