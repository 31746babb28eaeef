// GPT-2 for beam search: all beams are one batch of rows, so weights are read once per step, and the beams share the
// memory of their past.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;

namespace Gpt2.Core.Generation.Beams;

/// <summary>
/// Beams over a model. After the end of the context, the last n_ctx tokens of each beam are computed again at every
/// step, at positions from 0, as in <see cref="GenerationSession"/>.
/// </summary>
internal sealed class Gpt2BeamModel : IBeamModel
{
    private readonly Gpt2Model model;
    private readonly ForwardActivations activations;
    private readonly KeyValueCache cache;
    private List<int>[] beams;

    /// <summary>Computes the prompt.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompt">1 to n_ctx ids.</param>
    /// <param name="maxNewTokens">The maximum number of tokens to generate.</param>
    /// <exception cref="Gpt2Exception">The prompt is empty or too long, or an id is outside the vocabulary.</exception>
    public Gpt2BeamModel(Gpt2Model model, ReadOnlySpan<int> prompt, int maxNewTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxNewTokens);
        model.CheckPrompt(prompt, past: 0);
        this.model = model;
        beams = [[.. prompt]];
        activations = new ForwardActivations(model.Config);
        cache = new KeyValueCache(model.Config, (int)Math.Min(model.Config.Context, (long)prompt.Length + maxNewTokens));
        model.Forward(prompt, cache, activations);
    }

    public ReadOnlySpan<float> Logits(int beam) => activations.Logits.Row(beam);

    public void Extend(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens)
    {
        var extended = new List<int>[tokens.Length];
        for (int beam = 0; beam < extended.Length; beam++)
        {
            extended[beam] = [.. beams[parents[beam]], tokens[beam]];
        }

        beams = extended;
        activations.Sequences = beams.Length;
        if (beams[0].Count <= cache.Capacity)
        {
            cache.Reorder(parents);
            model.Forward(tokens, cache, activations);
        }
        else
        {
            int context = Math.Min(model.Config.Context, beams[0].Count);
            model.Forward([.. beams.SelectMany(ids => ids.TakeLast(context))], cache: null, activations);
        }
    }
}
