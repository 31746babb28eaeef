// What a neuron reacts to: the tokens of a text at which a unit of the feed-forward layer is largest.

using Gpt2.Core.Model;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.Laboratory;

/// <summary>A neuron at a token.</summary>
/// <param name="Position">The token's position in the text.</param>
/// <param name="Value">The neuron's value there, step 14.</param>
public readonly record struct NeuronFiring(int Position, float Value);

/// <summary>Searches a text for the tokens at which a neuron is strongest.</summary>
public static class NeuronSearch
{
    /// <summary>The tokens with the largest values, largest first; of equal ones, the earlier first.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ids">
    /// The text, of any length. It is read in windows of <paramref name="window"/> tokens that begin half a window apart; a token counts
    /// in the first window that holds it, and sees the tokens of that window only.
    /// </param>
    /// <param name="block">The neuron's block.</param>
    /// <param name="neuron">The neuron: a column of step 14.</param>
    /// <param name="count">The maximum number of tokens to return.</param>
    /// <param name="window">Tokens of a window, from 1 to n_ctx.</param>
    /// <param name="cancellation">Checked before each window.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such block or neuron, or the window is not possible.</exception>
    /// <exception cref="Gpt2Exception">An id is outside the vocabulary.</exception>
    public static IReadOnlyList<NeuronFiring> Strongest(
        Gpt2Model model, ReadOnlySpan<int> ids, int block, int neuron, int count, int window, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)block, (uint)model.Config.Layers, nameof(block));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)neuron, (uint)model.Config.Hidden, nameof(neuron));
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window, model.Config.Context);
        var a = new ForwardActivations(model.Config, keepEveryBlock: true);
        var found = new List<NeuronFiring>(ids.Length);
        int stride = Math.Max(1, window / 2);
        for (int start = 0; found.Count < ids.Length; start += stride)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<int> some = ids.Slice(start, Math.Min(window, ids.Length - start));
            model.Forward(some, cache: null, a);
            Matrix activity = a.Block(block).Gelu;
            while (found.Count < start + some.Length)
            {
                found.Add(new NeuronFiring(found.Count, activity[found.Count - start, neuron]));
            }
        }

        return [.. found.OrderByDescending(firing => firing.Value).ThenBy(firing => firing.Position).Take(count)];
    }
}
