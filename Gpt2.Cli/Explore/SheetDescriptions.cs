// What the page says about a sheet: a title and one sentence. Those of the pass are MatrixDescription's; here are those of the weights.

using Gpt2.Core.Explaining;
using static System.FormattableString;

namespace Gpt2.Cli.Explore;

/// <summary>A title, and a sentence that says what the numbers are.</summary>
internal sealed record SheetDescription(string Title, string Sentence);

internal static class SheetDescriptions
{
    /// <summary>What a sheet is called, and what is in it.</summary>
    public static SheetDescription Of(Sheet sheet) => sheet.Description switch
    {
        { Step: int step } matrix => new SheetDescription(Invariant($"block {matrix.Block}, step {step}: {matrix.Title}"), matrix.Words),
        MatrixDescription matrix => new SheetDescription(matrix.Title, matrix.Words),
        null => OfWeight(sheet.Key),
    };

    private static SheetDescription OfWeight(SheetKey key)
    {
        string name = key.Block is null ? key.Matrix : key.Matrix[(key.Matrix.IndexOf('/', StringComparison.Ordinal) + 1)..];
        string title = key.Block is null ? name : Invariant($"block {key.Block}, weight {name}");
        return new SheetDescription(title, name switch
        {
            "wte" => "A row of channels for every token of the vocabulary.",
            "wpe" => "A row of channels for every position.",
            "lm_head" => "A row of channels for every token of the vocabulary, used for the logits.",
            "attn/c_attn/w" => "The weights of step 4: from channels to queries, keys and values.",
            "attn/c_attn/b" => "The biases of step 4.",
            "attn/c_proj/w" => "The weights of step 9: from the heads back to the stream.",
            "attn/c_proj/b" => "The biases of step 9.",
            "mlp/c_fc/w" => "The weights of step 13: from channels to neurons.",
            "mlp/c_fc/b" => "The biases of step 13.",
            "mlp/c_proj/w" => "The weights of step 15: from neurons back to the stream.",
            "mlp/c_proj/b" => "The biases of step 15.",
            "ln_1/g" => "The gains of step 3.",
            "ln_1/b" => "The biases of step 3.",
            "ln_2/g" => "The gains of step 12.",
            "ln_2/b" => "The biases of step 12.",
            "ln_f/g" => "The gains of the predicted embedding.",
            _ => "The biases of the predicted embedding.",
        });
    }
}
