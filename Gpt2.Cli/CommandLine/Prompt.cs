// A prompt as given: a text to encode, or ids.

using Gpt2.Core;
using Gpt2.Core.Text;

namespace Gpt2.Cli.CommandLine;

internal sealed record Prompt(string? Text, int[]? Ids, bool AllowSpecial)
{
    /// <summary>The ids of the prompt.</summary>
    /// <param name="tokenizer">The model's tokenizer; null if it has none.</param>
    /// <exception cref="Gpt2Exception">
    /// A text was given to a model without text, or an id is outside the vocabulary.
    /// </exception>
    public int[] Encode(Tokenizer? tokenizer)
    {
        if (Ids is not null)
        {
            return Ids;
        }

        return tokenizer is null
            ? throw new Gpt2Exception("this model has no vocabulary and so no text")
            {
                Remedy = "give the prompt as --ids 2,1,0, or give the model one with 'gpt2 convert --vocab FILE'",
            }
            : tokenizer.Encode(Text, AllowSpecial);
    }
}
