// Evaluates a model on a text that may be longer than its context: windows slide over the ids, and every token is
// scored once. CrossEntropy computes the loss of a token; the caller reads and encodes the text.

using Gpt2.Core.Model;
using Gpt2.Core.Text;

namespace Gpt2.Core.Evaluation;

/// <summary>How well a model predicts a text.</summary>
/// <param name="Tokens">Tokens that were scored: all but the first.</param>
/// <param name="Loss">Their mean loss in nats.</param>
/// <param name="Bytes">
/// Bytes of the scored tokens; <c>&lt;|endoftext|&gt;</c> separates texts and does not count. Null if the ids have no
/// text.
/// </param>
/// <param name="Windows">Forward passes that were run.</param>
public sealed record EvaluationResult(int Tokens, double Loss, long? Bytes, int Windows)
{
    /// <summary>e^loss.</summary>
    public double Perplexity => CrossEntropy.Perplexity(Loss);

    /// <summary>
    /// The summed loss in bits per byte, by which models with different vocabularies can be compared; null if there are
    /// no bytes.
    /// </summary>
    public double? BitsPerByte => Bytes > 0 ? Loss * Tokens / Math.Log(2) / Bytes : null;
}

/// <summary>
/// Strided evaluation as in Hugging Face's guide "Perplexity of fixed-length models": windows of n_ctx tokens begin at
/// 0, stride, 2 · stride, … and the last one ends with the text. Each window scores those of its tokens that no window
/// before it has scored, each with everything before it in the window: after the first window, between n_ctx − stride
/// and n_ctx − 1 tokens. The first token of the text has nothing before it and is not scored.
/// </summary>
/// <remarks>
/// With a stride of n_ctx the windows do not overlap, and the first token of each has nothing before it in its window.
/// The guide's code leaves these out; here the end of the previous window predicts them, so that every token is scored
/// once at every stride.
/// </remarks>
public static class SlidingEvaluation
{
    /// <summary>The usual stride: half of the context, at least 1.</summary>
    public static int StandardStride(Gpt2Config config) => Math.Max(1, config.Context / 2);

    /// <summary>Evaluates a model on a text.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ids">At least two tokens.</param>
    /// <param name="stride">How far the window moves, 1 to n_ctx: small is exact and slow, large the reverse.</param>
    /// <param name="vocabulary">Gives the tokens' bytes; null if they have none.</param>
    /// <param name="progress">Receives the share of tokens scored; or null.</param>
    /// <param name="cancellation">Stops between windows.</param>
    /// <exception cref="Gpt2Exception">
    /// There are fewer than two tokens, the stride is not in 1 … n_ctx, an id is outside the vocabulary, or the model's
    /// output is not a distribution.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static EvaluationResult Run(
        Gpt2Model model, ReadOnlySpan<int> ids, int stride, Vocabulary? vocabulary = null, IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        int context = model.Config.Context;
        if (stride < 1 || stride > context)
        {
            throw new Gpt2Exception($"the stride is {stride}") { Expected = $"1 to n_ctx = {context}" };
        }

        if (ids.Length < 2)
        {
            throw new Gpt2Exception($"the text has {Plural.Of(ids.Length, "token")}") { Expected = "at least 2, since the first one is not scored" };
        }

        var activations = new ForwardActivations(model.Config, headRows: HeadRows.All);
        double total = 0;
        int scored = 1; // number of tokens that are done
        int windows = 0;
        for (int begin = 0; scored < ids.Length; begin += stride)
        {
            cancellation.ThrowIfCancellationRequested();
            int end = Math.Min(begin + context, ids.Length);
            model.Forward(ids[begin..end], cache: null, activations);

            int scoredEnd = stride == context ? Math.Min(end + 1, ids.Length) : end;
            for (; scored < scoredEnd; scored++)
            {
                total += CrossEntropy.OfToken(activations.Logits.Row(scored - 1 - begin), ids[scored]);
            }

            windows++;
            progress?.Report((double)scored / ids.Length);
        }

        int tokens = ids.Length - 1;
        return new EvaluationResult(tokens, total / tokens, vocabulary is null ? null : BytesOf(ids[1..], vocabulary), windows);
    }

    private static long BytesOf(ReadOnlySpan<int> ids, Vocabulary vocabulary)
    {
        long bytes = 0;
        foreach (int id in ids)
        {
            bytes += id == vocabulary.EndOfText ? 0 : vocabulary.BytesOf(id).Length;
        }

        return bytes;
    }
}
