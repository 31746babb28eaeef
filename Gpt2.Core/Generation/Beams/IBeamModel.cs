// What beam search needs of a model. A table of distributions is one, too.

namespace Gpt2.Core.Generation.Beams;

/// <summary>Gives the next token's logits for several texts at once. Begins with one, the prompt.</summary>
internal interface IBeamModel
{
    /// <summary>Logits of the token after a beam; valid until the next <see cref="Extend"/>. // [vocabulary]</summary>
    public ReadOnlySpan<float> Logits(int beam);

    /// <summary>Beam i becomes what was beam parents[i], with tokens[i] after it. There will be as many beams as tokens.</summary>
    /// <param name="parents">Beams of the step before, in any order; one may have several children or none.</param>
    /// <param name="tokens">As many ids.</param>
    public void Extend(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens);
}
