// The table of all matrices of a forward pass, to be read from top to bottom: of each its name, formula, meaning, shape, the operation
// that makes its cells, the method that computes it, and its sources, which the operation refers to by their place.

using Gpt2.Core.Model;
using static System.FormattableString;
using static Gpt2.Core.Explaining.CellOperation;
using static Gpt2.Core.Explaining.ColumnKind;

namespace Gpt2.Core.Explaining;

/// <summary>The descriptions.</summary>
internal static class MatrixTable
{
    private const string TokensChannels = "[tokens, channels]", TokensHidden = "[tokens, hidden]", HeadsTotal = "[tokens, heads · total]";
    private const string RowsChannels = "[head rows, channels]", RowsVocabulary = "[head rows, vocabulary]";

    /// <summary>Every matrix, in the order in which they are computed.</summary>
    public static IEnumerable<MatrixDescription> Of(Gpt2Config config) =>
        BeforeTheBlocks()
            .Concat(Enumerable.Range(0, config.Layers).SelectMany(block => Block(block, config)))
            .Concat(AfterTheBlocks(config));

    /// <summary>The name of a weight's file without the extension: h0/ln_1/g is model_h0_ln_1_g.</summary>
    public static string NameOfWeight(string checkpointName) => "model_" + checkpointName.Replace('/', '_');

    private static IEnumerable<MatrixDescription> BeforeTheBlocks() =>
    [
        new("token_embeddings", null, null, "token embeddings", "row of wte with the token's id",
            "Looks up the vector that stands for each token, so that the model has numbers to compute with instead of text.",
            TokensChannels, Channels, LookUp, "Embedding.Tokens", "model_wte"),
        new("position_embeddings", null, null, "position embeddings", "token_embeddings + row of wpe with the token's position",
            "Adds a vector that stands for the position, since without it the model could not tell the order of the tokens.",
            TokensChannels, Channels, Sum, "Embedding.Positions", "token_embeddings", "model_wpe"),
    ];

    private static IEnumerable<MatrixDescription> Block(int block, Gpt2Config config)
    {
        string h = Invariant($"h{block}"), w = NameOfWeight(h);
        string stream = block == 0 ? "position_embeddings" : Invariant($"h{block - 1}.step16");
        string epsilon = VariantFormulas.Epsilon(config), divided = VariantFormulas.ScoreDivisor(config, block) is string by ? $" / {by}" : "";
        int d = config.Channels;

        MatrixDescription Step(
            int step, string formula, string words, string shape, ColumnKind columns, CellOperation operation, string method,
            params string[] sources) =>
            new(Invariant($"{h}.step{step}"), block, step, BlockStep.NameOf(step), formula, words, shape, columns, operation,
                "TransformerBlock." + method, sources);

        MatrixDescription PartOfStep5(string part, int first, string words) =>
            new($"{h}.step5.{part}", block, 5, part, Invariant($"columns {first} to {first + d - 1} of step 4"), words,
                TokensChannels, HeadsAndChannels, Copy,
                "TransformerBlock.Step5QueriesKeysValues", $"{h}.step4")
            {
                FirstSourceColumn = first,
            };

        return
        [
            Step(1, block == 0 ? "position_embeddings" : "step 16 of the block before",
                "Takes over the residual stream, the row of numbers that each token carries through the model and to which every block adds.",
                TokensChannels, Channels, Copy, "Step1Input", stream),
            Step(2, $"(step 1 − mean) / √(variance + {epsilon}), mean and variance of the row",
                "Brings every row to mean 0 and variance 1, so that attention sees directions in the stream and not how large it has grown.",
                TokensChannels, Channels, Normalisation, "Step2Ln1Normalised", $"{h}.step1"),
            Step(3, "step 2 × gain + bias",
                "Stretches and shifts every channel by what training found useful, so that attention looks at some channels more than at others.",
                TokensChannels, Channels, Scaling, "Step3Ln1Scaled", $"{h}.step2", $"{w}_ln_1_g", $"{w}_ln_1_b"),
            Step(4, config.QkvBias ? "step 3 · c_attn_w + c_attn_b" : "step 3 · c_attn_w",
                "Computes from each row its query, its key and its value for every head, in one product, since one large product is faster.",
                "[tokens, 3 · channels]", QueriesKeysValues, DotProduct, "Step4Qkv",
                [$"{h}.step3", $"{w}_attn_c_attn_w", .. config.QkvBias ? [$"{w}_attn_c_attn_b"] : Array.Empty<string>()]),
            PartOfStep5("queries", 0, "Takes the first third of step 4: what each token looks for in the tokens that it sees."),
            PartOfStep5("keys", d, "Takes the second third of step 4: what each token is found by."),
            PartOfStep5("values", 2 * d, "Takes the last third of step 4: what each token gives to those that attend to it."),
            Step(6, $"queries · keysᵀ{divided} for each head; −10¹⁰ for later tokens",
                "Compares the query of a token with the key of each token up to itself: the better they match, the more will be taken from there.",
                HeadsTotal, HeadsAndTokens, ScaledDotProduct, "Step6Scores", $"{h}.step5.queries", $"{h}.step5.keys"),
            Step(7, "e^(step 6 − max) / Σ e^(step 6 − max) over the tokens that the row sees, for each head",
                "Softmax turns a head's scores into shares that add up to 1: how much a token takes from each token that it sees.",
                HeadsTotal, HeadsAndTokens, Softmax, "Step7Attention", $"{h}.step6"),
            Step(8, "step 7 · values for each head",
                "Mixes the values of the tokens that a token sees, each as much as its share: this is how information moves between tokens.",
                TokensChannels, HeadsAndChannels, WeightedSum, "Step8AttendedValues", $"{h}.step7", $"{h}.step5.values"),
            Step(9, "step 8 · c_proj_w + c_proj_b",
                "Combines what the heads have found, each in its own channels, into something that can be added to the residual stream.",
                TokensChannels, Channels, DotProduct, "Step9AttentionOutput",
                $"{h}.step8", $"{w}_attn_c_proj_w", $"{w}_attn_c_proj_b"),
            Step(10, "step 9 + step 1",
                "Adds what attention has found to the residual stream, so that nothing the token carried is lost.",
                TokensChannels, Channels, Sum, "Step10Residual1", $"{h}.step9", $"{h}.step1"),
            Step(11, $"(step 10 − mean) / √(variance + {epsilon}), mean and variance of the row",
                "Brings every row to mean 0 and variance 1 again, now for the feed-forward layer.",
                TokensChannels, Channels, Normalisation, "Step11Ln2Normalised", $"{h}.step10"),
            Step(12, "step 11 × gain + bias",
                "Stretches and shifts every channel by what training found useful to the feed-forward layer.",
                TokensChannels, Channels, Scaling, "Step12Ln2Scaled", $"{h}.step11", $"{w}_ln_2_g", $"{w}_ln_2_b"),
            Step(13, "step 12 · c_fc_w + c_fc_b",
                config.HasUsualHidden
                    ? "Asks four times as many questions as there are channels, each a pattern that the row matches more or less."
                    : "Asks as many questions as there are hidden units, each a pattern that the row matches more or less.",
                TokensHidden, Hidden, DotProduct, "Step13MlpHidden", $"{h}.step12", $"{w}_mlp_c_fc_w", $"{w}_mlp_c_fc_b"),
            Step(14, $"{VariantFormulas.Activation(config.Activation)}, x of step 13",
                VariantFormulas.WordsOfActivation(config.Activation),
                TokensHidden, Hidden, Gelu, "Step14Gelu", $"{h}.step13"),
            Step(15, "step 14 · c_proj_w + c_proj_b",
                "Adds up, for every pattern that matched, what it has to say, back in the channels of the residual stream.",
                TokensChannels, Channels, DotProduct, "Step15MlpOutput", $"{h}.step14", $"{w}_mlp_c_proj_w", $"{w}_mlp_c_proj_b"),
            Step(16, "step 15 + step 10",
                "Adds what the feed-forward layer has to say to the residual stream, which goes on to the next block or to the head.",
                TokensChannels, Channels, Sum, "Step16Residual2", $"{h}.step15", $"{h}.step10"),
        ];
    }

