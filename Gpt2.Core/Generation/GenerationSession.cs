// The generation loop: predict, choose, append, until the end of text or the most tokens wanted.

using System.Runtime.InteropServices;
using Gpt2.Core.Model;

namespace Gpt2.Core.Generation;

/// <summary>Why a generation ended.</summary>
public enum FinishReason
{
    /// <summary>The end-of-text token was generated.</summary>
    Stop,

    /// <summary>The most tokens wanted were generated.</summary>
    Length,
}

/// <summary>
/// Continues a prompt token by token. Keys and values of past tokens are kept; once the tokens no longer fit the
/// context, the last n_ctx of them are computed anew each time, at positions from 0. Not for several threads at once.
/// </summary>
public sealed class GenerationSession
{
    private readonly Gpt2Model model;
    private readonly int promptLength;
    private readonly int maxNewTokens;
    private readonly int? endOfText;
    private readonly Sampler? sampler;
    private readonly List<int> ids;
    private readonly ForwardActivations activations;
    private readonly KeyValueCache cache;

    /// <param name="model">The model.</param>
    /// <param name="prompt">1 to n_ctx ids.</param>
    /// <param name="maxNewTokens">The most tokens to generate.</param>
    /// <param name="endOfText">The id that ends a text, or null.</param>
    /// <param name="breakpoint">Where to stop an attached debugger, or null.</param>
    /// <param name="sampler">Draws the tokens, going on from where its random numbers stand; null is greedy.</param>
    /// <exception cref="Gpt2Exception">The prompt is empty or too long.</exception>
    public GenerationSession(
        Gpt2Model model, ReadOnlySpan<int> prompt, int maxNewTokens, int? endOfText, StepBreakpoint? breakpoint = null,
        Sampler? sampler = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxNewTokens);
        model.CheckPrompt(prompt, past: 0);
        this.model = model;
        this.maxNewTokens = maxNewTokens;
        this.endOfText = endOfText;
        this.sampler = sampler;
        promptLength = prompt.Length;
        ids = new List<int>(prompt.Length + Math.Min(maxNewTokens, model.Config.Context));
        ids.AddRange(prompt);
        activations = new ForwardActivations(model.Config, breakpoint: breakpoint);
        cache = new KeyValueCache(
            model.Config, (int)Math.Min(model.Config.Context, (long)prompt.Length + maxNewTokens));
        FinishReason = maxNewTokens == 0 ? Generation.FinishReason.Length : null;
    }

    /// <summary>Prompt and generated tokens.</summary>
    public IReadOnlyList<int> Ids => ids;

    /// <summary>Why the generation ended; null while it goes on.</summary>
    public FinishReason? FinishReason { get; private set; }

    /// <summary>Generates one token.</summary>
    /// <param name="id">The token.</param>
    /// <returns>False if the generation has ended and there is none.</returns>
    /// <exception cref="Gpt2Exception">The model gives no distribution.</exception>
    public bool TryNext(out int id)
    {
        if (FinishReason is not null)
        {
            id = -1;
            return false;
        }

        Predict();
        ReadOnlySpan<float> logits = activations.Logits.Row(0); // [vocabulary]
        id = sampler is null ? Greedy.Choose(logits) : sampler.Draw(logits);
        ids.Add(id);
        if (id == endOfText)
        {
            FinishReason = Generation.FinishReason.Stop;
        }
        else if (ids.Count - promptLength == maxNewTokens)
        {
            FinishReason = Generation.FinishReason.Length;
        }

        return true;
    }

    private void Predict()
    {
        ReadOnlySpan<int> all = CollectionsMarshal.AsSpan(ids);
        int context = model.Config.Context;
        if (all.Length <= context)
        {
            model.Forward(all[cache.Length..], cache, activations);
        }
        else
        {
            model.Forward(all[^context..], cache: null, activations);
        }
    }
}
