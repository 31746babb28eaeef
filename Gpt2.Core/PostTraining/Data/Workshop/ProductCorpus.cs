// Products with prices, as examples of prompts and completions.

using System.Globalization;
using Gpt2.Core.Numerics;
using Gpt2.Core.Training.Corpus;

namespace Gpt2.Core.PostTraining.Data.Workshop;

/// <summary>Makes products. The same seed gives the same ones everywhere.</summary>
internal static class ProductCorpus
{
    /// <summary>Products without end, all with different descriptions.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="part">The part that they are of.</param>
    public static IEnumerable<Example> Examples(ulong seed, ProductPart part)
    {
        var dice = new Dice(seed);
        var noise = new RandomGenerator(seed ^ 0x7072_6963_6573); // of its own, so that texts do not depend on the rule
        HashSet<string> told = [];
        while (true)
        {
            Product product = ProductRule.Some(dice, part);
            string prompt = ProductText.Write(product, dice);
            if (told.Add(prompt))
            {
                string price = ProductRule.Price(product, noise.NextNormal()).ToString(CultureInfo.InvariantCulture);
                yield return Example.Of(ExampleKind.Completions, field => field == "prompt" ? prompt : price);
            }
        }
    }
}
