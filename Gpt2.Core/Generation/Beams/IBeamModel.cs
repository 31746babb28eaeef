// What beam search needs of a model; a table of distributions will do.

namespace Gpt2.Core.Generation.Beams;

/// <summary>Gives the next token's logits for several texts at once. It begins with one text, the prompt.</summary>
internal interface IBeamModel
{
    /// <summary>Logits of the token after a beam; valid until the next <see cref="Extend"/>. // [vocabulary]</summary>
    public ReadOnlySpan<float> Logits(int beam);

    /// <summary>
    /// Beam i becomes the former beam parents[i] followed by tokens[i]; afterwards there are as many beams as tokens.
    /// </summary>
    /// <param name="parents">Beams of the previous step, in any order; one may have several children or none.</param>
    /// <param name="tokens">One id for each parent.</param>
    public void Extend(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens);
}