    private static IEnumerable<MatrixDescription> AfterTheBlocks(Gpt2Config config) =>
    [
        new("last_hidden_state", null, null, "last hidden state", "rows of the last block's step 16",
            "Takes the rows that the next token is predicted from: usually the last one only, since it alone has seen every token.",
            RowsChannels, Channels, Copy, "LanguageHead.LastHiddenState", Invariant($"h{config.Layers - 1}.step16"))
        { IsAfterBlocks = true },
        new("last_layernorm", null, null, "last layer norm",
            $"(last_hidden_state − mean) / √(variance + {VariantFormulas.Epsilon(config)}), mean and variance of the row",
            "Brings the row to mean 0 and variance 1, as in the blocks.",
            RowsChannels, Channels, Normalisation, "LanguageHead.Forward", "last_hidden_state")
        { IsAfterBlocks = true },
        new("predicted_embedding", null, null, "predicted embedding", "last_layernorm × gain + bias",
            "Stretches and shifts every channel; the result is compared with the vectors of all tokens.",
            RowsChannels, Channels, Scaling, "LanguageHead.Forward", "last_layernorm", "model_ln_f_g", "model_ln_f_b")
        { IsAfterBlocks = true },
        new("logits", null, null, "logits", config.TiedHead ? "predicted_embedding · wteᵀ" : "predicted_embedding · lm_headᵀ",
            "Compares the predicted embedding with the vector of every token: the better they match, the higher the token's score.",
            RowsVocabulary, Vocabulary, DotProduct, "LanguageHead.Forward",
            "predicted_embedding", config.TiedHead ? "model_wte" : "model_lm_head")
        { IsAfterBlocks = true },
        new("probabilities", null, null, "probabilities", "e^(logit − max) / Σ e^(logit − max) over the vocabulary",
            "Turns the scores into probabilities, which are positive and add up to 1, for the token that comes next.",
            RowsVocabulary, Vocabulary, Softmax, "LanguageHead.Forward", "logits")
        { IsAfterBlocks = true },
    ];
}
