// If a prompt is echoed with log-probabilities, the model must score its tokens. This is done in parts, so that other
// requests have their turns in between.

using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Serve;

/// <summary>Computes the log-probabilities of the tokens of prompts.</summary>
internal sealed class PromptScores(Gpt2Model model, Vocabulary vocabulary)
{
    /// <summary>The number of rows computed at once; each has a logit for every token of the vocabulary.</summary>
    private const int Part = 32;

    /// <summary>Scores a prompt.</summary>
    /// <param name="ids">1 to n_ctx ids.</param>
    /// <param name="alternatives">How many alternatives to report for each token.</param>
    /// <param name="cancellation">Checked before each part.</param>
    /// <returns>The details of all tokens in order, in parts, each computed when it is enumerated.</returns>
    public IEnumerable<IReadOnlyList<TokenDetail>> Of(int[] ids, int alternatives, CancellationToken cancellation)
    {
        var offsets = new TokenOffsets(vocabulary, 0);
        yield return [new TokenDetail(ids[0], offsets.Push(ids[0]), null, null)];

        int scored = ids.Length - 1; // the last token's logits are about the token after it
        if (scored == 0)
        {
            yield break;
        }

        var cache = new KeyValueCache(model.Config, scored);
        var activations = new ForwardActivations(model.Config, headRows: HeadRows.All);
        for (int first = 0; first < scored; first += Part)
        {
            cancellation.ThrowIfCancellationRequested();
            int rows = Math.Min(Part, scored - first);
            model.Forward(ids.AsSpan(first, rows), cache, activations);
            var details = new TokenDetail[rows];
            for (int row = 0; row < rows; row++)
            {
                ReadOnlySpan<float> logits = activations.Logits.Row(row); // [vocabulary]
                double logSumExp = LogProbabilities.LogSumExp(logits);
                int id = ids[first + row + 1];
                details[row] = new TokenDetail(
                    id, offsets.Push(id), logits[id] - logSumExp, LogProbabilities.Top(logits, logSumExp, alternatives));
            }

            yield return details;
        }
    }
}
