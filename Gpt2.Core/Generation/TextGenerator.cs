// Completions as a stream of tokens: GenerationSession's loop with text, log-probabilities, stop strings and several
// samples.

using System.Runtime.CompilerServices;
using Gpt2.Core.Model;
using Gpt2.Core.Text;

namespace Gpt2.Core.Generation;

/// <summary>Completes prompts with a model. It holds no state, so several threads may use it at once.</summary>
/// <param name="model">The model.</param>
/// <param name="tokenizer">Its tokenizer; null if it has no text.</param>
/// <param name="endOfText">The id that ends a text, or null.</param>
/// <param name="breakpoint">Where to stop an attached debugger, or null.</param>
public sealed class TextGenerator(Gpt2Model model, Tokenizer? tokenizer, int? endOfText, StepBreakpoint? breakpoint = null)
{
    /// <summary>
    /// Completes a prompt. Each token is computed when it is requested; every enumeration starts from the beginning.
    /// </summary>
    /// <param name="prompt">1 to n_ctx ids.</param>
    /// <param name="options">Everything that shapes the completion.</param>
    /// <param name="cancellation">Checked before each token.</param>
    /// <returns>The tokens; none if <see cref="GenerationOptions.MaxNewTokens"/> is 0.</returns>
    /// <exception cref="Gpt2Exception">
    /// The prompt or the options are not valid; thrown by the call, not by the first token.
    /// </exception>
    /// <exception cref="OperationCanceledException">While enumerating: it was cancelled.</exception>
    public IEnumerable<GeneratedToken> Generate(
        IReadOnlyList<int> prompt, GenerationOptions options, CancellationToken cancellation = default) =>
        GenerateMany(prompt, 1, options, cancellation)[0];

    /// <summary>The same, computed on the thread pool one token at a time.</summary>
    /// <inheritdoc cref="Generate"/>
    public IAsyncEnumerable<GeneratedToken> GenerateAsync(
        IReadOnlyList<int> prompt, GenerationOptions options, CancellationToken cancellation = default) =>
        GenerateManyAsync(prompt, 1, options, cancellation)[0];

    /// <summary>
    /// Several samples of one prompt, which is computed once, when the first token is requested. Sample i draws with
    /// the seed + i and is bit for bit what <see cref="Generate"/> gives with that seed. They may be enumerated one
    /// after another, in turns, or by one thread each.
    /// </summary>
    /// <param name="prompt">1 to n_ctx ids.</param>
    /// <param name="count">Number of samples, at least 1.</param>
    /// <param name="options">Everything that shapes the samples.</param>
    /// <param name="cancellation">Checked before each token.</param>
    /// <exception cref="Gpt2Exception">The prompt or the options are not valid.</exception>
    public IReadOnlyList<IEnumerable<GeneratedToken>> GenerateMany(
        IReadOnlyList<int> prompt, int count, GenerationOptions options, CancellationToken cancellation = default)
    {
        Lazy<GenerationSession> begun = Begin(prompt, count, options, cancellation);
        return [.. Enumerable.Range(0, count).Select(sample => Run(begun, OfSample(options, sample), cancellation))];
    }

    /// <summary>The same, computed on the thread pool one token at a time.</summary>
    /// <inheritdoc cref="GenerateMany"/>
    public IReadOnlyList<IAsyncEnumerable<GeneratedToken>> GenerateManyAsync(
        IReadOnlyList<int> prompt, int count, GenerationOptions options, CancellationToken cancellation = default)
    {
        Lazy<GenerationSession> begun = Begin(prompt, count, options, cancellation);
        return [.. Enumerable.Range(0, count).Select(sample => RunAsync(begun, OfSample(options, sample), cancellation))];
    }

    /// <summary>A session of the prompt alone, to be forked for each sample.</summary>
    /// <param name="ids">1 to n_ctx ids.</param>
    internal GenerationSession Prompt(int[] ids) => new(model, ids, maxNewTokens: 0, endOfText, breakpoint);

