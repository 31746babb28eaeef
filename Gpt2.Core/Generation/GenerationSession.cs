// The generation loop: predict, choose, append, until the end of text or the maximum number of tokens.

using System.Runtime.InteropServices;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;

namespace Gpt2.Core.Generation;

/// <summary>
/// Continues a prompt token by token. Keys and values of past tokens are kept; once the tokens no longer fit into the
/// context, the last n_ctx of them are computed again each time, at positions from 0. A session can fork, which shares
/// its past, and rewind. Not for use by several threads at once, but each fork may be used by a different thread.
/// </summary>
internal sealed class GenerationSession
{
    private readonly Gpt2Model model;
    private readonly int? endOfText;
    private readonly Sampler? sampler;
    private readonly StepBreakpoint? breakpoint;
    private readonly List<int> ids;
    private readonly KeyValueCache cache;
    private int promptLength;
    private ForwardActivations? activations;
    private int windowStart; // the position in ids of the first token in the cache

    /// <param name="model">The model.</param>
    /// <param name="prompt">1 to n_ctx ids.</param>
    /// <param name="maxNewTokens">The maximum number of tokens to generate.</param>
    /// <param name="endOfText">The id that ends a text, or null.</param>
    /// <param name="breakpoint">Where to stop an attached debugger, or null.</param>
    /// <param name="sampler">Chooses the tokens, continuing its sequence of random numbers; null is greedy.</param>
    /// <exception cref="Gpt2Exception">The prompt is empty or too long.</exception>
    public GenerationSession(
        Gpt2Model model, ReadOnlySpan<int> prompt, int maxNewTokens, int? endOfText, StepBreakpoint? breakpoint = null,
        Sampler? sampler = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxNewTokens);
        model.CheckPrompt(prompt, past: 0);
        this.model = model;
        MaxNewTokens = maxNewTokens;
        this.endOfText = endOfText;
        this.sampler = sampler;
        this.breakpoint = breakpoint;
        promptLength = prompt.Length;
        ids = new List<int>(prompt.Length + Math.Min(maxNewTokens, model.Config.Context));
        ids.AddRange(prompt);
        cache = new KeyValueCache(
            model.Config, (int)Math.Min(model.Config.Context, (long)prompt.Length + maxNewTokens));
        FinishReason = maxNewTokens == 0 ? Generation.FinishReason.Length : null;
    }

    private GenerationSession(GenerationSession parent, int maxNewTokens, Sampler? sampler)
    {
        model = parent.model;
        MaxNewTokens = maxNewTokens;
        endOfText = parent.endOfText;
        this.sampler = sampler;
        breakpoint = parent.breakpoint;
        promptLength = parent.ids.Count;
        ids = [.. parent.ids];
        long most = (long)parent.ids.Count + maxNewTokens;
        cache = parent.cache.Fork((int)Math.Max(parent.cache.Length, Math.Min(model.Config.Context, most)));
        FinishReason = maxNewTokens == 0 ? Generation.FinishReason.Length : null;
        windowStart = parent.windowStart;
        if (parent.IsPredicted)
        {
            Take(parent.activations!.Logits.Row(0), parent.activations.Probabilities.Row(0));
        }
    }

    /// <summary>Prompt and generated tokens.</summary>
    public IReadOnlyList<int> Ids => ids;

    /// <summary>The maximum number of tokens to generate.</summary>
    public int MaxNewTokens { get; }

    /// <summary>Why the generation ended; null until it does.</summary>
    public FinishReason? FinishReason { get; private set; }

    /// <summary>
    /// Whether the next token's logits are known; otherwise <see cref="Logits"/> computes them, unless a
    /// <see cref="SessionBatch"/> does before.
    /// </summary>
    public bool IsPredicted { get; private set; }

    /// <summary>Keys and values of the tokens that have been through the model.</summary>
    internal KeyValueCache Cache => cache;

    /// <summary>Generates one token.</summary>
    /// <param name="id">The token.</param>
    /// <returns>False if the generation has ended, so there is no token.</returns>
    /// <exception cref="Gpt2Exception">The model's output is not a distribution.</exception>
    public bool TryNext(out int id)
    {
        if (FinishReason is not null)
        {
            id = -1;
            return false;
        }

        ReadOnlySpan<float> logits = Logits(); // [vocabulary]
        id = sampler is null ? Greedy.Choose(logits) : sampler.Draw(logits, CollectionsMarshal.AsSpan(ids));
        Append(id);
        return true;
    }

    /// <summary>
    /// The logits of the next token, computed on first use; valid until the next prediction. // [vocabulary]
    /// </summary>
    public ReadOnlySpan<float> Logits()
    {
        if (!IsPredicted)
        {
            Predict();
        }

        return activations!.Logits.Row(0);
    }

    /// <summary>Their softmax. // [vocabulary]</summary>
    public ReadOnlySpan<float> Probabilities()
    {
        Logits();
        return activations!.Probabilities.Row(0);
    }

    /// <summary>Appends a token, however it was chosen.</summary>
    /// <exception cref="Gpt2Exception">The id is outside the vocabulary.</exception>
    public void Append(int id)
    {
        model.CheckPrompt([id], past: 0);
        ids.Add(id);
        IsPredicted = false;
        FinishReason = id == endOfText ? Generation.FinishReason.Stop
            : ids.Count - promptLength >= MaxNewTokens ? Generation.FinishReason.Length
            : null;
    }

    /// <summary>
    /// Returns a session that continues from here independently. All tokens so far are its prompt; it shares their keys
    /// and values without copying them. The prediction is shared too, so a prompt is computed once, before the fork.
    /// </summary>
    /// <param name="maxNewTokens">The maximum number of tokens that the fork generates.</param>
    /// <param name="sampler">Chooses the fork's tokens; null is greedy.</param>
    public GenerationSession Fork(int maxNewTokens, Sampler? sampler = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxNewTokens);
        return new GenerationSession(this, maxNewTokens, sampler);
    }

    /// <summary>
    /// Removes all tokens but the first, even of the prompt; the generation may then continue. The sampler is not
    /// rewound.
    /// </summary>
    /// <param name="length">Number of tokens to keep, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer, or none would be left.</exception>
    public void Rewind(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ids.Count);
        if (length == ids.Count)
        {
            return;
        }

        ids.RemoveRange(length, ids.Count - length);
        promptLength = Math.Min(promptLength, length);
        cache.Truncate(Math.Clamp(length - 1 - windowStart, 0, cache.Length)); // the last token is computed again, for its logits
        IsPredicted = false;
        FinishReason = ids.Count - promptLength >= MaxNewTokens ? Generation.FinishReason.Length : null;
    }

    /// <summary>
    /// The tokens that are not in the cache: the prompt, then one at a time; after the end of the context, the last
    /// n_ctx tokens each time.
    /// </summary>
    internal ReadOnlySpan<int> Pending()
    {
        int start = Math.Max(0, ids.Count - cache.Capacity);
        if (start != windowStart)
        {
            cache.Truncate(0);
            windowStart = start;
        }

        return CollectionsMarshal.AsSpan(ids)[(start + cache.Length)..];
    }

    /// <summary>Takes a prediction that was computed in a batch, once no tokens are pending.</summary>
    internal void Take(ReadOnlySpan<float> logits, ReadOnlySpan<float> probabilities)
    {
        activations ??= new ForwardActivations(model.Config, breakpoint: breakpoint);
        activations.Logits.Resize(1, logits.Length);
        activations.Probabilities.Resize(1, probabilities.Length);
        logits.CopyTo(activations.Logits.Row(0));
        probabilities.CopyTo(activations.Probabilities.Row(0));
        IsPredicted = true;
    }

    private void Predict()
    {
        activations ??= new ForwardActivations(model.Config, breakpoint: breakpoint);
        model.Forward(Pending(), cache, activations);
        IsPredicted = true;
    }
}
