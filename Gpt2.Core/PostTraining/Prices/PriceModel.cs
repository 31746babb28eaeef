// A model that reads prices: the distribution of the token that follows each description.

using Gpt2.Core.Model;
using Gpt2.Core.Text;

namespace Gpt2.Core.PostTraining.Prices;

/// <summary>Runs descriptions through a model.</summary>
/// <param name="model">The model.</param>
/// <param name="tokenizer">Its tokenizer.</param>
internal sealed class PriceModel(Gpt2Model model, Tokenizer tokenizer)
{
    /// <summary>The tokens that are prices.</summary>
    public NumberTokens Numbers { get; } = new(tokenizer.Vocabulary);

    /// <summary>The distribution over the numbers that may follow a text, and the share of all probability that these have.</summary>
    /// <exception cref="Gpt2Exception">The text is empty or too long.</exception>
    public (NumberDistribution Distribution, double Share) Read(string text)
    {
        int[] ids = tokenizer.Encode(text);
        var a = new ForwardActivations(model.Config);
        model.Forward(ids, cache: null, a);
        double share = 0;
        foreach ((_, int id) in Numbers.All)
        {
            share += a.Probabilities[0, id];
        }

        return (Numbers.Read(a.Logits.Row(0)), share);
    }

    /// <summary>The same for many descriptions, on all threads.</summary>
    /// <exception cref="Gpt2Exception">One is empty or too long; its line is named.</exception>
    public (NumberDistribution Distribution, double Share)[] ReadAll(IReadOnlyList<PricedText> list, CancellationToken cancellation)
    {
        foreach (PricedText priced in list)
        {
            int tokens = tokenizer.Encode(priced.Text).Length;
            if (tokens is 0 || tokens > model.Config.Context)
            {
                throw new Gpt2Exception($"the description has {Plural.Of(tokens, "token")}")
                {
                    Where = priced.Where,
                    Expected = $"1 to {model.Config.Context}",
                };
            }
        }

        var read = new (NumberDistribution, double)[list.Count];
        model.Kernels.ForEach(list.Count, i =>
        {
            cancellation.ThrowIfCancellationRequested();
            read[i] = Read(list[i].Text);
        });
        return read;
    }
}
