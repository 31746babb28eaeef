// The text of a completion as it grows: whole characters, up to the first stop string.

using Gpt2.Core.Text;

namespace Gpt2.Core.Generation;

/// <summary>Turns tokens into pieces of text that may be shown at once.</summary>
/// <param name="vocabulary">The bytes of the tokens.</param>
/// <param name="stops">Stop strings, none empty.</param>
internal sealed class CompletionText(Vocabulary vocabulary, IReadOnlyList<string> stops)
{
    private readonly StreamingDecoder decoder = new(vocabulary);
    private readonly StopStrings stopStrings = new(stops);

    /// <summary>Whether a stop string has been found: the text has ended.</summary>
    public bool Stopped => stopStrings.Found;

    /// <summary>Returns the text that may be shown with this token.</summary>
    /// <exception cref="Gpt2Exception">The id is outside the vocabulary.</exception>
    public string Push(int id) => stopStrings.Push(decoder.Push(id));

    /// <summary>Returns the text still held back, at the end; part of a character becomes U+FFFD.</summary>
    public string Flush()
    {
        string rest = stopStrings.Push(decoder.Flush());
        return stopStrings.Found ? rest : rest + stopStrings.Flush();
    }
}
