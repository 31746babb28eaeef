// The loss of a text token by token: what each cost, and the mean and the perplexity so far.

using Gpt2.Core.Generation;
using Gpt2.Core.Model;

namespace Gpt2.Core.Evaluation;

/// <summary>What one token of a text cost.</summary>
/// <param name="Position">Its position in the text.</param>
/// <param name="Id">The token.</param>
/// <param name="Loss">−ln p, in nats, where p is the probability it had after the tokens before it.</param>
/// <param name="Rank">Its rank among all tokens there: 1 is the most probable.</param>
/// <param name="Best">The most probable token there.</param>
/// <param name="BestProbability">Its probability.</param>
/// <param name="Mean">The mean loss of the scored tokens up to this one.</param>
internal readonly record struct TokenLoss(int Position, int Id, double Loss, int Rank, int Best, double BestProbability, double Mean)
{
    /// <summary>p.</summary>
    public double Probability => Math.Exp(-Loss);

    /// <summary>e^mean.</summary>
    public double Perplexity => CrossEntropy.Perplexity(Mean);
}

/// <summary>Scores the tokens of a text that fits into the context.</summary>
internal static class TokenLosses
{
    /// <summary>Scores every token from some position on. The first token has nothing before it that could predict it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ids">2 to n_ctx tokens.</param>
    /// <param name="first">The first token that is scored, at least 1.</param>
    /// <param name="breakpoint">Where to stop an attached debugger, or null.</param>
    /// <exception cref="Gpt2Exception">
    /// There are too few or too many tokens, an id is outside the vocabulary, or the model's output is not a distribution.
    /// </exception>
    public static TokenLoss[] Of(Gpt2Model model, ReadOnlySpan<int> ids, int first = 1, StepBreakpoint? breakpoint = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, 1);
        model.CheckPrompt(ids, past: 0);
        if (ids.Length <= first)
        {
            throw new Gpt2Exception($"the text has {Plural.Of(ids.Length, "token")}")
            {
                Expected = $"at least {first + 1}, since nothing predicts the first one",
            };
        }

        var a = new ForwardActivations(model.Config, headRows: HeadRows.All, breakpoint: breakpoint);
        model.Forward(ids, cache: null, a);
        var losses = new TokenLoss[ids.Length - first];
        double total = 0;
        for (int position = first; position < ids.Length; position++)
        {
            ReadOnlySpan<float> logits = a.Logits.Row(position - 1);
            int id = ids[position], best = Greedy.Choose(logits), place = position - first;
            double loss = CrossEntropy.OfToken(logits, id);
            total += loss;
            losses[place] = new TokenLoss(
                position, id, loss, LogProbabilities.Rank(logits, id), best, Math.Exp(-CrossEntropy.OfToken(logits, best)), total / (place + 1));
        }

        return losses;
    }

    /// <summary>The running means of losses: the mean of the first, of the first two, and so on.</summary>
    public static double[] RunningMeans(IEnumerable<double> losses)
    {
        double total = 0;
        return [.. losses.Select((loss, place) => (total += loss) / (place + 1))];
    }
}
