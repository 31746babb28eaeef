// What the page says about a sheet: a title and one sentence. This is the one place where descriptions come from.

using Gpt2.Core.Model;
using static System.FormattableString;

namespace Gpt2.Cli.Explore;

/// <summary>A title, and a sentence that says what the numbers are.</summary>
internal sealed record SheetDescription(string Title, string Sentence);

internal static class SheetDescriptions
{
    private static readonly string[] Steps =
    [
        "The residual stream as it enters the block: one row for each token.",
        "Each row minus its mean, divided by its standard deviation.",
        "The normalised rows times a gain, plus a bias for each channel.",
        "Step 3 times c_attn_w plus c_attn_b: queries, keys and values side by side.",
        "",
        "For each head, query times key, divided by the root of the head's size; later tokens are masked with −1e10.",
        "For each head, the softmax of the scores: how much of each earlier token a token takes. A head's part of a row sums to 1.",
        "For each head, the values of the tokens, weighted by the attention.",
        "Step 8 times c_proj_w plus c_proj_b: what the heads add to the stream.",
        "The stream after attention: step 1 plus step 9.",
        "Each row of step 10 minus its mean, divided by its standard deviation.",
        "The normalised rows times a gain, plus a bias for each channel.",
        "Step 12 times c_fc_w plus c_fc_b: one number for each neuron.",
        "GELU of step 13: negative numbers become almost 0, positive ones stay almost as they are.",
        "Step 14 times c_proj_w plus c_proj_b: what the neurons add to the stream.",
        "The stream as it leaves the block: step 10 plus step 15.",
    ];

    /// <summary>What a sheet is called, and what is in it.</summary>
    public static SheetDescription Of(SheetKey key) => key switch
    {
        { Step: 5 } => OfPart(key, key.Matrix[(key.Matrix.LastIndexOf(' ') + 1)..]),
        { Step: int step } => new SheetDescription(Invariant($"block {key.Block}, step {step}: {BlockStep.NameOf(step)}"), Steps[step - 1]),
        { IsWeight: true } => OfWeight(key),
        _ => OfEnds(key.Matrix),
    };

    private static SheetDescription OfPart(SheetKey key, string part) => new(Invariant($"block {key.Block}, step 5: {part}"), part switch
    {
        "queries" => "The first third of step 4, what each token looks for; a head owns an equal share of the columns.",
        "keys" => "The second third of step 4, what each token is found by; a head owns an equal share of the columns.",
        _ => "The last third of step 4, what each token hands on; a head owns an equal share of the columns.",
    });

    private static SheetDescription OfEnds(string matrix) => new(matrix.Replace('_', ' '), matrix switch
    {
        "token_embeddings" => "For each token of the prompt, its row of wte.",
        "position_embeddings" => "The token embeddings plus, for each position, its row of wpe.",
        "last_hidden_state" => "The residual stream after the last block.",
        "last_layernorm" => "Each row minus its mean, divided by its standard deviation.",
        "predicted_embedding" => "The normalised rows times ln_f's gain, plus its bias: compared with every token of the vocabulary.",
        "logits" => "A score for every token of the vocabulary: the predicted embedding times the token's row.",
        _ => "The softmax of the logits: the probability of every token to come next.",
    });

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