    /// <summary>
    /// The steps of a sample, for callers who predict for several sessions at once: before each token, a step names the
    /// session that needs a prediction. If it has none by the next step, it computes it alone.
    /// </summary>
    /// <param name="prompt">A session of the prompt, which has its prediction and is not changed.</param>
    /// <param name="options">Everything that shapes the sample; at least one token.</param>
    /// <param name="cancellation">Checked before each token.</param>
    internal IEnumerable<GenerationStep> Steps(GenerationSession prompt, GenerationOptions options, CancellationToken cancellation)
    {
        GenerationSession session = prompt.Fork(options.MaxNewTokens, Sampler.Of(options));
        CompletionText? text = tokenizer is null ? null : new CompletionText(tokenizer.Vocabulary, options.Stop);
        GeneratedToken token;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            if (!session.IsPredicted)
            {
                yield return new GenerationStep(session, null);
            }

            token = Next(session, text, options.Alternatives);
            yield return new GenerationStep(session, token);
        }
        while (token.Finish is null);
    }

    internal static GenerationOptions OfSample(GenerationOptions options, int sample) => options.Sampling is null
        ? options
        : options with { Sampling = options.Sampling with { Seed = unchecked(options.Sampling.Seed + (ulong)sample) } };

    private Lazy<GenerationSession> Begin(
        IReadOnlyList<int> prompt, int count, GenerationOptions options, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (options.Problem() is Gpt2Exception problem)
        {
            throw problem;
        }

        if (tokenizer is null && options.Stop.Count > 0)
        {
            throw new Gpt2Exception("this model has no vocabulary and so no text in which a stop string could be found");
        }

        int[] ids = [.. prompt];
        model.CheckPrompt(ids, past: 0);
        return new Lazy<GenerationSession>(() =>
        {
            // The fork keeps keys, values and logits, but not the prompt's activations. Nothing is ever added to it, so
            // several threads may fork it.
            cancellation.ThrowIfCancellationRequested();
            GenerationSession session = Prompt(ids);
            session.Logits();
            return session.Fork(maxNewTokens: 0);
        });
    }

    private IEnumerable<GeneratedToken> Run(
        Lazy<GenerationSession> begun, GenerationOptions options, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (options.MaxNewTokens == 0)
        {
            yield break;
        }

        foreach (GenerationStep step in Steps(begun.Value, options, cancellation))
        {
            if (step.Token is GeneratedToken token)
            {
                yield return token; // otherwise the session predicts by itself
            }
        }
    }

    private async IAsyncEnumerable<GeneratedToken> RunAsync(
        Lazy<GenerationSession> begun, GenerationOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using IEnumerator<GeneratedToken> tokens = Run(begun, options, cancellation).GetEnumerator();
        while (await Task.Run(tokens.MoveNext, cancellation).ConfigureAwait(false))
        {
            yield return tokens.Current;
        }
    }

    private GeneratedToken Next(GenerationSession session, CompletionText? text, int alternatives)
    {
        // The logits remain those before this token: the next ones are not predicted until they are requested.
        ReadOnlySpan<float> logits = session.Logits();
        double logSumExp = LogProbabilities.LogSumExp(logits, session.Probabilities());
        session.TryNext(out int id);
        FinishReason? finish = session.FinishReason;
        string piece = "";
        if (text is not null)
        {
            piece = id == endOfText ? "" : text.Push(id);
            if (finish is not null && !text.Stopped)
            {
                piece += text.Flush();
            }

            finish = text.Stopped ? FinishReason.Stop : finish;
        }

        return new GeneratedToken(
            id, piece, logits[id] - logSumExp, LogProbabilities.Rank(logits, id),
            alternatives == 0 ? [] : LogProbabilities.Top(logits, logSumExp, alternatives), finish);
    }
}
