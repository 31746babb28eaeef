// Beam search once more, as plainly as can be written, and the search through all texts there are.

using Gpt2.Core.Generation.Beams;

namespace Gpt2.Tests.Core.Generation;

/// <summary>A text with its score.</summary>
internal sealed record PlainText(int[] Ids, double Sum, double Score);

internal static class PlainBeams
{
    /// <summary>Every continuation of every beam, sorted; never ends before the last step but by early stopping.</summary>
    public static PlainText[] Search(Func<int[], float[]> logitsAfter, BeamOptions options, int? end)
    {
        var finished = new List<PlainText>();
        List<PlainText> live = [new([], 0, 0)];
        for (int step = 1; step <= options.MaxNewTokens; step++)
        {
            PlainText[] all = [.. live.SelectMany(text => LogProbabilities(logitsAfter(text.Ids)).Select((value, id) =>
                Text([.. text.Ids, id], text.Sum + value, options)))];
            live = [];
            foreach ((PlainText text, int rank) in all.OrderByDescending(text => text.Sum).Select((text, rank) => (text, rank)))
            {
                if (live.Count == options.NumBeams)
                {
                    break;
                }

                if (text.Ids[^1] != end)
                {
                    live.Add(text);
                }
                else if (rank < options.NumBeams)
                {
                    finished.Add(text);
                }
            }

            if (options.EarlyStopping && finished.Count >= options.NumBeams)
            {
                return Best(finished, options);
            }
        }

        return Best([.. finished, .. live], options);
    }

    /// <summary>The best of all texts that end with the end of text or have the maximum number of tokens.</summary>
    public static PlainText Exhaustive(Func<int[], float[]> logitsAfter, BeamOptions options, int? end)
    {
        var all = new List<PlainText>();
        void Walk(int[] ids, double sum)
        {
            if (ids.Length > 0 && (ids.Length == options.MaxNewTokens || ids[^1] == end))
            {
                all.Add(Text(ids, sum, options));
                return;
            }

            double[] values = LogProbabilities(logitsAfter(ids));
            for (int id = 0; id < values.Length; id++)
            {
                Walk([.. ids, id], sum + values[id]);
            }
        }

        Walk([], 0);
        return Best(all, options)[0];
    }

    private static PlainText[] Best(List<PlainText> texts, BeamOptions options) =>
        [.. texts.OrderByDescending(text => text.Score).Take(options.Results)];

    private static PlainText Text(int[] ids, double sum, BeamOptions options) => new(ids, sum, sum / Math.Pow(ids.Length, options.LengthPenalty));

    private static double[] LogProbabilities(float[] logits)
    {
        double sum = Math.Log(logits.Sum(logit => Math.Exp(logit)));
        return [.. logits.Select(logit => logit - sum)];
    }
}
