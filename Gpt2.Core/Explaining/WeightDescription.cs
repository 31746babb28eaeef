// What a weight is, in words: the counterpart of MatrixDescription for the numbers that training has found.

namespace Gpt2.Core.Explaining;

/// <summary>The descriptions of weights.</summary>
internal static class WeightDescription
{
    /// <summary>What a weight is, in one sentence.</summary>
    /// <param name="name">Its name in the checkpoint: wte, h0/attn/c_attn/w.</param>
    public static string Of(string name) => InItsBlock(name) switch
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
    };

    /// <summary>h0/ln_1/g is ln_1/g in its block; ln_f/g is in none.</summary>
    internal static string InItsBlock(string name) =>
        name.Length > 1 && name[0] == 'h' && char.IsAsciiDigit(name[1]) ? name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..] : name;
}
