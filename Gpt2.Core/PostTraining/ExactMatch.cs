// How many questions a model answers exactly as their examples do. The loss says how probable the right words are; this says how
// often they are what the model writes.

using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;

namespace Gpt2.Core.PostTraining;

/// <summary>Right answers among all.</summary>
/// <param name="Right">Answers that are the same text as those of their examples.</param>
/// <param name="Asked">Number of examples.</param>
internal sealed record ExactMatch(int Right, int Asked)
{
    /// <summary>Tokens that an answer may have more than that of its example: the same text can be more tokens.</summary>
    private const int MoreTokens = 8;

    public double Share => (double)Right / Asked;

    /// <summary>
    /// Answers prompts greedily. An answer is right if it is the same text as that of the example, but for white space around
    /// it, and ends there with the token that ends a text.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="examples">The examples; of preferences, the chosen answer is the right one.</param>
    /// <param name="cancellation">Stops between answers.</param>
    public static ExactMatch Of(
        Gpt2Model model, Tokenizer tokenizer, IReadOnlyList<PreparedExample> examples, CancellationToken cancellation = default)
    {
        var right = new bool[examples.Count];
        model.Kernels.ForEach(examples.Count, example =>
        {
            cancellation.ThrowIfCancellationRequested();
            right[example] = Answer(model, tokenizer, examples[example]) is string answer
                && answer.Trim() == examples[example].Answers[0].Trim();
        });
        return new ExactMatch(right.Count(one => one), examples.Count);
    }

    /// <summary>Takes at most some of the examples, spread evenly over them.</summary>
    public static IReadOnlyList<PreparedExample> Some(IReadOnlyList<PreparedExample> examples, int most)
    {
        int taken = Math.Min(most, examples.Count);
        return [.. Enumerable.Range(0, taken).Select(number => examples[(int)((long)number * examples.Count / taken)])];
    }

    /// <summary>The answer of a model; null if it does not end in time.</summary>
    private static string? Answer(Gpt2Model model, Tokenizer tokenizer, PreparedExample example)
    {
        int end = tokenizer.Vocabulary.EndOfText, most = example.Sequences[0].Ids.Count - example.Prompt.Count + 1 + MoreTokens;
        var session = new GenerationSession(model, [.. example.Prompt], most, end);
        while (session.TryNext(out _))
        {
        }

        return session.FinishReason == FinishReason.Stop
            ? tokenizer.Decode([.. session.Ids.Skip(example.Prompt.Count).Where(id => id != end)])
            : null;
    }
}
