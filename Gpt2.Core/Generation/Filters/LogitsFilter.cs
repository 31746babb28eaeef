// A filter changes scores or drops tokens, one idea each. The filters are in this folder, their order in
// FilterPipeline.

namespace Gpt2.Core.Generation.Filters;

/// <summary>
/// One step from the model's logits to the distribution that is drawn from. Immutable, safe to share.
/// </summary>
internal abstract class LogitsFilter
{
    private protected LogitsFilter()
    {
    }

    /// <summary>The name as spelled in the option: top-k.</summary>
    public abstract string Name { get; }

    /// <summary>Name and setting, for tables: "top-k 40".</summary>
    public abstract string Label { get; }

    /// <summary>Changes scores, or drops tokens, but never the last one.</summary>
    /// <param name="distribution">The result of the previous filters.</param>
    /// <param name="ids">The tokens so far, including the prompt.</param>
    internal abstract void Apply(TokenDistribution distribution, ReadOnlySpan<int> ids);
}
