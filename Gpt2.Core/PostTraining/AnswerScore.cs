// How probable a model finds a given answer, whoever wrote it.

using Gpt2.Core.Model;

namespace Gpt2.Core.PostTraining;

internal static class AnswerScore
{
    /// <summary>
    /// The mean of the natural logarithms of the probabilities of an answer's tokens, each after those before it; null if the tokens
    /// to read, which are all but the last, exceed n_ctx.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="prompt">At least one token.</param>
    /// <param name="answer">At least one token.</param>
    /// <exception cref="Gpt2Exception">The model's output is not a distribution.</exception>
    public static double? MeanLogProbability(Gpt2Model model, IReadOnlyList<int> prompt, IReadOnlyList<int> answer)
    {
        TokenSequence sequence = TokenSequence.Of(prompt, answer);
        return sequence.Ids.Count > model.Config.Context
            ? null
            : new TokenPass(model.Config, forwardOnly: true).Forward(model, PaddedBatch.OfTargets([sequence]))[0].Average();
    }
}
